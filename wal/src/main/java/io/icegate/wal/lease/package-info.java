/**
 * Shares work among processes. {@link io.icegate.wal.lease.WorkLease} says whose turn it is to do what several could do. It
 * decides nothing that must be right. This package imports the object store only.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.lease;

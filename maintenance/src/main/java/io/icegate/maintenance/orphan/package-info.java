/**
 * Deletes files that lie in the folder of a table and belong to no snapshot of it: what crashes and lost commits left.
 * {@link io.icegate.maintenance.orphan.OrphanFiles} finds them, which alone changes nothing, and deletes what it found. Imports
 * Iceberg and the store.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.maintenance.orphan;

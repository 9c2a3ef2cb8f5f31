/**
 * Expires snapshots of a table. {@link io.icegate.maintenance.expire.SnapshotExpiration} says which of them go, and lets Iceberg delete
 * what only they refer to. Imports Iceberg and nothing else of ours.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.maintenance.expire;

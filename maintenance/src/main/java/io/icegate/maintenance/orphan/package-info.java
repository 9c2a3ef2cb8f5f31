/**
 * Deletes files of a table that belong to no snapshot of it: what crashes and lost commits left in its folder, and segments of
 * nothing but copies. {@link io.icegate.maintenance.orphan.OrphanFiles} finds them, which alone changes nothing, and deletes what it
 * found. Imports Iceberg, the store, and what the WAL says of its segments.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.maintenance.orphan;

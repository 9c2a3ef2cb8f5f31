/**
 * Merges small sorted files and segments of a table into files of the table's order, column by column.
 * {@link io.icegate.maintenance.merge.MergePlanner} says what is worth merging, {@link io.icegate.maintenance.merge.NativeMerge}
 * writes the new files and commits them. No row becomes an object: only the key columns are looked at, every other column is
 * copied from page to page in the order that they give. Imports Iceberg, the file format of the WAL, and nothing of an engine.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.maintenance.merge;

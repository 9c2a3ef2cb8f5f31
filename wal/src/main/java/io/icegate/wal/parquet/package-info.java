/**
 * Row groups, column chunks and pages, and the layout that a table schema gives them.
 * {@link io.icegate.wal.parquet.SegmentLayout} joins a shape with a table, {@link io.icegate.wal.parquet.RowGroupWriter} opens
 * a {@link io.icegate.wal.parquet.Leaf} for each column, and a leaf turns values into pages. Levels and pages are written here
 * and not by parquet-java, because its writers take each value through several objects. This package knows shapes, and nothing
 * of the WAL.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.parquet;

/**
 * Row groups, column chunks and pages, and the layout that a table schema gives them.
 * {@link io.icegate.wal.parquet.SegmentLayout} joins a shape with a table, {@link io.icegate.wal.parquet.RowGroupWriter} writes
 * rows of it. Pages are written by hand where parquet-java's writers would copy or compress twice. This package knows shapes,
 * and nothing of the WAL.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.parquet;

/**
 * Segments as Parquet files. A {@link io.icegate.wal.format.RowBatch} writes its rows to
 * {@link io.icegate.wal.format.ColumnWriters}, {@link io.icegate.wal.format.SegmentEncoder} makes files of batches and
 * {@link io.icegate.wal.format.SegmentFooterParser} reads what committers and readers need. Parsing, seals and position deletes
 * use nothing of Parquet but the structures of the footer, so that they run in every engine. {@code docs/format/segment.md}
 * specifies the bytes. This package imports the pages of {@code io.icegate.wal.parquet}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.format;

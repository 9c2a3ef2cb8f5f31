package io.icegate.wal.format;

/**
 * The columns of one row group, open for rows of one kind. The kind knows how to write to them; see {@link RowBatch#writeTo}.
 */
public interface ColumnWriters {}

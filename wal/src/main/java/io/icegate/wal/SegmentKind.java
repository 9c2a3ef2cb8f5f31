package io.icegate.wal;

/**
 * What an object on a segment key is.
 */
public enum SegmentKind
{
    /**
     * Rows.
     */
    DATA,
    /**
     * No rows: ends its writer for this table.
     */
    SEAL,
}

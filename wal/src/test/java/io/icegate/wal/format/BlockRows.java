package io.icegate.wal.format;

/**
 * Tells how the rows of a batch are held.
 */
public final class BlockRows
{
    private BlockRows() {}

    /**
     * Rows that were read from the wire into columns; the others are objects.
     */
    public static int count(RowBatch batch)
    {
        return ((BlockBatch<?, ?>) batch).block().rowCount();
    }
}

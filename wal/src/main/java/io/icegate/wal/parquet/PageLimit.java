package io.icegate.wal.parquet;

/**
 * Remembers that some page of a row group is full, so that the end of a row is cheap.
 */
final class PageLimit
{
    private boolean reached;

    void reach()
    {
        reached = true;
    }

    boolean isReached()
    {
        return reached;
    }

    /**
     * True once for each time that the limit was reached.
     */
    boolean take()
    {
        boolean taken = reached;
        reached = false;
        return taken;
    }
}

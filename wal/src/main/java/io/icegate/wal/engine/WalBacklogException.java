package io.icegate.wal.engine;

/**
 * More waits in the WAL of a table than one statement can commit. Commits repair it.
 */
public final class WalBacklogException
        extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    WalBacklogException(String message)
    {
        super(message);
    }
}

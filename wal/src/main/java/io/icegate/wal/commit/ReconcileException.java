package io.icegate.wal.commit;

/**
 * A reconciliation that cannot be done as asked. Nothing was changed; the message names what can be done.
 */
public class ReconcileException
        extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    public ReconcileException(String message)
    {
        super(message);
    }
}

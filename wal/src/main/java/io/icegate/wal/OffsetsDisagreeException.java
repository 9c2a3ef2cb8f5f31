package io.icegate.wal;

/**
 * The table property and the snapshots tell different stories about what is committed: the table was rolled back, or a
 * foreign catalog changed the property. Nothing is guessed; an operator decides with {@code reconcile_wal}.
 */
public class OffsetsDisagreeException
        extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    public OffsetsDisagreeException(String message)
    {
        super(message);
    }
}

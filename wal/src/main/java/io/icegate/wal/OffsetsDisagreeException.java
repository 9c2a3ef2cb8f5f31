package io.icegate.wal;

/**
 * Table property and snapshots disagree about what is committed. Either the table was rolled back, or a foreign catalog
 * changed the property. An operator decides with {@code reconcile_wal}.
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

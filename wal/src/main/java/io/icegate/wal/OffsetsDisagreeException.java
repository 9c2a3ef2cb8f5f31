package io.icegate.wal;

/**
 * The table property and the snapshots tell different stories about what is committed: the table was rolled back, or a
 * foreign catalog changed the property. Nothing is guessed; an operator decides with {@code reconcile_wal}.
 */
public class OffsetsDisagreeException
        extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    public OffsetsDisagreeException(String table, String property, String snapshot)
    {
        super("Cannot use the WAL of table %s: its property %s is '%s', its newest snapshot that carries offsets says '%s'; decide with CALL icegate.system.reconcile_wal(table => '%s')"
                .formatted(table, OffsetVector.PROPERTY, property, snapshot, table));
    }
}

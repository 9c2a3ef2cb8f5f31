package io.icegate.wal;

import static java.util.Objects.requireNonNull;

/**
 * The WAL cannot go on. The kind is what the caller does next.
 */
public final class WalException
        extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    /**
     * What happened, and so what to do.
     */
    public enum Kind
    {
        /**
         * Another owns the key: this writer is over.
         */
        FENCED,
        /**
         * A number is missing: wait for it, step over nothing.
         */
        GAP,
        /**
         * An object is not what its key says: stop this writer's run here and raise an alarm.
         */
        CORRUPT,
        /**
         * The store could not be asked: try again.
         */
        UNAVAILABLE,
    }

    private final Kind kind;

    public WalException(Kind kind, String message)
    {
        super(message);
        this.kind = requireNonNull(kind, "kind is null");
    }

    public WalException(Kind kind, String message, Throwable cause)
    {
        super(message, cause);
        this.kind = requireNonNull(kind, "kind is null");
    }

    public Kind kind()
    {
        return kind;
    }
}

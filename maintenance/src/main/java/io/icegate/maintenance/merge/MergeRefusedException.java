package io.icegate.maintenance.merge;

/**
 * These files cannot be merged here. An engine can still rewrite them, unless they are damaged.
 */
public final class MergeRefusedException
        extends RuntimeException
{
    private final boolean damage;

    MergeRefusedException(String message)
    {
        this(message, false);
    }

    private MergeRefusedException(String message, boolean damage)
    {
        super(message);
        this.damage = damage;
    }

    /**
     * Of a file that no reader reads, as far as that shows.
     */
    static MergeRefusedException damaged(String message)
    {
        return new MergeRefusedException(message, true);
    }

    /**
     * Whether the files are what they should be, and only this merge does not know them, or not.
     */
    public boolean isDamage()
    {
        return damage;
    }
}

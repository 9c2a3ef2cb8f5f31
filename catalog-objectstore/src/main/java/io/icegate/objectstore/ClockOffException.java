package io.icegate.objectstore;

/**
 * The clock of this process is too far from the store's. Nothing happened; it may be tried again once the clock is right.
 */
public final class ClockOffException
        extends IllegalStateException
{
    public ClockOffException(String message)
    {
        super(message);
    }
}

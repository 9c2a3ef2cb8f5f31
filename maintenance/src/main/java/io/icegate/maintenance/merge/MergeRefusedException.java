package io.icegate.maintenance.merge;

/**
 * These files cannot be merged here. An engine can still rewrite them.
 */
public final class MergeRefusedException
        extends RuntimeException
{
    MergeRefusedException(String message)
    {
        super(message);
    }
}

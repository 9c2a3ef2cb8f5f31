package io.icegate.maintenance.upkeep;

/**
 * The engine does not take statements now, and has begun none. It may later.
 */
public final class EngineUnavailableException
        extends RuntimeException
{
    /**
     * @param message for people
     */
    public EngineUnavailableException(String message, Throwable cause)
    {
        super(message, cause);
    }
}

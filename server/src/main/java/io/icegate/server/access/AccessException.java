package io.icegate.server.access;

import static java.util.Objects.requireNonNull;

/**
 * A request that may not do what it asks for. Cheap: it has no stack trace.
 */
public final class AccessException
        extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * What kind of answer the client gets.
     */
    public enum Reason
    {
        /**
         * A header is missing, invalid or contradicts another one.
         */
        INVALID,
        /**
         * No key, or none that is valid.
         */
        UNAUTHENTICATED,
        /**
         * The key is not for this tenant.
         */
        FORBIDDEN,
    }

    public AccessException(Reason reason, String message)
    {
        super(requireNonNull(message, "message is null"), null, false, false);
        this.reason = requireNonNull(reason, "reason is null");
    }

    public Reason reason()
    {
        return reason;
    }

    @Override
    public String getMessage()
    {
        return requireNonNull(super.getMessage());
    }
}

package io.icegate.receiver.signal;

import org.jspecify.annotations.Nullable;

import static java.util.Objects.requireNonNull;

/**
 * A request that is answered with an error. Cheap: it has no stack trace of its own.
 */
public final class RefusedException
        extends RuntimeException
{
    private final Refusal refusal;

    public RefusedException(Refusal refusal, String message)
    {
        this(refusal, message, null);
    }

    public RefusedException(Refusal refusal, String message, @Nullable Throwable cause)
    {
        super(requireNonNull(message, "message is null"), cause, false, false);
        this.refusal = requireNonNull(refusal, "refusal is null");
    }

    public Refusal refusal()
    {
        return refusal;
    }

    @Override
    public String getMessage()
    {
        return requireNonNull(super.getMessage());
    }
}

package io.icegate.receiver.signal;

import org.jspecify.annotations.Nullable;

import java.util.OptionalLong;

import static java.util.Objects.requireNonNull;

/**
 * A request that is answered with an error. Cheap: it has no stack trace of its own.
 */
public final class RefusedException
        extends RuntimeException
{
    private final Refusal refusal;
    private final OptionalLong retryMillis;

    public RefusedException(Refusal refusal, String message)
    {
        this(refusal, message, OptionalLong.empty(), null);
    }

    /**
     * @param retryMillis after which sending again can help
     */
    public RefusedException(Refusal refusal, String message, OptionalLong retryMillis)
    {
        this(refusal, message, retryMillis, null);
    }

    public RefusedException(Refusal refusal, String message, @Nullable Throwable cause)
    {
        this(refusal, message, OptionalLong.empty(), cause);
    }

    private RefusedException(Refusal refusal, String message, OptionalLong retryMillis, @Nullable Throwable cause)
    {
        super(requireNonNull(message, "message is null"), cause, false, false);
        this.refusal = requireNonNull(refusal, "refusal is null");
        this.retryMillis = requireNonNull(retryMillis, "retryMillis is null");
    }

    public Refusal refusal()
    {
        return refusal;
    }

    /**
     * After which sending again can help; empty when that depends on the load.
     */
    public OptionalLong retryMillis()
    {
        return retryMillis;
    }

    @Override
    public String getMessage()
    {
        return requireNonNull(super.getMessage());
    }
}

package io.icegate.receiver.ingest;

import static java.util.Objects.requireNonNull;

/**
 * The encoder failed on a segment. The decoders have refused what is wrong with a payload, so this is never the client's fault.
 */
public final class NotEncodedException
        extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    public NotEncodedException(RuntimeException cause)
    {
        super("Cannot encode segment: %s".formatted(cause), requireNonNull(cause, "cause is null"));
    }
}

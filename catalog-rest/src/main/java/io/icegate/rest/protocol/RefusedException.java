package io.icegate.rest.protocol;

import static java.util.Objects.requireNonNull;

/**
 * A request that is refused before anything is done. Cheap: it has no stack trace.
 */
final class RefusedException
        extends RuntimeException
{
    private static final long serialVersionUID = 1;

    private final transient RestError error;

    RefusedException(RestError error)
    {
        super(error.message(), null, false, false);
        this.error = requireNonNull(error, "error is null");
    }

    RestError error()
    {
        return error;
    }
}

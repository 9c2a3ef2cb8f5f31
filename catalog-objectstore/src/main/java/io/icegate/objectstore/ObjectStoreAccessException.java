package io.icegate.objectstore;

import static java.util.Objects.requireNonNull;

/**
 * The store refused a conditional write for a reason that the same request will meet again: no permission, no such
 * bucket, no space, a file where a folder is needed. Definite: nothing was written and nothing will be by this request.
 */
public class ObjectStoreAccessException
        extends RuntimeException
{
    public ObjectStoreAccessException(String message, Throwable cause)
    {
        super(requireNonNull(message, "message is null"), requireNonNull(cause, "cause is null"));
    }

    public ObjectStoreAccessException(String message)
    {
        super(requireNonNull(message, "message is null"));
    }
}

package io.icegate.receiver.decode;

/**
 * The payload of a request is wrong, and sending it again cannot help. Cheap: it has no stack trace of its own.
 */
public final class MalformedRequestException
        extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    public MalformedRequestException(String reason)
    {
        super("Cannot decode request: " + reason, null, false, false);
    }

    public MalformedRequestException(String reason, Throwable cause)
    {
        super("Cannot decode request: " + reason, cause, false, false);
    }
}

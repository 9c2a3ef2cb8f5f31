package io.icegate.receiver.decode;

/**
 * One record, or the resource or scope of several, is bad. Its neighbours are not. Cheap: it has no stack trace.
 */
public final class BadRecordException
        extends Exception
{
    private static final long serialVersionUID = 1L;

    public BadRecordException(String reason)
    {
        super(reason, null, false, false);
    }
}

package io.icegate.receiver.decode.json;

/**
 * A JSON value is not what its field takes. Cheap: it has no stack trace.
 */
final class WrongValueException
        extends Exception
{
    private static final long serialVersionUID = 1L;

    private final String pointer;
    private final String reason;

    /**
     * @param pointer JSON pointer of the value; empty when the reason is a sentence of its own
     * @param reason goes on where the pointer ends
     */
    WrongValueException(String pointer, String reason)
    {
        super(pointer.isEmpty() ? reason : pointer + " " + reason, null, false, false);
        this.pointer = pointer;
        this.reason = reason;
    }

    /**
     * The message, with the pointer from a value on that is around the wrong one.
     */
    String below(String outer)
    {
        if (pointer.isEmpty()) {
            return reason;
        }
        return (pointer.startsWith(outer + "/") ? pointer.substring(outer.length() + 1) : "it") + " " + reason;
    }
}

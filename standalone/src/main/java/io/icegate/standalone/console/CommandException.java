package io.icegate.standalone.console;

/**
 * A failure that the user is told in one line: the message is complete, a stack trace would add nothing.
 */
public final class CommandException
        extends RuntimeException
{
    private static final long serialVersionUID = 1;

    public CommandException(String message)
    {
        super(message);
    }

    public CommandException(String message, Throwable cause)
    {
        super(message, cause);
    }
}

package io.icegate.alerting.rule;

import java.io.IOException;

/**
 * A newer program wrote an object of a group. This one leaves the group alone.
 */
public final class NewerFormatException
        extends IOException
{
    private static final long serialVersionUID = 1L;

    public NewerFormatException(String message)
    {
        super(message);
    }
}

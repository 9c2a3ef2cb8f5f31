package io.icegate.alerting.state;

/**
 * Where an alert stands. An alert without an instance is inactive.
 */
public enum AlertState
{
    INACTIVE,
    PENDING,
    FIRING,
    RESOLVED;

    /**
     * As it is written in records, events and answers.
     */
    public String text()
    {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}

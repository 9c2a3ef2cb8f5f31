package io.icegate.maintenance.doctor;

import java.util.Locale;

/**
 * How much a finding matters.
 */
public enum Severity
{
    /**
     * Worth knowing, and nothing has to be done.
     */
    INFO,
    /**
     * Costs speed or money, and gets worse.
     */
    WARNING,
    /**
     * Will stop something.
     */
    CRITICAL;

    public String text()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}

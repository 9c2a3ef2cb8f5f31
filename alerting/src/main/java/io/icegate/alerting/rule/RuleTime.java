package io.icegate.alerting.rule;

/**
 * Which time of a row the window of a rule is about.
 */
public enum RuleTime
{
    /**
     * When it happened: {@code timestamp}. Late rows re-open their ticks.
     */
    EVENT,
    /**
     * When it came: {@code ingest_time}. No row is late.
     */
    ARRIVAL,
}

package io.icegate.receiver.ingest;

import java.time.Duration;

/**
 * Weighs latency against price on stores that charge for each file.
 */
public enum WindowProfile
{
    LOW_LATENCY(20),
    BALANCED(4),
    ECONOMY(1);

    private static final double NANOS_PER_SECOND = 1e9;

    private final double filesPerSecond;

    WindowProfile(double filesPerSecond)
    {
        this.filesPerSecond = filesPerSecond;
    }

    /**
     * Files per second and lane that a steady load may cost.
     */
    public double filesPerSecond()
    {
        return filesPerSecond;
    }

    /**
     * Longest wait for more requests: files that come as seldom as this are within the budget.
     */
    public Duration longestWindow()
    {
        return Duration.ofNanos(Math.round(NANOS_PER_SECOND / filesPerSecond));
    }
}

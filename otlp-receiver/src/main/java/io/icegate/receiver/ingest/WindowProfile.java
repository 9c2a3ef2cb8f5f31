package io.icegate.receiver.ingest;

import java.time.Duration;

/**
 * Weighs latency against price on stores that charge for each file.
 */
public enum WindowProfile
{
    LOW_LATENCY(20, Duration.ofSeconds(10)),
    BALANCED(4, Duration.ofSeconds(30)),
    ECONOMY(1, Duration.ofSeconds(60));

    private static final double NANOS_PER_SECOND = 1e9;

    private final double filesPerSecond;
    private final Duration commitInterval;

    WindowProfile(double filesPerSecond, Duration commitInterval)
    {
        this.filesPerSecond = filesPerSecond;
        this.commitInterval = commitInterval;
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

    /**
     * Time between two commits. Live reads see rows before they are committed; other engines see them after.
     */
    public Duration commitInterval()
    {
        return commitInterval;
    }
}

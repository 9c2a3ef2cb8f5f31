package io.icegate.standalone.telemetry;

import java.time.Duration;
import java.util.List;

/**
 * Delays from the acknowledgement of a record to its appearance in SQL, sorted.
 */
public record Freshness(List<Duration> samples)
{
    public Freshness
    {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("samples is empty");
        }
        samples = samples.stream().sorted().toList();
    }

    /**
     * The smallest sample that at least the given share of all samples does not exceed.
     */
    public Duration percentile(double percent)
    {
        if (!(percent > 0 && percent <= 100)) {
            throw new IllegalArgumentException("percent is not in (0, 100]: " + percent);
        }
        return samples.get((int) Math.ceil(samples.size() * percent / 100) - 1);
    }

    public Duration max()
    {
        return samples.getLast();
    }
}

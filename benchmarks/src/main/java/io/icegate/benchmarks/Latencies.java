package io.icegate.benchmarks;

import java.util.Collection;

/**
 * Durations of one kind of request, sorted.
 */
public record Latencies(long[] nanos)
{
    public static Latencies of(Collection<Long> nanos)
    {
        return new Latencies(nanos.stream().mapToLong(Long::longValue).sorted().toArray());
    }

    /**
     * The smallest duration that at least the given share of all does not exceed.
     */
    public double millis(double percent)
    {
        if (nanos.length == 0) {
            throw new IllegalStateException("Cannot tell a percentile: nothing was measured");
        }
        return nanos[(int) Math.ceil(nanos.length * percent / 100) - 1] / 1e6;
    }
}

package io.icegate.benchmarks.soak;

import io.icegate.benchmarks.Latencies;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Durations and gauges by the minute. Any thread may add to them.
 */
final class Measurements
{
    private final long began = System.nanoTime();
    private final SortedMap<String, SortedMap<Integer, List<Long>>> durations = new TreeMap<>();
    private final SortedMap<String, SortedMap<Integer, Double>> gauges = new TreeMap<>();

    int minute()
    {
        return (int) Duration.ofNanos(System.nanoTime() - began).toMinutes();
    }

    synchronized void duration(String name, long nanos)
    {
        durations.computeIfAbsent(name, _ -> new TreeMap<>()).computeIfAbsent(minute(), _ -> new ArrayList<>()).add(nanos);
    }

    /**
     * The last value of a minute counts.
     */
    synchronized void gauge(String name, double value)
    {
        gauges.computeIfAbsent(name, _ -> new TreeMap<>()).put(minute(), value);
    }

    /**
     * The lowest value of a minute counts.
     */
    synchronized void lowest(String name, double value)
    {
        gauges.computeIfAbsent(name, _ -> new TreeMap<>()).merge(minute(), value, Math::min);
    }

    /**
     * A percentile in milliseconds of everything that was measured below the prefix in some minutes; NaN when there is nothing.
     */
    synchronized double millis(String prefix, double percent, int fromMinute, int toMinute)
    {
        List<Long> all = new ArrayList<>();
        durations.forEach((name, minutes) -> {
            if (name.startsWith(prefix)) {
                minutes.subMap(fromMinute, toMinute).values().forEach(all::addAll);
            }
        });
        return all.isEmpty() ? Double.NaN : Latencies.of(all).millis(percent);
    }

    /**
     * Every curve, minute by minute, in the unit that its name tells.
     */
    synchronized Map<String, SortedMap<Integer, Double>> curves()
    {
        Map<String, SortedMap<Integer, Double>> curves = new LinkedHashMap<>();
        durations.forEach((name, minutes) -> {
            SortedMap<Integer, Double> median = new TreeMap<>();
            SortedMap<Integer, Double> slow = new TreeMap<>();
            minutes.forEach((minute, nanos) -> {
                Latencies latencies = Latencies.of(nanos);
                median.put(minute, latencies.millis(50));
                slow.put(minute, latencies.millis(90));
            });
            curves.put(name + "_p50_ms", median);
            curves.put(name + "_p90_ms", slow);
        });
        gauges.forEach((name, minutes) -> curves.put(name, new TreeMap<>(minutes)));
        return curves;
    }
}

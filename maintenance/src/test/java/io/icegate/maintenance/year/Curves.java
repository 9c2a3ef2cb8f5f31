package io.icegate.maintenance.year;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * The samples of all days, and whether they are flat: the last day must not be above the eighth, which is the first behind the
 * longest retention, by more than 5 %.
 */
final class Curves
{
    static final int REFERENCE_DAY = 7;
    private static final double GROWTH_MAX = 1.05;
    /**
     * Beside the share: numbers that are so small that one object more is a large share, or that follow the phase of something
     * that happens less than once a day.
     */
    private static final Map<String, Double> TOLERANCES = Map.ofEntries(
            Map.entry("objects _catalog/log", 256.0), // records go by whole checkpoints
            Map.entry("objects _wal/_writers", 6.0),
            Map.entry("objects _live", 5.0),
            Map.entry("objects _wal/_batches", 5.0),
            // a segment of nothing but copies is no file of the table, so that no expiration deletes it: a known gap
            Map.entry("objects _wal/segments", Double.MAX_VALUE),
            // orphans of failed commits are looked for once a week, and left alone for three days
            Map.entry("objects tables/metadata", 150.0),
            Map.entry("objects tables/data", 10.0),
            Map.entry("bytes per collect", 15_000.0), // a new process looks for what ended writers left
            Map.entry("requests per collect", 6.0),
            Map.entry("lists per collect", 4.0),
            Map.entry("bytes per follow", 3_000.0), // which of the restarts a failure spoiled
            Map.entry("requests per follow", 6.0),
            Map.entry("bytes per plan", 4_000.0),
            Map.entry("bytes per plan_again", 5_000.0), // when the plan before it failed
            Map.entry("bytes per commit", 20_000.0), // whether somebody committed in between, so that metadata is read again
            Map.entry("count of commit", 10.0), // those that a failure spoiled are not counted
            Map.entry("count of collect", 10.0),
            Map.entry("count of append", 10.0),
            Map.entry("count of follow", 15.0),
            Map.entry("count of lease", 15.0),
            Map.entry("count of heartbeat", 15.0),
            Map.entry("count of idle", 30.0),
            Map.entry("count of plan", 5.0),
            Map.entry("count of plan_again", 5.0),
            Map.entry("snapshots", 10.0), // a hundred are kept, which takes a week here
            Map.entry("size metadata.json", 4_000.0),
            Map.entry("size vector", 300.0));
    private static final double TOLERANCE = 2;

    private final List<DaySample> days = new ArrayList<>();

    void add(DaySample day)
    {
        days.add(day);
    }

    List<DaySample> days()
    {
        return List.copyOf(days);
    }

    /**
     * The curves that grow, with their values; empty when all is well.
     */
    List<String> growing()
    {
        return above(days.get(REFERENCE_DAY), "on day " + (REFERENCE_DAY + 1));
    }

    /**
     * The curves that end above those of another run, with their values.
     */
    List<String> above(Curves other)
    {
        return above(other.days.get(days.size() - 1), "there");
    }

    private List<String> above(DaySample reference, String where)
    {
        DaySample last = days.get(days.size() - 1);
        List<String> growing = new ArrayList<>();
        for (String curve : last.values().keySet()) {
            double before = reference.value(curve);
            double after = last.value(curve);
            if (!curve.endsWith(DaySample.OTHERS) && after > before * GROWTH_MAX + TOLERANCES.getOrDefault(curve, TOLERANCE)) {
                growing.add(String.format(Locale.ROOT, "%s: %.1f %s, %.1f on day %s", curve, before, where, after, days.size()));
            }
        }
        return growing;
    }

    /**
     * All curves as a table, for people.
     */
    String text()
    {
        StringBuilder text = new StringBuilder();
        TreeSet<String> names = new TreeSet<>();
        days.forEach(day -> names.addAll(day.values().keySet()));
        int step = Math.max(1, days.size() / 14);
        for (String name : names) {
            text.append(String.format(Locale.ROOT, "%-32s", name));
            for (int day = 0; day < days.size(); day += step) {
                text.append(String.format(Locale.ROOT, " %8.1f", days.get(day).value(name)));
            }
            text.append('\n');
        }
        return text.toString();
    }
}

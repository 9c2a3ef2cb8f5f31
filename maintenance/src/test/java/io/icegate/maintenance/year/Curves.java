package io.icegate.maintenance.year;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.DoubleStream;

import static java.util.Objects.requireNonNull;

/**
 * The samples of all days, and whether they are flat: the mean of the last days must not be above that of as many days behind the
 * retention of a curve by more than 5 %.
 *
 * <p>Dice and the weekday are in each day, so days are compared by the week, or by what a short run has of it. What the dice still
 * make of a mean is not guessed: it is three standard errors of the difference, from the days themselves, and more of them the fewer
 * days there are, as those say less of how they scatter. A curve without dice has none.
 */
final class Curves
{
    /**
     * From here on nothing is kept longer, unless it is named below.
     */
    private static final int RETENTION = 7;
    private static final double GROWTH_MAX = 1.05;
    private static final double ERRORS_MAX = 3;
    private static final int WEEK = 7;
    /**
     * Of the heap, which is seen once a week only, and differs by what just ran.
     */
    private static final int HEAP_SPAN = 8 * WEEK;
    /**
     * An action that moves less than a small object has none of its bytes from history: they are those of the few times in which a
     * process had just started and remembered nothing.
     */
    private static final double BYTES_FEW = 1_000;
    private static final String BYTES = "bytes per ";
    /**
     * Fewer days tell nothing of what happens every other day.
     */
    private static final int SPAN_MIN = 3;
    /**
     * Days after which a curve is flat, where it takes longer.
     */
    private static final Map<String, Integer> RETENTIONS = Map.ofEntries(
            // a week of records, by whole checkpoints, one a day
            Map.entry("objects _catalog/log", 9),
            Map.entry("objects _catalog/ckpt", 9),
            Map.entry("objects _catalog/gc", 9),
            // a hundred snapshots, 12 a day
            Map.entry("snapshots", 9),
            Map.entry("size metadata.json", 9),
            Map.entry("bytes per commit", 9),
            Map.entry("bytes per upkeep", 9),
            Map.entry("requests per upkeep", 9),
            // rows of three days, in files of a hundred snapshots
            Map.entry("objects tables/data", 14),
            // a week in the catalog; then orphans, which are looked for weekly and left alone for three days
            Map.entry("objects tables/metadata", 18),
            // a hundred snapshots, a week without any, and the week until somebody looks
            Map.entry("objects _wal/segments", 24),
            // who just started looks behind each closed writer that the table still names, as it does while snapshots have its segments
            Map.entry("lists per collect", 24),
            Map.entry("requests per collect", 24),
            Map.entry("bytes per collect", 24),
            // what the tables beside bring, too: a hundred snapshots, one a day, and a fortnight until their files are gone
            Map.entry(DaySample.HEAP, 119));

    private final Map<String, Integer> places = new TreeMap<>();
    /**
     * Values by place, NaN where there is none. Little of the heap, which is one of the curves.
     */
    private final List<double[]> days = new ArrayList<>();

    void add(DaySample day)
    {
        Map<String, Double> values = day.values();
        values.keySet().forEach(name -> places.putIfAbsent(name, places.size()));
        double[] placed = new double[places.size()];
        Arrays.fill(placed, Double.NaN);
        values.forEach((name, value) -> placed[requireNonNull(places.get(name))] = value);
        days.add(placed);
    }

    private double value(double[] day, String curve)
    {
        int place = requireNonNull(places.get(curve));
        return place < day.length ? day[place] : Double.NaN;
    }

    private double[] values(List<double[]> days, String curve)
    {
        return days.stream().mapToDouble(day -> value(day, curve)).filter(value -> !Double.isNaN(value)).toArray();
    }

    /**
     * How much dice and days of the week scatter the values, whatever they grow: by second differences, which are 0 on a line.
     */
    private static double variance(double[] values)
    {
        double squares = 0;
        for (int i = 2; i < values.length; i++) {
            double bend = values[i] - 2 * values[i - 1] + values[i - 2];
            squares += bend * bend;
        }
        return values.length < 3 ? 0 : squares / (6.0 * (values.length - 2));
    }

    /**
     * The curves that grow, with their values; empty when all is well. One whose retention leaves too few days is left out.
     */
    List<String> growing()
    {
        List<String> growing = new ArrayList<>();
        for (String curve : names()) {
            int retention = RETENTIONS.getOrDefault(curve, RETENTION);
            int span = Math.min(curve.equals(DaySample.HEAP) ? HEAP_SPAN : WEEK, (days.size() - retention) / 2);
            if (span < SPAN_MIN) {
                continue;
            }
            double[] first = values(days.subList(retention, retention + span), curve);
            double[] last = values(days.subList(days.size() - span, days.size()), curve);
            if (first.length == 0 || last.length == 0) {
                continue;
            }
            double before = DoubleStream.of(first).average().orElseThrow();
            double after = DoubleStream.of(last).average().orElseThrow();
            if (curve.startsWith(BYTES) && after < BYTES_FEW) {
                continue;
            }
            double error = Math.sqrt(variance(values(days.subList(retention, days.size()), curve)) * (1.0 / first.length + 1.0 / last.length));
            double errors = ERRORS_MAX * WEEK / Math.min(WEEK, span);
            if (after > before * GROWTH_MAX + errors * error) {
                growing.add(String.format(Locale.ROOT, "%s: %.1f on %s days from day %s on, %.1f on the last", curve, before, span, retention + 1, after));
            }
        }
        return growing;
    }

    /**
     * The curves that end above those of another run, with their values. Neither has dice.
     */
    List<String> above(Curves other)
    {
        Map<String, Double> last = lastDay();
        Map<String, Double> reference = other.lastDay();
        List<String> above = new ArrayList<>();
        last.forEach((curve, value) -> {
            double there = reference.getOrDefault(curve, 0.0);
            if (value > there * GROWTH_MAX) {
                above.add(String.format(Locale.ROOT, "%s: %.1f there, %.1f here", curve, there, value));
            }
        });
        return above;
    }

    private Map<String, Double> lastDay()
    {
        Map<String, Double> values = new TreeMap<>();
        double[] last = days.get(days.size() - 1);
        places.keySet().forEach(name -> values.put(name, value(last, name)));
        // a matter of the run before this one, too
        values.remove(DaySample.HEAP);
        values.values().removeIf(value -> value.isNaN());
        return values;
    }

    private Set<String> names()
    {
        Set<String> names = new TreeSet<>(places.keySet());
        names.removeIf(name -> name.endsWith(DaySample.OTHERS) || name.startsWith(DaySample.COUNT_OF) && !name.equals(DaySample.COUNT_OF + "commit"));
        return names;
    }

    /**
     * All curves as a table, for people.
     */
    String text()
    {
        StringBuilder text = new StringBuilder();
        for (String name : places.keySet()) {
            text.append(String.format(Locale.ROOT, "%-32s", name));
            days.forEach(day -> text.append(String.format(Locale.ROOT, " %8.1f", Double.isNaN(value(day, name)) ? 0 : value(day, name))));
            text.append('\n');
        }
        return text.toString();
    }
}

package io.icegate.benchmarks.soak;

import io.icegate.benchmarks.Report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

import static java.util.Objects.requireNonNull;

/**
 * What a soak found.
 *
 * @param repeated requests that were sent again
 * @param failedQueries of the dashboard
 * @param kills short names of programs, in order
 */
record SoakResult(SoakSettings settings, List<Ledger.Line> ledger, long repeated, long failedQueries, List<String> kills, Measurements measurements)
{
    private static final int PARTS = 6;

    SoakResult
    {
        requireNonNull(settings, "settings is null");
        ledger = List.copyOf(ledger);
        kills = List.copyOf(kills);
        requireNonNull(measurements, "measurements is null");
    }

    boolean balances()
    {
        return ledger.stream().allMatch(Ledger.Line::balances);
    }

    long acknowledged()
    {
        return ledger.stream().mapToLong(Ledger.Line::acknowledged).sum();
    }

    long stored()
    {
        return ledger.stream().mapToLong(line -> line.stored().rows()).sum();
    }

    Report report()
    {
        Report report = new Report("soak")
                .setting("minutes", settings.length().toSeconds() / 60.0)
                .setting("records_per_second", settings.recordsPerSecond())
                .setting("clients_per_signal", settings.clients())
                .setting("records_per_request", SoakSettings.BATCH)
                .setting("kill_every_seconds", settings.killEvery().toSeconds())
                .setting("dashboard_every_seconds", SoakSettings.DASHBOARD_INTERVAL.toSeconds());
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("balances", balances());
        result.put("acknowledged", acknowledged());
        result.put("stored", stored());
        result.put("requests_sent_again", repeated);
        result.put("kills", kills);
        result.put("queries_failed", failedQueries);
        result.putAll(dashboard());
        result.put("ledger", ledger.stream().map(Ledger.Line::result).toList());
        result.put("curves_by_minute", curves());
        return report.result(result);
    }

    /**
     * The second and the last sixth of the load are compared: the first one warms up.
     */
    private Map<String, Object> dashboard()
    {
        int minutes = Math.max(1, (int) settings.length().toMinutes());
        int part = Math.max(1, minutes / PARTS);
        double early = measurements.millis("query_", 90, Math.min(part, minutes - 1), Math.min(2 * part, minutes));
        double late = measurements.millis("query_", 90, minutes - part, minutes + 1);
        Map<String, Object> found = new LinkedHashMap<>();
        found.put("dashboard_p90_ms_second_sixth", rounded(early));
        found.put("dashboard_p90_ms_last_sixth", rounded(late));
        found.put("dashboard_p90_ratio", rounded(late / early));
        found.put("count_by_service_p50_ms", rounded(measurements.millis("query_" + Dashboard.BY_SERVICE, 50, 0, minutes + 1)));
        found.put("count_by_service_p50_ms_last_sixth", rounded(measurements.millis("query_" + Dashboard.BY_SERVICE, 50, minutes - part, minutes + 1)));
        found.put("acknowledge_p50_ms", rounded(measurements.millis("acknowledge", 50, 0, minutes + 1)));
        found.put("acknowledge_p99_ms", rounded(measurements.millis("acknowledge", 99, 0, minutes + 1)));
        return found;
    }

    private Map<String, Object> curves()
    {
        Map<String, Object> curves = new LinkedHashMap<>();
        measurements.curves().forEach((name, values) -> curves.put(name, points(values)));
        return curves;
    }

    private static List<List<Number>> points(SortedMap<Integer, Double> values)
    {
        List<List<Number>> points = new ArrayList<>();
        values.forEach((minute, value) -> points.add(List.of(minute, rounded(value))));
        return points;
    }

    /**
     * Tenths say enough, and NaN is no JSON.
     */
    private static double rounded(double value)
    {
        return Double.isFinite(value) ? Math.round(value * 100) / 100.0 : -1;
    }
}

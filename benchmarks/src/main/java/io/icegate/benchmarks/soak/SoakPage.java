package io.icegate.benchmarks.soak;

import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The result of a soak as a page with curves, in one file that needs nothing else.
 */
final class SoakPage
{
    private static final int WIDTH = 560;
    private static final int HEIGHT = 150;
    private static final int MARGIN = 46;

    private SoakPage() {}

    static String of(SoakResult result)
    {
        StringBuilder page = new StringBuilder(
                """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><title>IceGate soak</title>
                <style>body{font:14px sans-serif;margin:2em;max-width:1200px} table{border-collapse:collapse} td,th{padding:2px 10px;text-align:right;border-bottom:1px solid #ddd}
                svg{background:#fafafa;margin:4px} .curves{display:flex;flex-wrap:wrap} figure{margin:6px} figcaption{font-weight:bold}</style></head><body>
                <h1>IceGate soak</h1>
                """);
        page.append("<p>%s minutes, %s records a second, %s clients for each signal. <b>%s</b>: %,d records acknowledged, %,d stored. Killed: %s. Requests sent again: %s. Queries failed: %s.</p>%n".formatted(
                result.settings().length().toMinutes(),
                result.settings().recordsPerSecond(),
                result.settings().clients(),
                result.balances() ? "The ledger balances" : "THE LEDGER DOES NOT BALANCE",
                result.acknowledged(),
                result.stored(),
                result.kills().isEmpty() ? "nothing" : String.join(", ", result.kills()),
                result.repeated(),
                result.failedQueries()));
        page.append("<table><tr><th>client</th><th>acknowledged</th><th>not settled</th><th>stored</th><th>balances</th></tr>\n");
        for (Ledger.Line line : result.ledger()) {
            page.append("<tr><td>%s</td><td>%,d</td><td>%,d</td><td>%,d</td><td>%s</td></tr>%n".formatted(line.client(), line.acknowledged(), line.unsettled(), line.stored().rows(), line.balances() ? "yes" : "NO"));
        }
        page.append("</table>\n<div class=\"curves\">\n");
        for (Map.Entry<String, SortedMap<Integer, Double>> curve : new TreeMap<>(result.measurements().curves()).entrySet()) {
            page.append(figure(curve.getKey(), curve.getValue()));
        }
        return page.append("</div></body></html>\n").toString();
    }

    /**
     * A curve from zero to its highest value, by the minute.
     */
    private static String figure(String name, SortedMap<Integer, Double> values)
    {
        double highest = Math.max(values.values().stream().mapToDouble(Double::doubleValue).max().orElse(1), 1e-9);
        int last = Math.max(values.lastKey(), 1);
        StringBuilder points = new StringBuilder();
        values.forEach((minute, value) -> points.append(String.format(
                Locale.ROOT,
                "%.1f,%.1f ",
                MARGIN + (WIDTH - MARGIN - 10.0) * minute / last,
                HEIGHT - 20 - (HEIGHT - 30.0) * value / highest)));
        return String.format(
                Locale.ROOT,
                """
                <figure><figcaption>%s</figcaption><svg width="%d" height="%d" role="img"><text x="2" y="14">%.4g</text><text x="2" y="%d">0</text>
                <text x="%d" y="%d" text-anchor="end">minute %d</text><polyline fill="none" stroke="#1f6feb" stroke-width="2" points="%s"/></svg></figure>
                """,
                name,
                WIDTH,
                HEIGHT,
                highest,
                HEIGHT - 20,
                WIDTH - 6,
                HEIGHT - 4,
                last,
                points.toString().strip());
    }
}

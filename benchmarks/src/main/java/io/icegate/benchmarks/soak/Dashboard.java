package io.icegate.benchmarks.soak;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Five queries of a dashboard, one after the other, again and again. A query that fails is counted and asked again by the next round.
 */
final class Dashboard
{
    /**
     * The first one has a bar of its own.
     */
    static final String BY_SERVICE = "count_by_service";

    private static final Map<String, String> QUERIES = queries();
    private static final int LIMIT_SECONDS = 120;

    private final Connections connections;
    private final Timings timings;
    private final AtomicLong failed = new AtomicLong();

    interface Connections
    {
        Connection open()
                throws SQLException;
    }

    interface Timings
    {
        void add(String query, long nanos);
    }

    Dashboard(Connections connections, Timings timings)
    {
        this.connections = requireNonNull(connections, "connections is null");
        this.timings = requireNonNull(timings, "timings is null");
    }

    private static Map<String, String> queries()
    {
        Map<String, String> queries = new LinkedHashMap<>();
        queries.put(BY_SERVICE, "SELECT service_name, count(*) FROM logs WHERE timestamp > now() - INTERVAL '1' HOUR GROUP BY 1 ORDER BY 2 DESC");
        queries.put("errors_by_minute", "SELECT date_trunc('minute', timestamp), count_if(severity_number >= 17), count(*) FROM logs WHERE timestamp > now() - INTERVAL '15' MINUTE GROUP BY 1 ORDER BY 1");
        queries.put("newest_errors", "SELECT timestamp, service_name, body FROM logs WHERE timestamp > now() - INTERVAL '15' MINUTE AND severity_number >= 17 ORDER BY timestamp DESC LIMIT 50");
        queries.put("slow_routes", "SELECT name, count(*), approx_percentile(end_time_unix_nano - start_time_unix_nano, 0.95) FROM spans WHERE timestamp > now() - INTERVAL '15' MINUTE GROUP BY 1 ORDER BY 3 DESC");
        queries.put("memory_by_service", "SELECT service_name, date_trunc('minute', timestamp), avg(value_double) FROM metrics WHERE metric_name = 'process.memory.usage' AND timestamp > now() - INTERVAL '15' MINUTE GROUP BY 1, 2");
        return queries;
    }

    /**
     * Queries that failed, as they do while the server is started again.
     */
    long failed()
    {
        return failed.get();
    }

    void run(BooleanSupplier goesOn)
            throws InterruptedException
    {
        while (goesOn.getAsBoolean()) {
            long began = System.nanoTime();
            for (Map.Entry<String, String> query : QUERIES.entrySet()) {
                if (goesOn.getAsBoolean()) {
                    ask(query.getKey(), query.getValue());
                }
            }
            long left = SoakSettings.DASHBOARD_INTERVAL.toNanos() - (System.nanoTime() - began);
            if (left > 0) {
                Thread.sleep(Duration.ofNanos(left));
            }
        }
    }

    private void ask(String name, String sql)
    {
        long began = System.nanoTime();
        try (Connection connection = connections.open();
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(LIMIT_SECONDS);
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    rows.getObject(1);
                }
            }
            timings.add(name, System.nanoTime() - began);
        }
        catch (SQLException _) {
            failed.incrementAndGet();
        }
    }
}

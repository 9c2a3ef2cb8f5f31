package io.icegate.standalone.demo;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.console.ResultTable;
import io.icegate.standalone.process.HeapSize;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.MemoryPlan;
import io.icegate.standalone.process.Ports;
import io.icegate.standalone.process.Stack;
import io.icegate.standalone.process.StackSettings;
import io.icegate.standalone.process.TrinoProcess;
import io.icegate.standalone.telemetry.Freshness;
import io.icegate.standalone.telemetry.FreshnessProbe;
import io.icegate.standalone.telemetry.LoggingApplication;
import io.icegate.standalone.telemetry.OtlpTarget;
import io.icegate.standalone.telemetry.SdkExportCounts;
import io.icegate.standalone.telemetry.SdkExportCounts.Kind;

import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Follows some log records. The SDK sends them, queries find them while nothing is committed, then they are committed and queried again.
 */
public final class Demo
{
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(30);
    private static final int PROBE_READERS = 1;

    /**
     * A demo is too short for the optimizing compiler to save more time than it takes.
     */
    private static final Map<String, String> ENVIRONMENT = Map.of("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1");

    /**
     * The memory of a demo, which does not depend on the machine.
     */
    private static final MemoryPlan MEMORY = new MemoryPlan(new HeapSize(512), new HeapSize(768));

    private static final String BY_SERVICE =
            """
            SELECT service_name, count(*) AS "records", count_if(severity_number >= 17) AS errors, count(DISTINCT trace_id) AS traces
            FROM logs WHERE service_namespace = 'icegate-demo' AND service_name <> 'freshness-probe'
            GROUP BY 1 ORDER BY 1
            """;
    private static final String BY_ATTRIBUTE =
            """
            SELECT element_at(attributes, 'http.response.status_code') AS status, severity_text, count(*) AS "records"
            FROM logs WHERE service_name = 'payment' AND severity_number >= 13
            GROUP BY 1, 2 ORDER BY 1
            """;
    private static final String FAILED_ORDERS =
            """
            SELECT spans.service_name, spans.name, cardinality(events) AS events, body
            FROM spans JOIN logs ON spans.trace_id = logs.trace_id
            WHERE status_code = 2 AND severity_number >= 17
            ORDER BY spans.timestamp LIMIT 3
            """;
    private static final String METRICS =
            """
            SELECT metric_name, metric_type, unit, count(DISTINCT service_name) AS services, max(coalesce(value_int, "count")) AS largest
            FROM metrics WHERE metric_name LIKE 'shop.%' GROUP BY 1, 2, 3 ORDER BY 1
            """;
    /**
     * Computes one number from the content of all rows. Their order and files do not matter.
     */
    private static final String CHECKSUM = "SELECT to_hex(checksum(concat_ws('|', service_name, body, trace_id, CAST(time_unix_nano AS varchar)))) FROM logs";

    private final Installation installation;
    private final Path folder;
    private final int records;
    private final int probes;
    private final PrintStream out;
    private final long started = System.nanoTime();
    private Optional<Stack> stack = Optional.empty();
    private boolean stopped;

    public Demo(Installation installation, Path folder, int records, int probes, PrintStream out)
    {
        this.installation = requireNonNull(installation, "installation is null");
        this.folder = requireNonNull(folder, "folder is null");
        this.records = records;
        this.probes = probes;
        this.out = requireNonNull(out, "out is null");
    }

    /**
     * Runs everything.
     *
     * @return the line that tells the result
     */
    public String run()
            throws InterruptedException, SQLException
    {
        List<Integer> ports = Ports.free(3);
        // nothing is committed unless the demo says so
        Map<String, String> receiver = Map.of("icegate.commit.enabled", "false");
        StackSettings settings = new StackSettings(folder, "file:" + folder.resolve("warehouse"), ports.get(0), ports.get(1), ports.get(2), receiver, MEMORY);
        say("Starting the OTLP receiver and Trino on a folder of this machine: %s", folder);
        String server = "localhost:" + ports.get(2);
        try (Stack stack = start(settings)) {
            stack.awaitReady();
            say("Ready: OTLP/gRPC on port %s, OTLP/HTTP on port %s, Trino on port %s", ports.get(0), ports.get(1), ports.get(2));
            try (Connection connection = TrinoProcess.connect(server)) {
                return tell(stack, connection, new OtlpTarget(ports.get(0), ports.get(1)), server);
            }
        }
    }

    /**
     * Ends all programs of the demo and waits until they have ended. May be called from any thread and at any time; the demo then fails.
     */
    public void stop()
    {
        Optional<Stack> started;
        synchronized (this) {
            stopped = true;
            started = stack;
        }
        started.ifPresent(Stack::close);
    }

    private synchronized Stack start(StackSettings settings)
    {
        if (stopped) {
            throw new CommandException("Stopped before it started");
        }
        Stack started = Stack.start(settings.programs(installation, ENVIRONMENT), out::println, _ -> {});
        stack = Optional.of(started);
        return started;
    }

    private String tell(Stack stack, Connection connection, OtlpTarget target, String server)
            throws InterruptedException, SQLException
    {
        SdkExportCounts counts = new SdkExportCounts();

        say("Four services log at least %,d records with the OpenTelemetry Java SDK, and trace and measure what they do, two over gRPC and two over HTTP ...", records);
        long logged = new Shop(target, counts).run(records);
        if (counts.acknowledged(Kind.LOG_RECORDS) != logged) {
            throw new CommandException("The demo went wrong: %s records were logged, but %s acknowledged and %s refused, as the SDK counts them; it says: %s"
                    .formatted(logged, counts.acknowledged(Kind.LOG_RECORDS), counts.failed(Kind.LOG_RECORDS), LoggingApplication.lastComplaint()));
        }
        say("Acknowledged, which means durable: %,d log records, %,d spans, and metrics", logged, counts.acknowledged(Kind.SPANS));

        QuerySources live = QuerySources.read(connection);
        say("Nothing is committed yet, and SQL sees every record: %s", live.text());
        requireEqual("files of the committed snapshot", live.committedFiles(), "files before the commit", 0);
        show(connection, BY_SERVICE);
        show(connection, BY_ATTRIBUTE);
        say("Spans and data points are there too, and a trace joins them with the log records");
        show(connection, FAILED_ORDERS);
        show(connection, METRICS);

        say("%s probes measure freshness, from the acknowledgement of a record to the end of the first query that returns it ...", probes);
        Freshness freshness = new FreshnessProbe(target, counts, () -> TrinoProcess.connect(server), PROBE_READERS).run(probes, PROBE_INTERVAL);
        say("Freshness: p50 %s ms, p99 %s ms, max %s ms", freshness.percentile(50).toMillis(), freshness.percentile(99).toMillis(), freshness.max().toMillis());
        stack.requireUninterrupted();

        long acknowledged = counts.acknowledged(Kind.LOG_RECORDS);
        long rows = rows(connection, "logs");
        requireEqual("rows of spans", rows(connection, "spans"), "spans acknowledged by the receiver", counts.acknowledged(Kind.SPANS));
        requireEqual("rows in SQL", rows, "records acknowledged by the receiver, as the SDK counts them", acknowledged);
        String checksum = Sql.row(connection, CHECKSUM, row -> row.getString(1));

        say("CALL icegate.system.commit_wal('%s', 'logs'): the segments become files of an Iceberg snapshot, as they are", StackSettings.NAMESPACE);
        Sql.execute(connection, "CALL icegate.system.commit_wal('%s', 'logs')".formatted(StackSettings.NAMESPACE));
        QuerySources committed = QuerySources.read(connection);
        say("Committed: %s", committed.text());
        requireEqual("live segments", committed.liveSegments(), "segments after the commit", 0);
        show(connection, BY_SERVICE);
        requireEqual("rows after the commit", rows(connection, "logs"), "rows before it", rows);
        String checksumCommitted = Sql.row(connection, CHECKSUM, row -> row.getString(1));
        if (!checksumCommitted.equals(checksum)) {
            throw new CommandException("The demo went wrong: the rows after the commit are others than before it");
        }
        say("Same rows, same content, before and after the commit. Took %.1f s.", (System.nanoTime() - started) / 1e9);
        return "DEMO OK rows=%s acked=%s freshness_ms_p50=%s freshness_ms_p99=%s"
                .formatted(rows, acknowledged, freshness.percentile(50).toMillis(), freshness.percentile(99).toMillis());
    }

    private static long rows(Connection connection, String table)
            throws SQLException
    {
        return Sql.number(connection, "SELECT count(*) FROM " + table);
    }

    private void show(Connection connection, String sql)
            throws SQLException
    {
        out.println();
        sql.lines().forEach(line -> out.println("    sql> " + line));
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            ResultTable.print(result, ResultTable.Format.ALIGNED, out);
        }
        out.println();
    }

    private void say(String format, Object... arguments)
    {
        out.println("[%5.1f s] ".formatted((System.nanoTime() - started) / 1e9) + format.formatted(arguments));
        out.flush();
    }

    private static void requireEqual(String what, long actual, String reference, long expected)
    {
        if (actual != expected) {
            throw new CommandException("The demo went wrong: %s are %s, but %s are %s".formatted(what, actual, reference, expected));
        }
    }
}

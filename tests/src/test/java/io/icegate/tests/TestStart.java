package io.icegate.tests;

import io.icegate.objectstore.s3.StrictS3Server;
import io.icegate.standalone.process.Ports;
import io.icegate.standalone.process.TrinoProcess;
import io.icegate.standalone.telemetry.OtlpTarget;
import io.icegate.standalone.telemetry.SdkExportCounts;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is sent is in SQL: live, after the commit, and after processes were killed.
 */
@Order(1) // takes longest, so that others run beside it
final class TestStart
{
    private static final String RECEIVER = "io.icegate.receiver.ReceiverMain";
    private static final String TRINO = "io.icegate.trino.server.TrinoServer";
    private static final int RECORDS = 1_500;
    private static final int TENANTS = 20;
    private static final int DAYS = 5;

    @TempDir
    private Path folder = Path.of("");

    private final List<Integer> ports = Services.freePorts();
    private final OtlpTarget target = new OtlpTarget(ports.get(0), ports.get(1));
    private final SdkExportCounts counts = new SdkExportCounts();

    @Test
    void testDataOutlivesProcesses()
            throws Exception
    {
        Path data = folder.resolve("data");
        List<LoggedRecord> sent = new ArrayList<>();
        // the first run commits only when it is told to
        try (IceGateScript start = start(data, Map.of(), "--receiver", "icegate.commit.enabled=false")) {
            sent.addAll(LoggedRecord.log(target, counts, "the first round", RECORDS));
            assertThat(counts.acknowledged(SdkExportCounts.Kind.LOG_RECORDS)).isEqualTo(sent.size());
            assertStored(sent);
            assertStatus(RECORDS, 0);
            assertColumnsAreDescribed();
            assertThat(start.child("maintain").info().arguments().map(List::of).orElse(List.of())).containsSequence("--trino", "http://localhost:" + ports.get(2));

            // a table that no receiver writes to has no WAL
            execute("CREATE TABLE plain AS SELECT 1 x");
            commit();
            assertStored(sent);
            assertStatus(0, RECORDS);
            assertSqlPrints("SELECT x, TIMESTAMP '2026-01-02 03:04:05.123456 UTC' t, U&'\\00fc' u FROM plain;", "{\"x\":1,\"t\":\"2026-01-02 03:04:05.123456 UTC\",\"u\":\"ü\"}\n");

            assertFileOfStatementsPrints();
            assertOptimizeOfManyPartitions();
            // by statement or not at all: no part ended
            assertThat(start.output()).doesNotContain(" ended: ");

            // some more that stay uncommitted, and the whole tree dies with its parent
            sent.addAll(LoggedRecord.log(target, counts, "the second round", RECORDS));
            assertSecondStartIsRefused(data);
            start.kill();
            start.awaitEndOfAll();
        }

        try (IceGateScript restart = start(data, Map.of("TERM", "xterm-256color"))) {
            assertThat(data.resolve("log")).isDirectoryContaining("glob:**/receiver.log.1").isDirectoryContaining("glob:**/trino.log.1");
            assertThat(data.resolve("log/receiver.log")).content(ISO_8859_1).contains("\tINFO\t").doesNotContain("\u001b");
            assertThat(data.resolve("log/trino.log")).content(ISO_8859_1).contains("\tINFO\t").doesNotContain("\u001b");
            assertStored(sent);
            sent.addAll(LoggedRecord.log(target, counts, "the third round", RECORDS));
            assertThat(counts.acknowledged(SdkExportCounts.Kind.LOG_RECORDS)).isEqualTo(sent.size());
            assertStored(sent);

            assertPartsLiveOnTheirOwn(restart);
            assertStored(sent);
            assertSecondReceiver();
        }
    }

    /**
     * Under load, Trino is killed, and the receiver while Trino starts again. Ingest does not notice that Trino is gone, and what the
     * receiver acknowledged is stored.
     */
    private void assertPartsLiveOnTheirOwn(IceGateScript start)
            throws Exception
    {
        Load load = Load.start(ports.get(1), "load");
        try (load) {
            load.awaitMore(10);
            start.child(TRINO).destroyForcibly();
            start.awaitOutput("icegate: Trino ended: exit code 137 (killed");
            load.awaitMore(10);
            assertThat(load.unanswered()).isZero();

            start.child(RECEIVER).destroyForcibly();
            start.awaitOutput("icegate: Trino is ready again");
            start.awaitOutput("icegate: the receiver is ready again");
            load.awaitMore(10);
        }
        try (Connection connection = TrinoProcess.connect("localhost:" + ports.get(2))) {
            load.assertStored(connection);
            execute("DELETE FROM logs WHERE body LIKE 'load %'");
        }
    }

    /**
     * A receiver that runs alone on the same warehouse, from a configuration file, and a status that knows it and all that was before.
     */
    private void assertSecondReceiver()
            throws Exception
    {
        List<Integer> second = Services.freePorts();
        Path config = Files.writeString(
                folder.resolve("receiver.properties"),
                """
                node.environment=standalone
                icegate.warehouse=file:%s
                icegate.tenant.default=default
                icegate.otlp.grpc-port=%s
                icegate.otlp.http-port=%s
                """.formatted(folder.resolve("data/warehouse"), second.get(0), second.get(1)));
        try (IceGateScript receiver = IceGateScript.start(folder, Map.of(), List.of("receiver", "--data", "data", "--receiver-memory", "256MB", "--config", config.toString()))) {
            receiver.awaitOutput("The receiver is ready.");
            Load load = Load.start(second.get(1), "second");
            try (load) {
                load.awaitMore(5);
            }
            try (Connection connection = TrinoProcess.connect("localhost:" + ports.get(2))) {
                load.assertStored(connection);
            }
            String status = status();
            // the parts that were killed before
            assertThat(status)
                    .containsPattern(readyAfterEnd("Trino", "Trino ended: exit code 137 (killed"))
                    .containsPattern(readyAfterEnd("OTLP/HTTP", "the receiver ended: exit code 137 (killed"));
            assertThat(status).contains("{\"part\":\"OTLP/HTTP\",\"state\":\"ready\",\"address\":\"http://localhost:%s\",\"restarts\":0,\"last_end\":null}".formatted(second.get(1)));
            assertThat(status.lines().filter(line -> line.startsWith("{\"writer\":\"") && line.contains("\"table\":\"otel.logs\",\"state\":\"alive\""))).hasSizeGreaterThanOrEqualTo(2);

            receiver.terminate();
            receiver.awaitEnd();
            assertThat(receiver.living()).isEmpty();
        }
    }

    @Test
    void testWarehouseOnS3()
            throws Exception
    {
        try (StrictS3Server server = StrictS3Server.start()) {
            Map<String, String> environment = Map.of(
                    "AWS_ENDPOINT_URL", server.endpoint().toString(),
                    "AWS_ACCESS_KEY_ID", "test",
                    "AWS_SECRET_ACCESS_KEY", "test");
            List<LoggedRecord> sent;
            List<Integer> further = Ports.free(2);
            int metricsPort = further.get(0);
            int catalogPort = further.get(1);
            try (IceGateScript start = start(folder.resolve("data"), environment, "--warehouse", "s3://lake/telemetry", "--receiver", "icegate.commit.enabled=false", "--metrics-port", Integer.toString(metricsPort), "--catalog-port", Integer.toString(catalogPort))) {
                sent = LoggedRecord.log(target, counts, "the S3 round", RECORDS);
                assertStored(sent);
                assertThat(number("SELECT count(*) FROM \"logs$files\"")).isZero();
                commit();
                assertStored(sent);
                assertStatus(0, RECORDS);
                assertMaintenanceTells(metricsPort);
                assertThat(start.output()).contains("  Iceberg     REST catalog http://localhost:%s\n".formatted(catalogPort));
                assertCatalogServes(catalogPort);
                assertThat(status()).contains("{\"part\":\"the catalog\",\"state\":\"ready\",\"address\":\"http://localhost:");
                assertSecondCatalog(environment);

                start.terminate();
                start.awaitEnd();
                assertThat(start.living()).isEmpty();
            }
            assertThat(folder.resolve("data/warehouse")).doesNotExist();
        }
    }

    /**
     * Nobody waits for maintenance, which starts beside the others.
     */
    private static void assertMaintenanceTells(int port)
            throws Exception
    {
        URI ready = URI.create("http://localhost:%s/ready".formatted(port));
        URI metrics = ready.resolve("/metrics");
        try (HttpClient client = HttpClient.newHttpClient()) {
            Deadline.await(() -> "ready at " + ready, Duration.ofMinutes(1), () -> {
                try {
                    return client.send(HttpRequest.newBuilder(ready).build(), HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
                }
                catch (IOException _) {
                    return false; // does not listen yet
                }
            });
            assertThat(client.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString()).body()).contains("icegate_maintenance_rounds_total{result=\"ok\"}");
        }
    }

    /**
     * One that runs alone, on another machine as far as it knows.
     */
    private void assertSecondCatalog(Map<String, String> environment)
            throws Exception
    {
        int port = Ports.free(1).getFirst();
        List<String> arguments = List.of("catalog", "serve", "--data", "second", "--warehouse", "s3://lake/telemetry", "--catalog-port", Integer.toString(port), "--catalog", "icegate.rest.max-concurrent-requests=8");
        try (IceGateScript catalog = IceGateScript.start(folder, Services.environment(environment), arguments)) {
            catalog.awaitOutput("The catalog is ready.");
            assertCatalogServes(port);
            catalog.terminate();
            catalog.awaitEnd();
            assertThat(catalog.living()).isEmpty();
        }
    }

    private static void assertCatalogServes(int port)
            throws Exception
    {
        URI table = URI.create("http://localhost:%s/v1/namespaces/otel/tables/logs".formatted(port));
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(HttpRequest.newBuilder(table).build(), HttpResponse.BodyHandlers.ofString()).body()).contains("\"metadata-location\":\"s3://lake/telemetry/otel/logs-", "\"total-records\":\"%s\"".formatted(RECORDS));
            assertThat(client.send(HttpRequest.newBuilder(table.resolve("/v1/config")).build(), HttpResponse.BodyHandlers.ofString()).body()).contains("POST /v1/{prefix}/transactions/commit").doesNotContain("secret");
        }
    }

    private IceGateScript start(Path data, Map<String, String> environment, String... further)
            throws Exception
    {
        return Services.start(folder, environment, Services.startArguments(data, ports, further));
    }

    private void assertSecondStartIsRefused(Path data)
            throws Exception
    {
        List<String> arguments = Services.startArguments(data, Services.freePorts());
        try (IceGateScript second = IceGateScript.run(folder, arguments.toArray(String[]::new))) {
            assertThat(second.output()).isEqualTo("icegate: Cannot use the data folder %s: another IceGate runs on it\n".formatted(data));
            assertThat(second.exitValue()).isEqualTo(1);
        }
    }

    private void assertStored(List<LoggedRecord> sent)
            throws SQLException
    {
        try (Connection connection = TrinoProcess.connect("localhost:" + ports.get(2))) {
            assertThat(LoggedRecord.read(connection)).containsExactlyInAnyOrderElementsOf(sent);
        }
    }

    private void assertColumnsAreDescribed()
            throws SQLException
    {
        try (Connection connection = TrinoProcess.connect("localhost:" + ports.get(2));
                Statement statement = connection.createStatement();
                ResultSet columns = statement.executeQuery("DESCRIBE logs")) {
            int count = 0;
            for (; columns.next(); count++) {
                assertThat(columns.getString("Comment")).as(columns.getString("Column")).isNotBlank();
            }
            assertThat(count).isGreaterThan(30);
        }
    }

    /**
     * On a machine without a locale.
     */
    private void assertSqlPrints(String statement, String output)
            throws Exception
    {
        try (IceGateScript sql = IceGateScript.start(folder, Map.of("LC_ALL", "C"), List.of("sql", "--data", "data", "--json", statement))) {
            sql.awaitEnd();
            assertThat(sql.output()).isEqualTo(output);
            assertThat(sql.exitValue()).isZero();
        }
    }

    /**
     * Statements of a file run on one session until one fails.
     */
    private void assertFileOfStatementsPrints()
            throws Exception
    {
        Path file = Files.writeString(folder.resolve("some.sql"), "USE icegate.information_schema; -- not otel;\nSELECT count(*) AS \"a;b\", NULL FROM schemata WHERE schema_name = 'otel';\nSELECT nothing;\nSELECT 1;");
        try (IceGateScript sql = IceGateScript.run(folder, "sql", "--data", "data", "--output-format", "CSV_HEADER", "-f", file.toString())) {
            assertThat(sql.output()).startsWith("\"a;b\",\"_col1\"\n\"1\",\nicegate: Cannot run the statement on localhost:%s: ".formatted(ports.get(2))).contains("Column 'nothing' cannot be resolved");
            assertThat(sql.output().lines()).hasSize(3);
            assertThat(sql.exitValue()).isEqualTo(1);
        }
    }

    /**
     * 20 tenants x 5 days. {@code TestPartitionedWrites} has more partitions than files fit into memory at the same time.
     */
    private void assertOptimizeOfManyPartitions()
            throws Exception
    {
        Instant now = Instant.now();
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (int tenant = 0; tenant < TENANTS; tenant++) {
                List<String> records = new ArrayList<>();
                for (int day = 0; day < DAYS; day++) {
                    records.add("{\"timeUnixNano\":\"%s000000000\",\"body\":{\"stringValue\":\"partition %s %s\"}}".formatted(now.minus(Duration.ofDays(day)).getEpochSecond(), tenant, day));
                }
                HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%s/v1/logs".formatted(ports.get(1))))
                        .header("Content-Type", "application/json")
                        .header("X-Scope-OrgID", "tenant-%s".formatted(tenant))
                        .POST(HttpRequest.BodyPublishers.ofString("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[%s]}]}]}".formatted(String.join(",", records))))
                        .build();
                assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
            }
        }
        commit();
        execute("ALTER TABLE logs EXECUTE optimize");
        try (Connection connection = TrinoProcess.connect("localhost:" + ports.get(2));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(DISTINCT body), count(*), (SELECT count(*) FROM \"logs$partitions\") FROM logs WHERE body LIKE 'partition %'")) {
            rows.next();
            assertThat(rows.getInt(1)).isEqualTo(TENANTS * DAYS);
            assertThat(rows.getInt(2)).isEqualTo(TENANTS * DAYS);
            // and the one of the other records
            assertThat(rows.getInt(3)).isEqualTo(TENANTS * DAYS + 1);
        }
        execute("DELETE FROM logs WHERE body LIKE 'partition %'");
    }

    private void commit()
            throws SQLException
    {
        execute("CALL icegate.system.commit_wal('otel', 'logs')");
    }

    private long number(String sql)
            throws SQLException
    {
        try (Connection connection = TrinoProcess.connect("localhost:" + ports.get(2));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void execute(String sql)
            throws SQLException
    {
        try (Connection connection = TrinoProcess.connect("localhost:" + ports.get(2));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * What {@code ./icegate status --json} prints about the table.
     */
    private void assertStatus(int liveRows, int committedRows)
            throws Exception
    {
        String status = status();
        assertThat(status).contains("{\"part\":\"Trino\",\"state\":\"ready\"");
        assertThat(status.lines().filter(line -> line.startsWith("{\"table\":\"otel.logs\"")))
                .singleElement()
                .asString()
                .containsPattern("\"live_rows\":%s[,}]".formatted(liveRows))
                .containsPattern("\"committed_rows\":%s[,}]".formatted(committedRows));
    }

    /**
     * What {@code ./icegate status --json} prints when every part is ready.
     */
    private String status()
            throws Exception
    {
        try (IceGateScript status = IceGateScript.run(folder, "status", "--data", "data", "--json")) {
            assertThat(status.exitValue()).as(status.output()).isZero();
            return status.output();
        }
    }

    private static Pattern readyAfterEnd(String part, String reason)
    {
        return Pattern.compile("(?m)^\\Q{\"part\":\"%s\",\"state\":\"ready\",\"address\":\"\\E[^\"]*\\Q\",\"restarts\":1,\"last_end\":\"\\E\\d[^ ]* \\Q%s\\E".formatted(part, reason));
    }
}

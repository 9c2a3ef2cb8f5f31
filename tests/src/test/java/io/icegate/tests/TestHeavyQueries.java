package io.icegate.tests;

import io.icegate.standalone.process.TrinoProcess;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Queries that need more memory than Trino has at the options of {@code ./icegate start}, with the smallest heap that it chooses
 * itself, end with the right result, and a client whose records come in meanwhile does not notice.
 */
@Order(1) // takes longest, so that others run beside it
final class TestHeavyQueries
{
    private static final int KEYS = 1_000_000;
    /**
     * So long that the groups have more memory than all of Trino's queries together.
     */
    private static final int KEY_LENGTH = 700;
    private static final int JOINED_TABLES = 10;
    /**
     * So many that the hash tables of a join have twice the memory of a query.
     */
    private static final int JOINED_ROWS = 200_000;
    private static final int TEXT_LENGTH = 150;
    /**
     * Rows of a log, each as often as a list of so many numbers has members: of two lists, because one has an end at 10,000.
     */
    private static final String NUMBERS =
            "(SELECT a.i * 1000 + b.i id, body FROM logs CROSS JOIN UNNEST(sequence(0, %s)) a(i) CROSS JOIN UNNEST(sequence(0, 999)) b(i) WHERE body = 'load 0')";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void testE15IngestDoesNotNoticeQueries()
            throws Exception
    {
        List<Integer> ports = Services.freePorts();
        try (IceGateScript start = Services.start(
                folder,
                Map.of("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
                Services.startArguments(folder.resolve("data"), ports, "--receiver", "icegate.telemetry.self.enabled=true"))) {
            Load load = Load.start(ports.get(1), "load");
            try (load; Connection connection = TrinoProcess.connect("localhost:" + ports.get(2))) {
                load.awaitMore(1);
                String groups = "SELECT count(*), sum(n) FROM (SELECT concat(body, lpad(cast(id AS varchar), %s, '0')) k, count(*) n FROM %s GROUP BY 1)".formatted(KEY_LENGTH, NUMBERS.formatted(KEYS / 1_000 - 1));
                // what the disk is for: without it the same query has no room
                execute(connection, "SET SESSION spill_enabled = false");
                assertThatThrownBy(() -> row(connection, groups)).isInstanceOf(SQLException.class).hasMessageContaining("Query exceeded per-node memory limit");
                execute(connection, "RESET SESSION spill_enabled");
                assertThat(row(connection, groups)).containsExactly((long) KEYS, (long) KEYS);

                execute(connection, "CREATE TABLE wide AS SELECT id, concat(body, lpad(cast(id AS varchar), %s, 'x')) text FROM %s".formatted(TEXT_LENGTH, NUMBERS.formatted(JOINED_ROWS / 1_000 - 1)));
                String joins = IntStream.range(1, JOINED_TABLES).mapToObj(table -> "JOIN wide t%s ON t%s.id = t0.id".formatted(table, table)).collect(joining(" "));
                String texts = IntStream.range(0, JOINED_TABLES).mapToObj("length(t%s.text)"::formatted).collect(joining(" + "));
                assertThat(row(connection, "SELECT count(*), sum(%s) FROM wide t0 %s".formatted(texts, joins)))
                        .containsExactly((long) JOINED_ROWS, (long) JOINED_ROWS * JOINED_TABLES * (TEXT_LENGTH + "load 0".length()));

                load.awaitMore(10);
                assertThat(load.unanswered()).isZero();
            }
            // neither part ended, which would have been started again
            assertThat(start.output()).doesNotContain(" ended: ");
            try (Connection connection = TrinoProcess.connect("localhost:" + ports.get(2))) {
                load.assertStored(connection);
            }
            assertMaintenanceIsInSql();
        }
    }

    /**
     * Its metrics and what it did, with the receiver's own telemetry: the load has left small segments to merge.
     */
    private void assertMaintenanceIsInSql()
            throws Exception
    {
        String query =
                """
                SELECT
                    (SELECT count(*) > 0 FROM metrics WHERE tenant_id = 'icegate' AND service_name = 'icegate-maintenance' AND metric_name = 'icegate_maintenance_rounds' AND value_int > 0) metrics,
                    (SELECT count(*) > 0 FROM logs WHERE tenant_id = 'icegate' AND service_name = 'icegate-maintenance' AND body LIKE 'merge icegate.otel.logs: COMMITTED of %') actions
                """;
        List<String> answers = new ArrayList<>();
        Deadline.await(() -> "maintenance in SQL: " + answers, IceGateScript.LIMIT, () -> {
            try (IceGateScript sql = IceGateScript.run(folder, "sql", "--data", "data", "--json", query)) {
                answers.add(sql.output());
                return sql.output().equals("{\"metrics\":true,\"actions\":true}\n");
            }
        });
    }

    private static void execute(Connection connection, String statement)
            throws SQLException
    {
        try (Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    private static List<Long> row(Connection connection, String query)
            throws SQLException
    {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            assertThat(rows.next()).isTrue();
            return List.of(rows.getLong(1), rows.getLong(2));
        }
    }
}

package io.icegate.trino;

import com.google.common.collect.ImmutableMap;
import io.icegate.schema.AttributeValue;
import io.trino.Session;
import io.trino.spi.type.TimeZoneKey;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * What people do with a table of logs while rows of it are live: filters, maps, metadata, prepared statements, changes of
 * rows, queries that end early. Bug reports of other lakes are where the statements come from. And what the catalog does in SQL:
 * names, tables and views.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestSqlHabits
{
    private static final long COMMITTED = 30;
    private static final long LIVE = 20;
    private static final long ALL = COMMITTED + LIVE;
    private static final String LOGS = "habits.logs";
    /**
     * Ends within no test: every row with every row, many times.
     */
    private static final String ENDLESS = "SELECT count(*) FROM %1$s a, %1$s b, %1$s c, %1$s d, %1$s e, %1$s f, %1$s g WHERE a.body <> b.body AND f.body <> g.body".formatted(LOGS);

    private final Session session = Session.builder(IceGateQueryRunner.session(IceGateQueryRunner.CATALOG)).setTimeZoneKey(TimeZoneKey.UTC_KEY).build();

    private TrinoLake lake;
    private ExecutorService executor;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        lake = new TrinoLake(folder);
        executor = Executors.newCachedThreadPool();
        WalFixture.Logs logs = lake.fixture().createLogs("habits");
        append(logs, "old", COMMITTED);
        logs.commit();
        append(logs, "live", LIVE);
    }

    @AfterAll
    void stop()
            throws Exception
    {
        executor.shutdownNow();
        lake.close();
    }

    /**
     * Rows of now. Every second one is an error.
     */
    private static void append(WalFixture.Logs logs, String tag, long rows)
    {
        long micros = Instant.now().toEpochMilli() * 1000;
        logs.append(logs.batch("acme", IntStream.range(0, (int) rows)
                .mapToObj(index -> WalFixture.row(
                        micros + index,
                        9 + 8 * (index % 2),
                        tag,
                        "%s %s".formatted(tag, index),
                        ImmutableMap.of("http.route", new AttributeValue.Text("/r/" + index % 3), "http.status", new AttributeValue.Int(200 + index))))
                .toList()));
    }

    /**
     * How many rows each of the predicates finds, in one statement and yet each by a scan of its own.
     */
    private List<Object> counts(String table, String... predicates)
    {
        String counts = Arrays.stream(predicates).map(predicate -> "(SELECT count(*) FROM %s WHERE %s)".formatted(table, predicate)).collect(joining(", "));
        return lake.rows(session, "SELECT " + counts).getFirst();
    }

    private long count(String table)
    {
        return (long) lake.value("SELECT count(*) FROM " + table);
    }

    @Test
    void testFiltersByTime()
    {
        assertThat(counts(
                LOGS,
                "service_name = 'shop' AND timestamp > now() - INTERVAL '1' HOUR",
                "timestamp > TIMESTAMP '2001-01-01 00:00:00'",
                "date(timestamp) BETWEEN current_date - INTERVAL '1' DAY AND current_date",
                "timestamp AT TIME ZONE 'Asia/Tokyo' > now() - INTERVAL '1' HOUR",
                "date_trunc('hour', timestamp) <= now()"))
                .containsOnly(ALL);
        assertThat(counts(
                LOGS,
                "timestamp < now() - INTERVAL '1' HOUR",
                "timestamp < TIMESTAMP '2001-01-01 00:00:00'",
                "date(timestamp) < current_date - INTERVAL '1' DAY",
                "timestamp AT TIME ZONE 'Asia/Tokyo' > now() + INTERVAL '1' HOUR",
                "date_trunc('hour', timestamp) > now()"))
                .containsOnly(0L);
        assertThat(lake.rows(session, "SELECT severity_number, sum(rows) FROM (SELECT date_trunc('hour', timestamp), severity_number, count(*) rows FROM %s GROUP BY 1, 2) GROUP BY 1 ORDER BY 1".formatted(LOGS)))
                .containsExactly(List.of(9, ALL / 2), List.of(17, ALL / 2));
        assertThat(lake.rows(session, "SELECT * FROM %s WHERE timestamp > now() - INTERVAL '1' HOUR".formatted(LOGS)))
                .hasSize((int) ALL)
                .allMatch(row -> row.size() > 25);
    }

    @Test
    void testFiltersByTextAndMap()
    {
        assertThat(counts(
                LOGS,
                "body LIKE 'live %'",
                "body LIKE 'live$%' ESCAPE '$'",
                "body LIKE 'live_1$%' ESCAPE '$' OR body LIKE 'live_1'",
                "regexp_like(body, '^old \\d$')",
                "CAST(element_at(attributes, 'http.status') AS integer) >= 210",
                "element_at(attributes, 'nope') IS NULL"))
                .containsExactly(LIVE, 0L, 1L, 10L, COMMITTED - 10 + LIVE - 10, ALL);
        assertThatThrownBy(() -> lake.rows("SELECT attributes['nope'] FROM " + LOGS)).hasMessage("Key not present in map: nope");
    }

    @Test
    void testMaps()
    {
        assertThat(lake.rows("SELECT k, count(*) FROM %s CROSS JOIN UNNEST(attributes) AS u (k, v) GROUP BY 1 ORDER BY 1".formatted(LOGS)))
                .containsExactly(List.of("http.route", ALL), List.of("http.status", ALL));
        assertThat(lake.value("SELECT json_format(CAST(attributes AS json)) FROM %s WHERE body = 'live 1'".formatted(LOGS))).isEqualTo("{\"http.route\":\"/r/1\",\"http.status\":\"201\"}");
        assertThat(lake.rows("SELECT DISTINCT resource_attributes FROM " + LOGS)).containsExactly(List.of(Map.of("service.name", "shop")));
        assertThat(lake.rows("SELECT rows, count(*) FROM (SELECT attributes, count(*) rows FROM %s GROUP BY attributes) GROUP BY 1 ORDER BY 1".formatted(LOGS)))
                .containsExactly(List.of(1L, COMMITTED - LIVE), List.of(2L, LIVE));
        assertThat(lake.value("SELECT body FROM (SELECT body, row_number() OVER (ORDER BY time_unix_nano DESC) n FROM %s WHERE body LIKE 'live %%') WHERE n = 1".formatted(LOGS))).isEqualTo("live 19");
    }

    @Test
    void testWhatToolsAskFor()
    {
        int columns = lake.fixture().table("habits").schema().columns().size();
        assertThat(lake.rows("DESCRIBE " + LOGS)).hasSize(columns);
        // and one row for the whole table
        assertThat(lake.rows("SHOW STATS FOR " + LOGS)).hasSize(columns + 1);
        assertThat((String) lake.value("SHOW CREATE TABLE " + LOGS)).startsWith("CREATE TABLE icegate.habits.logs (");
        assertThat((String) lake.value("EXPLAIN ANALYZE SELECT count(*) FROM " + LOGS)).contains("Fragment");
        assertThat(lake.column("SHOW TABLES FROM habits")).containsExactly("logs");
        assertThat(lake.column("SHOW SCHEMAS")).contains("habits");
        assertThat(lake.value("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'habits' AND table_name = 'logs'")).isEqualTo((long) columns);
        assertThat(lake.rows("SELECT count(*), count_if(\"$path\" LIKE '%%/_wal/v1/%%'), count(\"$file_modified_time\") FROM %s WHERE \"$partition\" IS NOT NULL".formatted(LOGS))).containsExactly(List.of(ALL, ALL, ALL));
    }

    /**
     * The tables beside the table, as they are after one commit of one segment and with one segment live.
     */
    @Test
    void testMetadataTables()
    {
        for (String one : List.of("history", "snapshots", "manifests", "partitions", "files", "refs", "wal", "entries")) {
            assertThat(lake.value("SELECT count(*) FROM habits.\"logs$%s\"".formatted(one))).as(one).isEqualTo(1L);
        }
        for (String many : List.of("properties", "metadata_log_entries")) {
            assertThat((long) lake.value("SELECT count(*) FROM habits.\"logs$%s\"".formatted(many))).as(many).isGreaterThan(1);
        }
    }

    @Test
    void testPreparedStatement()
            throws SQLException
    {
        try (Connection connection = connection();
                PreparedStatement statement = connection.prepareStatement("SELECT count(*) FROM %s WHERE service_name = ? AND timestamp > ? AND severity_number >= ?".formatted(LOGS))) {
            statement.setString(1, "shop");
            statement.setTimestamp(2, Timestamp.from(Instant.parse("2001-01-01T00:00:00Z")));
            statement.setInt(3, 17);
            assertThat(count(statement)).isEqualTo(ALL / 2);
            statement.setTimestamp(2, Timestamp.from(Instant.parse("2201-01-01T00:00:00Z")));
            assertThat(count(statement)).isZero();
        }
        // as other clients send it
        assertThat(lake.value("EXECUTE IMMEDIATE 'SELECT count(*) FROM %s WHERE severity_number >= ? AND timestamp > ?' USING 17, TIMESTAMP '2001-01-01 00:00:00.000000 +00:00'".formatted(LOGS))).isEqualTo(ALL / 2);
    }

    private static long count(PreparedStatement statement)
            throws SQLException
    {
        try (ResultSet rows = statement.executeQuery()) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }

    private Connection connection()
            throws SQLException
    {
        Properties properties = new Properties();
        properties.setProperty("user", "test");
        return DriverManager.getConnection("jdbc:trino://%s/icegate/otel".formatted(lake.runner().getCoordinator().getAddress()), properties);
    }

    @Test
    void testViewsAndCopies()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("copied");
        append(logs, "old", 3);
        logs.commit();
        lake.sql("CREATE VIEW copied.routes AS SELECT body, element_at(attributes, 'http.route') route FROM copied.logs");
        append(logs, "live", 2);
        assertThat(lake.rows("SELECT count(*), count(route) FROM copied.routes")).containsExactly(List.of(5L, 5L));
        lake.sql("CREATE TABLE copied.copy AS SELECT * FROM copied.logs");
        lake.sql("CREATE MATERIALIZED VIEW copied.severities AS SELECT severity_number, count(*) rows FROM copied.logs GROUP BY 1");
        lake.sql("REFRESH MATERIALIZED VIEW copied.severities");
        append(logs, "later", 4);
        assertThat(lake.rows("SELECT (SELECT count(*) FROM copied.routes), (SELECT count(DISTINCT body) FROM copied.copy), (SELECT count(*) FROM copied.copy)")).containsExactly(List.of(9L, 5L, 5L));
        lake.sql("REFRESH MATERIALIZED VIEW copied.severities");
        assertThat(lake.value("SELECT sum(rows) FROM copied.severities")).isEqualTo(9L);
        assertThat(lake.value("SELECT count(*) FROM copied.logs FOR VERSION AS OF %s WHERE body LIKE 'old %%'".formatted(logs.table().history().getFirst().snapshotId()))).isEqualTo(3L);
    }

    @Test
    void testRowsAreDeletedByAttribute()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("deleted");
        append(logs, "old", 10);
        logs.commit();
        append(logs, "live", 10);
        lake.sql("DELETE FROM deleted.logs WHERE element_at(attributes, 'http.status') = '202'");
        assertThat(counts("deleted.logs", "true", "body IN ('old 2', 'live 2')")).containsExactly(18L, 0L);
    }

    @Test
    void testLiveRowsAreRedacted()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("redacted");
        append(logs, "live", 5);
        lake.sql("UPDATE redacted.logs SET body = 'redacted' WHERE body = 'live 3'");
        lake.sql("UPDATE redacted.logs SET attributes = map_filter(attributes, (k, v) -> k <> 'http.route') WHERE body = 'live 4'");
        append(logs, "later", 1);
        assertThat(counts("redacted.logs", "true", "body = 'redacted'", "body = 'live 3'", "cardinality(attributes) = 2")).containsExactly(6L, 1L, 0L, 5L);
        assertThat(lake.value("SELECT attributes FROM redacted.logs WHERE body = 'live 4'")).isEqualTo(Map.of("http.status", "204"));
    }

    @Test
    void testRowsByHand()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("hand");
        append(logs, "live", 3);
        lake.sql(
                """
                INSERT INTO hand.logs (tenant_id, timestamp, ingest_time, service_name, attributes, scope_attributes, scope_dropped_attributes_count,
                    resource_attributes, resource_dropped_attributes_count, resource_entity_refs, time_unix_nano, observed_time_unix_nano,
                    severity_number, flags, dropped_attributes_count, body)
                SELECT 'default', now(), now(), 'shop', map(), map(), 0, map(), 0, ARRAY[], 0, 0, 0, 0, 0, 'by hand'""");
        assertThat(counts("hand.logs", "true", "body = 'by hand'", "severity_text IS NULL")).containsExactly(4L, 1L, 1L);
        assertThatThrownBy(() -> lake.sql("INSERT INTO hand.logs (tenant_id, service_name, body) VALUES ('default', 'shop', 'short')")).hasMessageStartingWith("NULL value not allowed for NOT NULL column: ");
        append(logs, "later", 1);
        logs.commit();
        assertThat(count("hand.logs")).isEqualTo(5);
    }

    @Test
    void testColumnOfTheUser()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("teams");
        append(logs, "old", 2);
        lake.sql("ALTER TABLE teams.logs ADD COLUMN team varchar");
        append(logs, "live", 3);
        assertThatThrownBy(() -> lake.sql("ALTER TABLE teams.logs ADD COLUMN team varchar")).hasMessageContaining("Column 'team' already exists");
        lake.sql("UPDATE teams.logs SET team = 'x' WHERE body LIKE 'live %'");
        append(logs, "later", 4);
        assertThat(counts("teams.logs", "true", "team = 'x'", "team IS NULL AND body LIKE 'later %'", "team IS NULL")).containsExactly(9L, 3L, 4L, 6L);
        lake.sql("ALTER TABLE teams.logs DROP COLUMN team");
        append(logs, "last", 1);
        assertThat(count("teams.logs")).isEqualTo(10);
        logs.commit();
        assertThat(count("teams.logs")).isEqualTo(10);
    }

    @Test
    void testColumnRenamedAndBack()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("renamed");
        append(logs, "before", 2);
        lake.sql("ALTER TABLE renamed.logs RENAME COLUMN event_name TO evt");
        append(logs, "meanwhile", 3);
        assertThat(lake.rows("SELECT evt, count(*) FROM renamed.logs GROUP BY 1 ORDER BY 2")).containsExactly(List.of("before", 2L), List.of("meanwhile", 3L));
        logs.commit();
        lake.sql("ALTER TABLE renamed.logs RENAME COLUMN evt TO event_name");
        append(logs, "after", 4);
        assertThat(lake.rows("SELECT event_name, count(*) FROM renamed.logs GROUP BY 1 ORDER BY 2")).containsExactly(List.of("before", 2L), List.of("meanwhile", 3L), List.of("after", 4L));
    }

    /**
     * What arrived for the old column is not a value of the new one.
     */
    @Test
    void testColumnDroppedAndPutBack()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("dropped");
        append(logs, "before", 2);
        lake.sql("ALTER TABLE dropped.logs DROP COLUMN severity_text");
        append(logs, "meanwhile", 3);
        assertThat(count("dropped.logs")).isEqualTo(5);
        lake.sql("ALTER TABLE dropped.logs ADD COLUMN severity_text varchar");
        append(logs, "after", 4);
        assertThat(counts("dropped.logs", "true", "severity_text IS NULL", "severity_text = 'INFO' AND body LIKE 'after %'")).containsExactly(9L, 5L, 4L);
        logs.commit();
        assertThat(counts("dropped.logs", "true", "severity_text IS NULL", "severity_text = 'INFO' AND body LIKE 'after %'")).containsExactly(9L, 5L, 4L);
    }

    @Test
    void testMaintenanceBesideLiveRows()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("maintained");
        append(logs, "old", 10);
        lake.sql("ALTER TABLE maintained.logs SET PROPERTIES partitioning = ARRAY['day(timestamp)']");
        logs.commit();
        append(logs, "live", 5);
        for (String statement : List.of(
                "ALTER TABLE maintained.logs EXECUTE expire_snapshots(retention_threshold => '7d')",
                "ALTER TABLE maintained.logs EXECUTE remove_orphan_files(retention_threshold => '7d')",
                "ANALYZE maintained.logs",
                "COMMENT ON COLUMN maintained.logs.body IS 'mine'")) {
            lake.sql(statement);
            assertThat(count("maintained.logs")).as(statement).isEqualTo(15);
        }
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.rollback_to_snapshot('maintained', 'logs', 1)")).hasStackTraceContaining("unknown snapshot id: 1");
        logs.commit();
        append(logs, "later", 2);
        assertThat(count("maintained.logs")).isEqualTo(17);
    }

    /**
     * Rows that arrive under another name of the table belong to it when it has its old name again.
     */
    @Test
    void testTableRenamedAndBack()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("moved");
        append(logs, "before", 2);
        lake.sql("ALTER TABLE moved.logs RENAME TO moved.logs_old");
        WalFixture.Logs moved = lake.fixture().logs("moved", "logs_old");
        append(moved, "meanwhile", 3);
        assertThat(lake.column("SHOW TABLES FROM moved")).containsExactly("logs_old");
        assertThat(count("moved.logs_old")).isEqualTo(5);
        moved.commit();
        lake.sql("ALTER TABLE moved.logs_old RENAME TO moved.logs");
        append(logs, "after", 4);
        assertThat(lake.rows("SELECT event_name, count(*) FROM moved.logs GROUP BY 1 ORDER BY 2")).containsExactly(List.of("before", 2L), List.of("meanwhile", 3L), List.of("after", 4L));
    }

    /**
     * The view that receivers make, in a catalog of any name.
     */
    @Test
    void testEvents()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("named");
        lake.fixture().createViews(logs);
        logs.append("acme", 1, 9);
        // every third row has no name
        assertThat(lake.rows("SELECT time_unix_nano, event_name FROM named.events WHERE time_unix_nano < 4 ORDER BY 1")).containsExactly(List.of(1L, "event"), List.of(2L, "event"));
        logs.commit();
        logs.append("acme", 10, 12);
        lake.addCatalog("elsewhere", Map.of());
        assertThat(lake.rows("SELECT (SELECT count(*) FROM named.events), (SELECT count(*) FROM elsewhere.named.events)")).containsExactly(List.of(8L, 8L));
        assertThat((String) lake.value("SHOW CREATE VIEW named.events")).startsWith("CREATE VIEW icegate.named.events").contains("logs").contains("(event_name IS NOT NULL)");
        assertThat(lake.column("SHOW COLUMNS FROM named.events")).isEqualTo(lake.column("SHOW COLUMNS FROM named.logs"));
        lake.sql("ALTER TABLE named.logs ALTER COLUMN severity_number SET DATA TYPE bigint");
        lake.fixture().createViews(logs);
        assertThat(lake.value("SELECT count(severity_number) FROM named.events")).isEqualTo(8L);
        // in place it would lose the text of the other engine, which Iceberg refuses
        lake.sql("DROP VIEW named.events");
        lake.sql("CREATE VIEW named.events AS SELECT 1 a");
        lake.fixture().createViews(logs);
        assertThat(lake.rows("SELECT * FROM named.events")).containsExactly(List.of(1));
        lake.sql("DROP VIEW named.events");
    }

    @Test
    void testKilledQuery()
            throws Exception
    {
        Future<?> endless = executor.submit(() -> lake.rows(ENDLESS));
        String id = runningId();
        lake.sql("CALL system.runtime.kill_query(query_id => '%s', message => 'too slow')".formatted(id));
        assertThatThrownBy(endless::get).hasStackTraceContaining("too slow");
        assertThat(count(LOGS)).isEqualTo(ALL);
    }

    @Test
    void testClientThatGoesAway()
            throws Exception
    {
        try (Connection connection = connection(); Statement statement = connection.createStatement()) {
            Future<?> endless = executor.submit(() -> statement.executeQuery(ENDLESS).next());
            String id = runningId();
            statement.cancel();
            assertThatThrownBy(endless::get).hasCauseInstanceOf(SQLException.class);
            eventually(() -> lake.value("SELECT state FROM system.runtime.queries WHERE query_id = '%s'".formatted(id)).equals("FAILED"));
        }
        assertThat(count(LOGS)).isEqualTo(ALL);
    }

    private String runningId()
    {
        String running = "SELECT query_id FROM system.runtime.queries WHERE state = 'RUNNING' AND query = '%s'".formatted(ENDLESS);
        eventually(() -> !lake.rows(running).isEmpty());
        return (String) lake.value(running);
    }

    private interface Condition
    {
        boolean holds();
    }

    private static void eventually(Condition condition)
    {
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    @Test
    void testNames()
    {
        lake.fixture().catalog().createNamespace(Namespace.of("Mixed"), Map.of());
        Schema schema = new Schema(NestedField.optional(1, "a", Types.IntegerType.get()));
        Table table = lake.fixture().catalog().createTable(TableIdentifier.of("Mixed", "Case"), schema);
        lake.sql("INSERT INTO mixed.\"case\" VALUES 1");
        table.refresh();
        assertThat(table.currentSnapshot().summary()).containsEntry("total-records", "1");
        lake.fixture().catalog().createTable(TableIdentifier.of("Mixed", "CASE"), schema);
        assertThatThrownBy(() -> lake.rows("SELECT * FROM mixed.\"case\"")).hasMessageContaining("Cannot resolve table or view 'case'").hasMessageContaining("Mixed.Case").hasMessageContaining("Mixed.CASE");
        lake.fixture().catalog().dropTable(TableIdentifier.of("Mixed", "CASE"));
        lake.sql("ALTER TABLE mixed.\"case\" RENAME TO mixed.renamed");
        assertThat(lake.value("SELECT a FROM mixed.renamed")).isEqualTo(1);
        assertThat(lake.fixture().catalog().tableExists(TableIdentifier.of("Mixed", "renamed"))).isTrue();
        lake.sql("CREATE SCHEMA \"outer\"");
        lake.sql("CREATE SCHEMA \"outer.inner\"");
        lake.sql("CREATE TABLE \"outer.inner\".t AS SELECT 5 five");
        assertThat(lake.fixture().catalog().tableExists(TableIdentifier.of(Namespace.of("outer", "inner"), "t"))).isTrue();
        assertThat(lake.value("SELECT five FROM \"outer.inner\".t")).isEqualTo(5);
    }

    @Test
    void testViews()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 3);
        lake.sql("CREATE VIEW %1$s.recent COMMENT 'recent rows' AS SELECT time_unix_nano number FROM %1$s.logs".formatted(namespace));
        assertThat(lake.value("SELECT sum(number) FROM %s.recent".formatted(namespace))).isEqualTo(6L);
        assertThatThrownBy(() -> lake.sql("CREATE VIEW %s.recent AS SELECT 1 one".formatted(namespace))).hasMessageContaining("already exists");
        lake.sql("CREATE OR REPLACE VIEW %1$s.recent AS SELECT time_unix_nano number FROM %1$s.logs WHERE time_unix_nano > 1".formatted(namespace));
        lake.sql("COMMENT ON VIEW %s.recent IS 'later rows'".formatted(namespace));
        lake.sql("COMMENT ON COLUMN %s.recent.number IS 'the number'".formatted(namespace));
        assertThat((String) lake.value("SHOW CREATE VIEW %s.recent".formatted(namespace))).contains("later rows");
        lake.sql("ALTER VIEW %1$s.recent RENAME TO %1$s.newer".formatted(namespace));
        assertThat(lake.value("SELECT sum(number) FROM %s.newer".formatted(namespace))).isEqualTo(5L);
        assertThat(lake.rows("SHOW TABLES FROM " + namespace)).containsExactly(List.of("logs"), List.of("newer"));
        assertThat(lake.rows("SELECT table_name FROM information_schema.views WHERE table_schema = '%s'".formatted(namespace))).containsExactly(List.of("newer"));
        lake.sql("DROP VIEW %s.newer".formatted(namespace));
        assertThat(lake.rows("SHOW TABLES FROM " + namespace)).containsExactly(List.of("logs"));
    }

    @Test
    void testTables()
    {
        String namespace = lake.namespace();
        lake.sql("CREATE SCHEMA " + namespace);
        lake.sql("CREATE TABLE %s.t (a integer COMMENT 'first', b varchar) COMMENT 'a table' WITH (partitioning = ARRAY['b'])".formatted(namespace));
        lake.sql("INSERT INTO %s.t VALUES (1, 'x'), (2, 'y')".formatted(namespace));
        lake.sql("COMMENT ON TABLE %s.t IS 'the table'".formatted(namespace));
        lake.sql("DELETE FROM %s.t WHERE b = 'x'".formatted(namespace));
        assertThat(lake.rows("SELECT * FROM %s.t".formatted(namespace))).containsExactly(List.of(2, "y"));
        String location = (String) lake.value("SELECT regexp_replace(\"$path\", '/data/.*') FROM %s.t".formatted(namespace));
        assertThat(location).startsWith("file:" + lake.folder() + "/" + namespace + "/t-");
        lake.sql("CALL icegate.system.unregister_table('%s', 't')".formatted(namespace));
        assertThatThrownBy(() -> lake.rows("SELECT * FROM %s.t".formatted(namespace))).hasMessageContaining("does not exist");
        lake.sql("DROP SCHEMA " + namespace);
        assertThatThrownBy(() -> lake.sql("CREATE TABLE %s.t (a integer)".formatted(namespace))).hasMessageContaining("Schema %s not found".formatted(namespace));
    }
}

package io.icegate.trino;

import com.google.common.collect.ImmutableList;
import io.icegate.catalog.state.CatalogState;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.format.LogBatch;
import io.trino.Session;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static java.util.Locale.ENGLISH;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * What a query sees of live rows.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestLiveReads
{
    private TrinoLake lake;
    private Path folder;

    @BeforeAll
    void start(@TempDir Path temporary)
            throws Exception
    {
        folder = temporary;
        lake = new TrinoLake(folder);
        lake.addCatalog("strict", Map.of("icegate.row-level-changes", "FAIL", "icegate.wal.max-live-segments", "2"));
    }

    @AfterAll
    void stop()
            throws Exception
    {
        lake.close();
    }

    @Test
    void testRowsAreTheSameLiveAndCommitted()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        LogBatch repeated = logs.batch("acme", 50, 60);
        logs.append(logs.batch("acme", 1, 49), repeated);
        logs.append(repeated, logs.batch("zeta", 61, 120));
        List<String> columns = logs.table().schema().columns().stream().map(NestedField::name).toList();
        String all = "SELECT %s FROM %s.logs ORDER BY time_unix_nano".formatted(String.join(", ", columns), namespace);
        List<List<Object>> live = lake.rows(all);
        assertThat(live).hasSize(120);
        assertThat(lake.value("SELECT count(*) FROM %s.\"logs$wal\"".formatted(namespace))).isEqualTo(2L);

        logs.commit();

        assertThat(lake.value("SELECT count(*) FROM %s.\"logs$wal\"".formatted(namespace))).isEqualTo(0L);
        // recursive, because binary values are arrays
        assertThat(lake.rows(all)).usingRecursiveComparison().isEqualTo(live);
        lake.sql("ALTER TABLE %s.logs EXECUTE optimize".formatted(namespace));
        assertThat(lake.rows(all)).usingRecursiveComparison().isEqualTo(live);
    }

    @Test
    void testWarehouseAsItWas()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 10);
        logs.commit();
        CatalogState then = lake.fixture().catalog().state();
        for (int i = 1; i <= 10; i++) {
            logs.append("acme", 10L * i + 1, 10L * i + 10);
            logs.commit();
        }
        logs.append("acme", 111, 120);
        lake.sql("ALTER TABLE %1$s.logs RENAME TO %1$s.renamed".formatted(namespace));
        lake.addCatalog("at_version", Map.of("icegate.catalog.at-version", Long.toString(then.version())));
        lake.addCatalog("at_time", Map.of("icegate.catalog.at-timestamp", then.timestamp().toString()));
        for (String catalog : List.of("at_version", "at_time")) {
            assertThat(lake.numbers("%s.%s.logs".formatted(catalog, namespace))).isEqualTo(TrinoLake.range(1, 10));
            assertThatThrownBy(() -> lake.sql("DELETE FROM %s.%s.logs WHERE time_unix_nano = 1".formatted(catalog, namespace))).hasMessageContaining("it was opened with catalog.at-");
            assertThatThrownBy(() -> lake.sql("SET SESSION %s.live_rows = true".formatted(catalog))).hasMessageContaining("live_rows cannot be true: this catalog shows the warehouse as it was");
        }
        assertThat(lake.numbers(namespace + ".renamed")).isEqualTo(TrinoLake.range(1, 120));
    }

    @Test
    void testPredicatesAndJoinsOnEveryColumn()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 40);
        logs.commit();
        logs.append("acme", 41, 60);
        logs.append("zeta", 61, 80);
        String table = namespace + ".logs";
        List<NestedField> columns = logs.table().schema().columns();
        List<NestedField> primitives = columns.stream().filter(column -> column.type().isPrimitiveType()).toList();
        // row 70 is live and has every column
        List<Object> row = lake.rows("SELECT %s FROM %s WHERE time_unix_nano = 70".formatted(names(primitives).collect(joining(", ")), table)).getFirst();
        assertThat(row).doesNotContainNull();
        // what each predicate must find, by expressions that no file is pruned by
        List<Object> nulls = lake.rows("SELECT %s FROM %s".formatted(names(columns).map("count_if(%s IS NULL)"::formatted).collect(joining(", ")), table)).getFirst();
        List<Object> equal = lake.rows("SELECT %s FROM %s".formatted(IntStream.range(0, row.size())
                .mapToObj(index -> "count_if(%1$s = %2$s), count_if(%1$s >= %2$s)".formatted(primitives.get(index).name(), literal(row.get(index))))
                .collect(joining(", ")), table)).getFirst();
        for (int index = 0; index < columns.size(); index++) {
            String name = columns.get(index).name();
            assertThat(lake.rows("SELECT (SELECT count(*) FROM %1$s WHERE %2$s IS NULL), (SELECT count(*) FROM %1$s WHERE %2$s IS NOT NULL)".formatted(table, name)))
                    .as(name)
                    .containsExactly(List.of(nulls.get(index), 80 - (Long) nulls.get(index)));
        }
        for (int index = 0; index < row.size(); index++) {
            assertThat(lake.rows(
                    """
                    SELECT
                        (SELECT count(*) FROM %1$s WHERE %2$s = %3$s),
                        (SELECT count(*) FROM %1$s WHERE %2$s >= %3$s),
                        (SELECT count(*) FROM %1$s a JOIN (VALUES %3$s) b (c) ON a.%2$s = b.c)""".formatted(table, primitives.get(index).name(), literal(row.get(index)))))
                    .as(primitives.get(index).name())
                    .containsExactly(List.of(equal.get(2 * index), equal.get(2 * index + 1), equal.get(2 * index)));
        }
    }

    @Test
    void testTraceIsFoundByItsHexText()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 20);
        logs.append("zeta", 21, 40);
        String found = "SELECT time_unix_nano, trace_id, span_id FROM %s.logs WHERE trace_id = '1c000000000000001c00000000000000' AND span_id = '1c00000000000000'".formatted(namespace);
        List<Object> row = List.of(28L, "1c000000000000001c00000000000000", "1c00000000000000");
        assertThat(lake.rows(found)).containsExactly(row);

        logs.commit();

        assertThat(lake.rows(found)).containsExactly(row);
        lake.sql("ALTER TABLE %s.logs EXECUTE optimize".formatted(namespace));
        assertThat(lake.rows(found)).containsExactly(row);
    }

    private static Stream<String> names(List<NestedField> columns)
    {
        return columns.stream().map(NestedField::name);
    }

    private static String literal(Object value)
    {
        return switch (value) {
            case String text -> "'" + text.replace("'", "''") + "'";
            case Integer number -> "INTEGER '%s'".formatted(number);
            case Long number -> "BIGINT '%s'".formatted(number);
            case byte[] bytes -> "X'%s'".formatted(HexFormat.of().formatHex(bytes));
            case ZonedDateTime time -> "TIMESTAMP '%s UTC'".formatted(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS", ENGLISH).format(time.withZoneSameInstant(ZoneOffset.UTC)));
            default -> throw new IllegalArgumentException("no literal for " + value.getClass());
        };
    }

    @Test
    void testPinLastsATransaction()
            throws SQLException
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 5);
        String count = "SELECT count(*) FROM %1$s.logs a JOIN %1$s.logs b USING (time_unix_nano)".formatted(namespace);
        try (Connection connection = connection()) {
            connection.setAutoCommit(false);
            assertThat(firstRow(connection, count)).isEqualTo(5);
            logs.append("acme", 6, 8);
            logs.commit();
            assertThat(firstRow(connection, count)).isEqualTo(5);
            connection.commit();
            assertThat(firstRow(connection, count)).isEqualTo(8);
            connection.rollback();
        }
    }

    private Connection connection()
            throws SQLException
    {
        Properties properties = new Properties();
        properties.setProperty("user", "test");
        return DriverManager.getConnection("jdbc:trino://%s/icegate/otel".formatted(lake.runner().getCoordinator().getAddress()), properties);
    }

    private static long firstRow(Connection connection, String query)
            throws SQLException
    {
        try (ResultSet result = connection.createStatement().executeQuery(query)) {
            assertThat(result.next()).isTrue();
            return result.getLong(1);
        }
    }

    @Test
    void testTwoTablesInOneTransaction()
            throws SQLException
    {
        WalFixture.Logs left = lake.fixture().createLogs(lake.namespace());
        WalFixture.Logs right = lake.fixture().createLogs(lake.namespace());
        left.append("acme", 1, 2);
        left.commit();
        right.append("acme", 1, 3);
        right.commit();
        try (Connection connection = connection()) {
            connection.setAutoCommit(false);
            assertThat(firstRow(connection, "SELECT count(*) FROM " + left.name())).isEqualTo(2);
            // a row that is committed, not live, must not appear: it is part of a later version of the catalog
            right.table().newDelete().deleteFromRowFilter(Expressions.alwaysTrue()).commit();
            assertThat(firstRow(connection, "SELECT count(*) FROM " + right.name())).isEqualTo(3);
            connection.commit();
            assertThat(firstRow(connection, "SELECT count(*) FROM " + right.name())).isEqualTo(0);
        }
    }

    @Test
    void testSnapshotOnly()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 5);
        logs.commit();
        logs.append("acme", 6, 8);
        Session snapshotOnly = Session.builder(IceGateQueryRunner.session("icegate")).setCatalogSessionProperty("icegate", "live_rows", "false").build();
        assertThat(lake.rows(snapshotOnly, "SELECT count(*) FROM %s.logs".formatted(namespace))).containsExactly(List.of(5L));
        assertThat(lake.value("SELECT count(*) FROM %s.logs".formatted(namespace))).isEqualTo(8L);
        // a change reaches the rows that the session does not look at
        lake.runner().execute(snapshotOnly, "DELETE FROM %s.logs WHERE time_unix_nano IN (1, 7)".formatted(namespace));
        assertThat(lake.numbers(namespace + ".logs")).containsExactly(2L, 3L, 4L, 5L, 6L, 8L);
    }

    @Test
    void testE27CommitWal()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 5);
        logs.append("acme", 6, 8);
        assertThat(lake.rows("SELECT state, rows, duplicate_rows, sequence FROM %s.\"logs$wal\" ORDER BY sequence".formatted(namespace)))
                .containsExactly(List.of("live", 5L, 0L, 0L), List.of("live", 3L, 0L, 1L));
        lake.sql("CALL icegate.system.commit_wal('%s', 'logs')".formatted(namespace));
        assertThat(lake.value("SELECT count(*) FROM %s.\"logs$wal\"".formatted(namespace))).isEqualTo(0L);
        assertThat(lake.value("SELECT sum(record_count) FROM %s.\"logs$files\"".formatted(namespace))).isEqualTo(8L);
        assertThat(lake.numbers(namespace + ".logs")).containsExactlyElementsOf(LongStream.rangeClosed(1, 8).boxed().toList());
        lake.sql("CALL icegate.system.commit_wal(schema_name => '%s', table_name => 'logs')".formatted(namespace));
        assertThat(logs.table().history()).hasSize(1);
        lake.sql("CREATE TABLE %s.plain (a integer)".formatted(namespace));
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.commit_wal('%s', 'plain')".formatted(namespace))).hasMessage("Cannot commit the WAL of table %s.plain: it has none".formatted(namespace));
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.commit_wal('%s', 'absent')".formatted(namespace))).hasMessageContaining("absent");
    }

    @Test
    void testRefuseInsteadOfDrain()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 5);
        String remedy = "5 of its rows are not committed yet; CALL strict.system.commit_wal('%s', 'logs') first".formatted(namespace);
        Session strict = IceGateQueryRunner.session("strict");
        for (String statement : ImmutableList.of(
                "DELETE FROM %s.logs",
                "DELETE FROM %s.logs WHERE time_unix_nano = 1",
                "UPDATE %s.logs SET flags = 1",
                "TRUNCATE TABLE %s.logs",
                "CREATE OR REPLACE TABLE %s.logs (a integer)")) {
            assertThatThrownBy(() -> lake.runner().execute(strict, statement.formatted(namespace))).as(statement).hasMessageContaining(remedy);
        }
        assertThat(lake.numbers(namespace + ".logs")).hasSize(5);
        lake.runner().execute(strict, "CALL strict.system.commit_wal('%s', 'logs')".formatted(namespace));
        lake.runner().execute(strict, "DELETE FROM %s.logs WHERE time_unix_nano = 1".formatted(namespace));
        assertThat(lake.numbers(namespace + ".logs")).hasSize(4);
    }

    @Test
    void testWalTableBacksAView()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 3);
        lake.sql("CREATE VIEW %1$s.waiting AS SELECT * FROM %1$s.\"logs$wal\"".formatted(namespace));
        assertThat(lake.rows("SELECT state, rows, created_at <= now(), stored_at BETWEEN created_at - INTERVAL '1' SECOND AND now() + INTERVAL '1' SECOND FROM %s.waiting".formatted(namespace)))
                .containsExactly(List.of("live", 3L, true, true));
        assertThat(lake.rows("SELECT * FROM %s.waiting".formatted(namespace))).hasSize(1);
        assertThat(lake.rows("DESCRIBE %s.\"logs$wal\"".formatted(namespace))).hasSize(10).allSatisfy(column -> assertThat((String) column.get(3)).isNotEmpty());
    }

    @Test
    void testWatermark()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        SegmentFooter footer = logs.append("acme", 1, 3);
        long ingestMicros = footer.header().ingestMicros();
        assertThat(lake.rows("SELECT DISTINCT CAST(round(to_unixtime(ingest_time) * 1e6) AS bigint) FROM %s.logs".formatted(namespace))).as("one time for a segment").containsExactly(List.of(ingestMicros));
        String writers = "SELECT writer, low >= TIMESTAMP '1970-01-01 00:00:00 UTC' + %s * INTERVAL '0.001' SECOND FROM %s.\"logs$watermark\"".formatted(ingestMicros / 1_000, namespace);
        assertThat(lake.rows(writers + " WHERE writer IS NOT NULL")).containsExactly(List.of(footer.header().key().writer().toString(), true));
        assertThat(lake.value("SELECT count(*) FROM %s.\"logs$watermark\" WHERE writer IS NULL AND low BETWEEN now() - INTERVAL '5' MINUTE AND now() + INTERVAL '1' SECOND".formatted(namespace))).isEqualTo(1L);

        logs.commit();
        assertThat(lake.rows(writers + " WHERE writer IS NOT NULL")).as("still open").hasSize(1);
        String complete = "SELECT count(*) FROM %1$s.logs WHERE ingest_time < (SELECT min(low) FROM %1$s.\"logs$watermark\")".formatted(namespace);
        // a new writer begins a second after its registration
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        for (long number = 4; (long) lake.value(complete) < 3; number++) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            logs.append("acme", number, number);
        }
        lake.sql("CREATE VIEW %1$s.progress AS SELECT * FROM %1$s.\"logs$watermark\"".formatted(namespace));
        assertThat(lake.rows("SELECT * FROM %s.progress".formatted(namespace))).hasSize(2);
        assertThat(lake.rows("DESCRIBE %s.\"logs$watermark\"".formatted(namespace))).hasSize(2).allSatisfy(column -> assertThat((String) column.get(3)).isNotEmpty());
        lake.sql("CREATE TABLE %s.plain (a integer)".formatted(namespace));
        assertThatThrownBy(() -> lake.sql("SELECT * FROM %s.\"plain$watermark\"".formatted(namespace))).hasMessageContaining("does not exist");
    }

    @Test
    void testE27CommitSomeSegments()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        for (int number = 1; number <= 5; number++) {
            logs.append("acme", number, number);
        }
        String waiting = "SELECT count(*) FROM %s.\"logs$wal\"".formatted(namespace);
        lake.sql("CALL icegate.system.commit_wal(schema_name => '%s', table_name => 'logs', max_segments => 2, seal_silent => false)".formatted(namespace));
        assertThat(lake.value(waiting)).isEqualTo(3L);
        assertThat(lake.numbers(namespace + ".logs")).containsExactly(1L, 2L, 3L, 4L, 5L);
        lake.sql("CALL icegate.system.commit_wal('%s', 'logs', 1)".formatted(namespace));
        assertThat(lake.value(waiting)).isEqualTo(2L);
        for (long wrong : new long[] {0, -1, 5_000_001}) {
            assertThatThrownBy(() -> lake.sql("CALL icegate.system.commit_wal('%s', 'logs', %s)".formatted(namespace, wrong)))
                    .hasMessage("Cannot commit the WAL of table %s.logs: max_segments is %s, it must be 1 to 5000000".formatted(namespace, wrong));
        }
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.commit_wal(NULL, 'logs')")).hasMessage("Cannot commit the WAL: schema_name and table_name are needed");
        lake.sql("CALL icegate.system.commit_wal('%s', 'logs', NULL, NULL)".formatted(namespace));
        assertThat(lake.value(waiting)).isEqualTo(0L);
        assertThat(lake.numbers(namespace + ".logs")).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    /**
     * Bounds, nulls and rows of live segments count as those of data files do.
     */
    @Test
    void testStatisticsAreTheSameLiveAndCommitted()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 20);
        String statistics = "SHOW STATS FOR %s.logs".formatted(namespace);
        List<List<Object>> first = statistics(statistics);
        logs.commit();
        assertThat(statistics(statistics)).isEqualTo(first);
        logs.append("acme", 21, 25);
        logs.append("zeta", 26, 30);
        List<List<Object>> both = statistics(statistics);
        logs.commit();
        assertThat(statistics(statistics)).isEqualTo(both);
        assertThat(both).contains(List.of("time_unix_nano", "1", "30")).contains(List.of("severity_number", "1", "24"));
    }

    /**
     * Column, bounds.
     */
    private List<List<Object>> statistics(String show)
    {
        return lake.rows(show).stream().map(row -> List.<Object>of(String.valueOf(row.getFirst()), String.valueOf(row.get(5)), String.valueOf(row.get(6)))).toList();
    }

    @Test
    void testTooManyLiveSegments()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 1);
        logs.append("acme", 2, 2);
        Session strict = IceGateQueryRunner.session("strict");
        assertThat(lake.rows(strict, "SELECT count(*) FROM %s.logs".formatted(namespace))).containsExactly(List.of(2L));
        logs.append("acme", 3, 3);
        assertThatThrownBy(() -> lake.runner().execute(strict, "SELECT count(*) FROM %s.logs".formatted(namespace))).hasMessageContaining("3 segments wait to be committed, more than 2; CALL icegate.system.commit_wal first");
    }

    @Test
    void testPlansShowLiveFiles()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 10);
        logs.append("acme", 11, 20);
        logs.append("acme", 21, 30);
        String plan = (String) lake.value("EXPLAIN ANALYZE VERBOSE SELECT count(body) FROM %s.logs WHERE time_unix_nano = 15".formatted(namespace));
        assertThat(plan).containsPattern("'liveFiles' = LongCount\\{total=1\\}").containsPattern("'skippedLiveFiles' = LongCount\\{total=2\\}");
        assertThat(lake.value("SELECT count(*) FROM %s.logs WHERE \"$path\" LIKE '%%/_wal/v1/%%'".formatted(namespace))).isEqualTo(30L);
    }

    @Test
    void testCorruptSegmentEndsItsWriter()
            throws Exception
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 5);
        WalFixture.Logs other = lake.fixture().logs(namespace);
        other.append("acme", 6, 8);
        logs.append("acme", 9, 10);
        Path corrupt = folder.resolve(logs.append("acme", 11, 12).header().key().objectKey().value());
        byte[] content = Files.readAllBytes(corrupt);
        Files.write(corrupt, new byte[] {1, 2, 3});
        other.append("acme", 13, 13);
        assertThatThrownBy(() -> lake.numbers(namespace + ".logs"))
                .hasMessageContaining("Cannot read all rows of table %s.logs".formatted(namespace))
                .hasMessageContaining("stops at segment 2: Cannot read segment ")
                .hasMessageContaining(corrupt.getFileName().toString())
                .hasMessageContaining("skip_corrupt_segments");
        List<List<Object>> readable = LongStream.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13).mapToObj(number -> List.<Object>of(number)).toList();
        Session skipping = Session.builder(IceGateQueryRunner.session("icegate")).setCatalogSessionProperty("icegate", "skip_corrupt_segments", "true").build();
        String select = "SELECT time_unix_nano FROM %s.logs ORDER BY 1".formatted(namespace);
        assertThat(lake.rows(skipping, select)).isEqualTo(readable);
        assertThat(lake.rows("SELECT sequence, detail IS NOT NULL FROM %s.\"logs$wal\" WHERE state = 'corrupt'".formatted(namespace))).containsExactly(List.of(2L, true));

        assertThatThrownBy(() -> lake.sql("CALL icegate.system.commit_wal('%s', 'logs')".formatted(namespace)))
                .hasMessageContaining("Cannot commit the whole WAL of table %s.logs".formatted(namespace))
                .hasMessageContaining("stops at segment 2: Cannot read segment ")
                .hasMessageContaining(corrupt.getFileName().toString());
        assertThat(lake.rows("SELECT state, count(*) FROM %s.\"logs$wal\" GROUP BY 1".formatted(namespace))).containsExactly(List.of("corrupt", 1L));
        // the snapshot alone would look whole
        assertThatThrownBy(() -> lake.numbers(namespace + ".logs")).hasMessageContaining("Cannot read all rows");
        assertThat(lake.rows(skipping, select)).isEqualTo(readable);

        Files.write(corrupt, content);
        lake.sql("CALL icegate.system.commit_wal('%s', 'logs')".formatted(namespace));
        assertThat(lake.numbers(namespace + ".logs")).containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, 13).boxed().toList());
    }

    @Test
    void testSchemaEvolution()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 3);
        logs.commit();
        lake.sql("ALTER TABLE %s.logs ADD COLUMN region varchar".formatted(namespace));
        lake.sql("ALTER TABLE %s.logs RENAME COLUMN severity_text TO severity".formatted(namespace));
        assertThat(lake.rows("SELECT time_unix_nano, severity, region FROM %s.logs WHERE severity = 'INFO' ORDER BY 1".formatted(namespace)))
                .containsExactly(nullable(1L, "INFO", null), nullable(2L, "INFO", null));
        lake.sql("ALTER TABLE %s.logs RENAME COLUMN severity TO severity_text".formatted(namespace));
        logs.append("acme", 4, 5);
        assertThat(lake.rows("SELECT time_unix_nano, severity_text, region FROM %s.logs WHERE region IS NULL AND severity_text = 'INFO' AND severity_number > 4 ORDER BY 1".formatted(namespace)))
                .containsExactly(nullable(4L, "INFO", null), nullable(5L, "INFO", null));
        lake.sql("ALTER TABLE %s.logs DROP COLUMN event_name".formatted(namespace));
        assertThat(lake.numbers(namespace + ".logs")).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    private static List<Object> nullable(@Nullable Object... values)
    {
        return Arrays.asList(values);
    }

    @Test
    void testInsertFromItself()
    {
        String namespace = lake.namespace();
        lake.fixture().createLogs(namespace).append("acme", 1, 3);
        lake.sql("INSERT INTO %1$s.logs SELECT * FROM %1$s.logs".formatted(namespace));
        assertThat(lake.value("SELECT count(*) FROM %s.logs".formatted(namespace))).isEqualTo(6L);
        lake.sql("CREATE TABLE %1$s.copy AS SELECT * FROM %1$s.logs".formatted(namespace));
        assertThat(lake.value("SELECT count(*) FROM %s.copy".formatted(namespace))).isEqualTo(6L);
        lake.sql("CREATE OR REPLACE TABLE %1$s.logs AS SELECT * FROM %1$s.logs WHERE time_unix_nano <> 2".formatted(namespace));
        assertThat(lake.numbers(namespace + ".logs")).containsExactly(1L, 1L, 3L, 3L);
    }

    /**
     * What arrives after a statement has drained the WAL is changed by the next one.
     */
    @Test
    void testRowLevelChangesOneAfterTheOther()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 3);
        logs.commit();
        logs.append("acme", 10, 14);
        lake.sql("UPDATE %s.logs SET severity_text = 'CHANGED' WHERE time_unix_nano IN (2, 10)".formatted(namespace));
        logs.append("acme", 20, 21);
        lake.sql("DELETE FROM %s.logs WHERE time_unix_nano IN (11, 20)".formatted(namespace));
        assertThat(lake.numbers(namespace + ".logs")).containsExactly(1L, 2L, 3L, 10L, 12L, 13L, 14L, 21L);
        assertThat(lake.rows("SELECT time_unix_nano FROM %s.logs WHERE severity_text = 'CHANGED' ORDER BY 1".formatted(namespace))).containsExactly(List.of(2L), List.of(10L));
    }

    /**
     * Trino's own {@code $files} and {@code $partitions} fail on a table without a snapshot, which every table is until its first commit.
     */
    @Test
    void testMetadataTablesWithoutSnapshot()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 10, 14);
        assertThat(lake.rows("SELECT file_path FROM %s.\"logs$files\" WHERE record_count > 0".formatted(namespace))).isEmpty();
        assertThat(lake.rows("SELECT * FROM %s.\"logs$partitions\"".formatted(namespace))).isEmpty();
        logs.commit();
        assertThat(lake.value("SELECT sum(record_count) FROM %s.\"logs$files\"".formatted(namespace))).isEqualTo(5L);
    }

    @Test
    void testMetadataTablesShowTheSnapshot()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 3);
        logs.commit();
        logs.append("acme", 4, 5);
        assertThat(lake.value("SELECT sum(record_count) FROM %s.\"logs$files\"".formatted(namespace))).isEqualTo(3L);
        assertThat(lake.value("SELECT count(*) FROM %s.\"logs$snapshots\"".formatted(namespace))).isEqualTo(1L);
        assertThat(lake.value("SELECT count(*) FROM %s.\"logs$history\"".formatted(namespace))).isEqualTo(1L);
        assertThat(lake.value("SELECT sum(record_count) FROM %s.\"logs$partitions\"".formatted(namespace))).isEqualTo(3L);
        logs.commit();
        List<List<Object>> snapshots = lake.rows("SELECT snapshot_id FROM %s.\"logs$snapshots\" ORDER BY committed_at".formatted(namespace));
        logs.append("acme", 6, 9);
        assertThat(lake.value("SELECT count(*) FROM TABLE(icegate.system.table_changes('%s', 'logs', %s, %s))".formatted(namespace, snapshots.getFirst().getFirst(), snapshots.getLast().getFirst()))).isEqualTo(2L);
    }

    @Test
    void testWalIsNeverBelowATable()
    {
        String namespace = lake.namespace();
        lake.sql("CREATE SCHEMA " + namespace);
        assertThatThrownBy(() -> lake.sql("CREATE TABLE %s.t (a integer) WITH (location = 'file:%s/_wal/v1')".formatted(namespace, folder))).hasMessageContaining("_wal");
        assertThatThrownBy(() -> lake.sql("CREATE TABLE %s.t (a integer) WITH (location = 'file:%s')".formatted(namespace, folder))).hasMessageContaining("file:" + folder);
    }

    @Test
    void testE12Rollback()
    {
        String namespace = lake.namespace();
        commitTwiceAndRollBack(namespace, "ALTER TABLE %s.logs EXECUTE rollback_to_snapshot(%s)");
        // rows that were rolled back stay away, rows that were never committed stay
        assertThat(lake.numbers(namespace + ".logs")).containsExactly(1L, 2L, 3L, 6L, 7L);
        for (String blocked : List.of("CALL icegate.system.commit_wal('%s', 'logs')", "DELETE FROM %s.logs WHERE time_unix_nano = 6", "TRUNCATE TABLE %s.logs")) {
            assertThatThrownBy(() -> lake.sql(blocked.formatted(namespace))).as(blocked)
                    .hasMessageMatching("Cannot use the WAL of table [^:]*: it was rolled back, .*; decide with the procedure system.reconcile_wal: .*");
        }
        lake.sql("CALL icegate.system.reconcile_wal('%s', 'logs', 'accept')".formatted(namespace));
        lake.sql("DELETE FROM %s.logs WHERE time_unix_nano = 6".formatted(namespace));
        assertThat(lake.numbers(namespace + ".logs")).containsExactly(1L, 2L, 3L, 7L);
        assertThat(lake.value("SELECT count(*) FROM %s.\"logs$wal\"".formatted(namespace))).isEqualTo(0L);
        // nothing to decide
        lake.sql("CALL icegate.system.reconcile_wal('%s', 'logs', 'reappend')".formatted(namespace));
        assertThat(lake.numbers(namespace + ".logs")).containsExactly(1L, 2L, 3L, 7L);
    }

    @Test
    void testRollbackTakenBack()
    {
        String namespace = lake.namespace();
        commitTwiceAndRollBack(namespace, "CALL icegate.system.rollback_to_snapshot('%s', 'logs', %s)");
        lake.sql("CALL icegate.system.reconcile_wal(schema_name => '%s', table_name => 'logs', mode => 'REAPPEND')".formatted(namespace));
        lake.sql("CALL icegate.system.commit_wal('%s', 'logs')".formatted(namespace));
        assertThat(lake.numbers(namespace + ".logs")).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    }

    @Test
    void testReconcileArguments()
    {
        String namespace = lake.namespace();
        lake.fixture().createLogs(namespace);
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.reconcile_wal('%s', 'logs', 'guess')".formatted(namespace)))
                .hasMessage("Cannot use mode 'guess': it must be 'accept' (rows that were rolled back stay out) or 'reappend' (their segments are appended again)");
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.reconcile_wal('', 'logs', 'accept')")).hasMessage("Cannot reconcile the WAL: schema_name and table_name are needed");
        lake.sql("CREATE TABLE %s.plain AS SELECT 1 a".formatted(namespace));
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.reconcile_wal('%s', 'plain', 'accept')".formatted(namespace))).hasMessageMatching("Cannot reconcile the WAL of table [^:]*: it has none, .*");
    }

    private void commitTwiceAndRollBack(String namespace, String rollback)
    {
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 3);
        logs.commit();
        long first = logs.table().currentSnapshot().snapshotId();
        logs.append("acme", 4, 5);
        logs.commit();
        logs.append("acme", 6, 7);
        lake.sql(rollback.formatted(namespace, first));
    }

    @Test
    void testDropAndCreateAgain()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.append("acme", 1, 3);
        lake.sql("DROP TABLE %s.logs".formatted(namespace));
        WalFixture.Logs again = lake.fixture().createLogs(namespace);
        assertThat(lake.numbers(namespace + ".logs")).isEmpty();
        again.append("acme", 4, 4);
        assertThat(lake.numbers(namespace + ".logs")).containsExactly(4L);
    }

    @Test
    void testBucketsAndPartitionValues()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        logs.table().updateSpec().addField(Expressions.bucket("time_unix_nano", 4)).commit();
        logs.append("acme", 1, 20);
        lake.sql("INSERT INTO %1$s.logs SELECT * FROM %1$s.logs WHERE time_unix_nano <= 3".formatted(namespace));
        Session session = Session.builder(IceGateQueryRunner.session("icegate"))
                .setCatalogSessionProperty("icegate", "bucket_execution_enabled", "true")
                .setSystemProperty("optimize_metadata_queries", "true")
                .build();
        assertThat(lake.rows(session, "SELECT count(*) FROM %1$s.logs a JOIN %1$s.logs b ON a.time_unix_nano = b.time_unix_nano".formatted(namespace))).containsExactly(List.of(17 + 3 * 4L));
        logs.append("zeta", 21, 22);
        assertThat(lake.rows(session, "SELECT DISTINCT tenant_id FROM %s.logs ORDER BY 1".formatted(namespace))).containsExactly(List.of("acme"), List.of("zeta"));
    }
}

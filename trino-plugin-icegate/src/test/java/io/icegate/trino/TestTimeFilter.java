package io.icegate.trino;

import io.trino.Session;
import io.trino.spi.QueryId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * Conditions on times that the scan enforces: rows, and changes of the table, are those of Trino's own filter.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestTimeFilter
{
    private static final String FILTER = "filterPredicate";

    private final Session byTrino = Session.builder(IceGateQueryRunner.session(IceGateQueryRunner.CATALOG))
            .setCatalogSessionProperty(IceGateQueryRunner.CATALOG, "filter_times", "false")
            .build();
    private TrinoLake lake;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        lake = new TrinoLake(folder);
    }

    @AfterAll
    void stop()
            throws Exception
    {
        lake.close();
    }

    /**
     * The time of the row with this number.
     */
    private static String time(long number)
    {
        return "TIMESTAMP '2026-11-20 10:00:00.%06d UTC'".formatted(number);
    }

    /**
     * Rows 1 to 40 in one file, 41 to 60 in segments that are committed, 61 to 90 in segments that wait.
     */
    private String table()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        String table = namespace + ".logs";
        logs.append("acme", 1, 20);
        logs.append("acme", 21, 40);
        logs.commit();
        lake.sql("ALTER TABLE %s EXECUTE optimize".formatted(table));
        logs.append("acme", 41, 50);
        logs.append("zeta", 51, 60);
        logs.commit();
        logs.append("acme", 61, 80);
        logs.append("zeta", 81, 90);
        return table;
    }

    private String explain(String query)
    {
        return (String) lake.value("EXPLAIN " + query);
    }

    private void assertSame(String query)
    {
        assertThat(lake.rows(query)).as(query).isEqualTo(lake.rows(byTrino, query));
    }

    private void assertEnforced(String query)
    {
        assertThat(explain(query)).as(query).doesNotContain(FILTER);
        assertThat((String) lake.rows(byTrino, "EXPLAIN " + query).getFirst().getFirst()).as(query).contains(FILTER);
        assertSame(query);
    }

    @Test
    void testEnforced()
    {
        String table = table();
        // in the merged file, at its bounds, in a committed segment, in one that waits, outside of all
        for (long number : List.of(0L, 1L, 17L, 40L, 45L, 61L, 90L)) {
            for (String comparison : List.of(">", "<=", "=")) {
                assertSame("SELECT count(*) FROM %s WHERE timestamp %s %s".formatted(table, comparison, time(number)));
            }
        }
        assertThat(lake.value("SELECT count(*) FROM %s WHERE timestamp > %s".formatted(table, time(17)))).isEqualTo(73L);
        for (String comparison : List.of(">", ">=", "<", "<=", "=", "<>")) {
            assertEnforced("SELECT count(*) FROM %s WHERE timestamp %s %s".formatted(table, comparison, time(17)));
        }
        assertEnforced("SELECT time_unix_nano FROM %s WHERE timestamp BETWEEN %s AND %s ORDER BY 1".formatted(table, time(35), time(65)));
        assertEnforced("SELECT timestamp, body FROM %s WHERE timestamp > %s ORDER BY timestamp DESC LIMIT 7".formatted(table, time(15)));
        assertEnforced("SELECT count(*) FROM (SELECT 1 FROM %s WHERE timestamp > %s LIMIT 33)".formatted(table, time(15)));
        assertEnforced("SELECT service_name, count(*), max(timestamp) FROM %s WHERE timestamp > %s GROUP BY 1 ORDER BY 1".formatted(table, time(55)));
        assertEnforced("SELECT count(*) FROM %s WHERE timestamp > %s AND ingest_time > TIMESTAMP '2020-01-01 00:00:00 UTC'".formatted(table, time(55)));
        assertEnforced("SELECT count(*) FROM %s WHERE timestamp > %s AND ingest_time < TIMESTAMP '2020-01-01 00:00:00 UTC'".formatted(table, time(55)));
        // several ranges
        assertEnforced("SELECT count(*) FROM %s WHERE timestamp IN (%s, %s, %s)".formatted(table, time(3), time(44), time(89)));
        assertEnforced("SELECT count(*) FROM %s WHERE timestamp NOT BETWEEN %s AND %s".formatted(table, time(3), time(89)));
        assertEnforced("SELECT count(*) FROM %1$s WHERE timestamp < %2$s OR timestamp > %3$s OR timestamp = %4$s".formatted(table, time(3), time(70), time(50)));
        // finer than the column, and elsewhere
        assertSame("SELECT count(*) FROM %s WHERE timestamp > TIMESTAMP '2026-11-20 10:00:00.0000405 UTC'".formatted(table));
        assertSame("SELECT count(*) FROM %s WHERE timestamp < TIMESTAMP '2026-11-20 10:00:00.000040000001 UTC'".formatted(table));
        assertSame("SELECT count(*) FROM %s WHERE timestamp = TIMESTAMP '2026-11-20 10:00:00.0000405 UTC'".formatted(table));
        assertEnforced("SELECT count(*) FROM %s WHERE timestamp > TIMESTAMP '2026-11-20 15:45:00.000040 Asia/Kathmandu'".formatted(table));
        assertSame("SELECT count(*) FROM %s WHERE CAST(timestamp AS date) = DATE '2026-11-20'".formatted(table));
        assertSame("SELECT count(*) FROM %s WHERE date_trunc('hour', timestamp) = TIMESTAMP '2026-11-20 10:00:00 UTC'".formatted(table));
        assertSame("SELECT count(*) FROM %s WHERE timestamp > now() - INTERVAL '1' HOUR".formatted(table));
        assertSame("SELECT count(*) FROM %s WHERE timestamp IS NULL".formatted(table));
        assertSame("SELECT count(*) FROM %s WHERE timestamp IS NOT NULL".formatted(table));
        assertSame("SELECT count(*) FROM %s WHERE timestamp > %s AND timestamp < %s".formatted(table, time(60), time(30)));
    }

    /**
     * By the bounds of its times, which the splits have though the query does not need the column.
     */
    @Test
    void testFilesWithinAreNotRead()
    {
        String table = table();
        // or else small files are read whole
        Session byColumns = Session.builder(lake.runner().getDefaultSession()).setCatalogSessionProperty(IceGateQueryRunner.CATALOG, "parquet_small_file_threshold", "0B").build();
        long within = bytesRead(byColumns, "SELECT count(*) FROM %s WHERE timestamp > %s".formatted(table, time(0)));
        assertThat(bytesRead(byColumns, "SELECT count(*) FROM %s WHERE timestamp > %s AND timestamp <> %s".formatted(table, time(0), time(75)))).isGreaterThan(within);
    }

    private long bytesRead(Session session, String query)
    {
        QueryId id = lake.runner().executeWithPlan(session, query).queryId();
        return lake.runner().getCoordinator().getQueryManager().getFullQueryInfo(id).getQueryStats().getPhysicalInputDataSize().toBytes();
    }

    /**
     * What is not a condition on times alone stays with Trino, and so does the time in it.
     */
    @Test
    void testOtherConditions()
    {
        String table = table();
        assertThat(explain("SELECT * FROM %s WHERE timestamp > %s AND severity_number >= 17".formatted(table, time(15)))).contains(FILTER, "severity_number");
        List<String> conditions = List.of(
                "timestamp > %1$s AND severity_number >= 17",
                "(timestamp > %1$s AND severity_number = 3) OR time_unix_nano = 5",
                "(timestamp > %1$s AND severity_number = 3) OR (timestamp < %2$s AND severity_number = 4)",
                "timestamp > %1$s AND tenant_id = 'zeta'",
                "timestamp > %1$s AND timestamp + severity_number * INTERVAL '1' SECOND > %1$s",
                "timestamp > %1$s AND rand() < 2",
                "timestamp > %1$s AND service_name IS NULL",
                "NOT (timestamp > %1$s AND service_name IS NULL)",
                "timestamp > %1$s AND \"$path\" LIKE '%%.parquet'",
                "timestamp > %1$s AND \"$file_modified_time\" > TIMESTAMP '2020-01-01 00:00:00 UTC'",
                "timestamp > (SELECT max(timestamp) FROM %3$s WHERE timestamp < %1$s)",
                "timestamp IN (SELECT timestamp FROM %3$s WHERE timestamp > %1$s AND severity_number = 3)");
        for (String condition : conditions) {
            for (long number : List.of(17L, 75L)) {
                assertSame("SELECT time_unix_nano, timestamp FROM %s WHERE %s ORDER BY 1".formatted(table, condition.formatted(time(number), time(number + 5), table)));
            }
        }
        assertSame("SELECT \"$path\", \"$file_modified_time\", count(*) FROM %s WHERE timestamp > %s GROUP BY 1, 2 ORDER BY 1".formatted(table, time(17)));
        assertSame("SELECT count(*) FROM %s TABLESAMPLE BERNOULLI (100) WHERE timestamp > %s".formatted(table, time(17)));
        assertSame("SELECT count(*) FROM %s TABLESAMPLE SYSTEM (100) WHERE timestamp > %s".formatted(table, time(17)));
        // each scan of the table has its own condition, and what the other side of a join has
        assertSame("SELECT count(*) FROM %1$s a JOIN %1$s b ON a.time_unix_nano = b.time_unix_nano WHERE a.timestamp > %2$s AND b.timestamp < %3$s".formatted(table, time(17), time(75)));
        assertSame("SELECT count(*) FROM %1$s a JOIN %1$s b ON a.timestamp = b.timestamp WHERE a.timestamp > %2$s AND b.severity_number = 3".formatted(table, time(17)));
        assertSame("SELECT (SELECT count(*) FROM %1$s WHERE timestamp > %2$s), (SELECT count(*) FROM %1$s)".formatted(table, time(17)));
        // a condition upon a condition
        assertSame("SELECT count(*) FROM (SELECT * FROM %s WHERE timestamp > %s) WHERE timestamp < %s AND severity_number > 3".formatted(table, time(17), time(75)));
    }

    @Test
    void testColumnsThatFilesLack()
    {
        String table = table();
        lake.sql("ALTER TABLE %s ADD COLUMN seen timestamp(6) with time zone".formatted(table));
        lake.sql("ALTER TABLE %s ADD COLUMN nested row(seen timestamp(6) with time zone)".formatted(table));
        lake.sql("UPDATE %s SET seen = timestamp, nested = ROW(timestamp) WHERE time_unix_nano %% 3 = 0".formatted(table));
        assertEnforced("SELECT time_unix_nano FROM %s WHERE seen > %s ORDER BY 1".formatted(table, time(30)));
        assertThat(lake.value("SELECT count(*) FROM %s WHERE seen > %s".formatted(table, time(30)))).isEqualTo(20L);
        assertEnforced("SELECT time_unix_nano FROM %s WHERE seen IS NULL OR seen > %s ORDER BY 1".formatted(table, time(30)));
        assertThat(lake.value("SELECT count(*) FROM %s WHERE seen IS NULL OR seen > %s".formatted(table, time(30)))).isEqualTo(80L);
        assertEnforced("SELECT time_unix_nano, seen FROM %s WHERE seen IS NULL ORDER BY 1".formatted(table));
        assertEnforced("SELECT count(*) FROM %s WHERE seen IS NOT NULL AND timestamp > %s".formatted(table, time(30)));
        String nested = "SELECT time_unix_nano FROM %s WHERE nested.seen > %s ORDER BY 1".formatted(table, time(30));
        assertThat(explain(nested)).contains(FILTER);
        assertSame(nested);
        long snapshot = lake.fixture().table(table.substring(0, table.indexOf('.'))).history().getFirst().snapshotId();
        assertSame("SELECT count(*) FROM %s FOR VERSION AS OF %s WHERE timestamp > %s".formatted(table, snapshot, time(30)));
        assertThat(lake.value("SELECT count(*) FROM %s FOR VERSION AS OF %s WHERE timestamp > %s".formatted(table, snapshot, time(30)))).isEqualTo(10L);
    }

    @Test
    void testFilesWithoutBounds()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        String table = namespace + ".logs";
        logs.table().updateProperties().set("write.metadata.metrics.column.timestamp", "none").commit();
        logs.append("acme", 1, 20);
        logs.commit();
        logs.append("acme", 21, 40);
        assertEnforced("SELECT count(*) FROM %s WHERE timestamp > %s".formatted(table, time(10)));
        assertThat(lake.value("SELECT count(*) FROM %s WHERE timestamp > %s".formatted(table, time(10)))).isEqualTo(30L);
        assertThat(lake.value("SELECT count(*) FROM %s WHERE timestamp < %s".formatted(table, time(31)))).isEqualTo(30L);
    }

    @Test
    void testDelete()
    {
        String table = table();
        lake.sql("DELETE FROM %s WHERE timestamp < %s".formatted(table, time(50)));
        assertThat(lake.numbers(table)).isEqualTo(TrinoLake.range(50, 90));
        // all of it is committed, and whole files
        lake.sql("DELETE FROM %s WHERE timestamp > %s".formatted(table, time(60)));
        assertThat(lake.numbers(table)).isEqualTo(TrinoLake.range(50, 60));
        assertSame("SELECT count(*) FROM %s WHERE timestamp > %s".formatted(table, time(55)));
        // the condition is on another scan of the table
        lake.sql("DELETE FROM %1$s WHERE time_unix_nano IN (SELECT time_unix_nano FROM %1$s WHERE timestamp > %2$s)".formatted(table, time(55)));
        assertThat(lake.numbers(table)).isEqualTo(TrinoLake.range(50, 55));
        lake.sql("CREATE VIEW %s_recent AS SELECT * FROM %s WHERE timestamp > %s".formatted(table, table, time(53)));
        lake.sql("DELETE FROM %1$s WHERE time_unix_nano IN (SELECT time_unix_nano FROM %1$s_recent)".formatted(table));
        assertThat(lake.numbers(table)).isEqualTo(TrinoLake.range(50, 53));
        // one that nothing is in
        lake.sql("DELETE FROM %s WHERE timestamp > %s".formatted(table, time(1000)));
        assertThat(lake.numbers(table)).isEqualTo(TrinoLake.range(50, 53));
    }

    @Test
    void testUpdateAndMerge()
    {
        String table = table();
        lake.sql("UPDATE %s SET severity_text = 'OLD' WHERE timestamp < %s".formatted(table, time(50)));
        assertThat(lake.value("SELECT count(*) FROM %s WHERE severity_text = 'OLD'".formatted(table))).isEqualTo(49L);
        lake.sql(
                """
                MERGE INTO %1$s t USING (SELECT * FROM %1$s WHERE timestamp > %2$s) s ON t.time_unix_nano = s.time_unix_nano AND t.timestamp > %3$s
                WHEN MATCHED AND t.timestamp > %4$s THEN DELETE
                WHEN MATCHED THEN UPDATE SET severity_text = 'NEW'""".formatted(table, time(70), time(75), time(80)));
        assertThat(lake.numbers(table)).isEqualTo(TrinoLake.range(1, 80));
        assertThat(lake.value("SELECT count(*) FROM %s WHERE severity_text = 'NEW'".formatted(table))).isEqualTo(5L);
    }

    @Test
    void testStatementsThatCopy()
    {
        String table = table();
        lake.sql("CREATE TABLE %1$s_copy AS SELECT * FROM %1$s WHERE timestamp > %2$s".formatted(table, time(55)));
        assertThat(lake.numbers(table + "_copy")).isEqualTo(TrinoLake.range(56, 90));
        lake.sql("INSERT INTO %1$s_copy SELECT * FROM %1$s WHERE timestamp < %2$s".formatted(table, time(5)));
        assertThat(lake.value("SELECT count(*) FROM %s_copy".formatted(table))).isEqualTo(39L);
        lake.sql("CREATE MATERIALIZED VIEW %1$s_view AS SELECT time_unix_nano FROM %1$s WHERE timestamp > %2$s".formatted(table, time(55)));
        lake.sql("REFRESH MATERIALIZED VIEW %s_view".formatted(table));
        assertThat(lake.numbers(table + "_view")).isEqualTo(TrinoLake.range(56, 90));
        lake.fixture().logs(table.substring(0, table.indexOf('.'))).append("acme", 91, 95);
        lake.sql("REFRESH MATERIALIZED VIEW %s_view".formatted(table));
        assertThat(lake.numbers(table + "_view")).isEqualTo(TrinoLake.range(56, 95));
        lake.sql("ANALYZE " + table);
        assertThat(lake.rows("SHOW STATS FOR (SELECT * FROM %s WHERE timestamp > %s)".formatted(table, time(55)))).isNotEmpty();
    }

    @Test
    void testOptimizeRefusesTimesAsEver()
    {
        String table = table();
        lake.sql("CALL icegate.system.commit_wal('%s', 'logs')".formatted(table.substring(0, table.indexOf('.'))));
        String optimize = "ALTER TABLE %s EXECUTE optimize WHERE timestamp > %s".formatted(table, time(55));
        assertThatThrownBy(() -> lake.runner().execute(byTrino, optimize)).hasMessageContaining("Unexpected FilterNode found in plan");
        assertThatThrownBy(() -> lake.sql(optimize)).hasMessageContaining("Unexpected FilterNode found in plan");
        assertThat(lake.numbers(table)).isEqualTo(TrinoLake.range(1, 90));
    }
}

package io.icegate.trino;

import io.icegate.schema.DecodedLogs;
import io.trino.Session;
import io.trino.testing.QueryFailedException;
import io.trino.testing.QueryRunner;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableProperties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * Each guard in SQL, twice: as everybody runs it, where the statements must come out right, and in a catalog that leaves
 * just this guard out, where the same statements must go wrong. What cannot be seen in SQL is in {@link TestIceGateMetadata}.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestGuards
{
    private static final Set<Guard> NOT_IN_SQL = EnumSet.of(Guard.PIN_IN_EXECUTE, Guard.ONE_CATALOG_VERSION);

    private final AtomicInteger namespaces = new AtomicInteger();
    private WalFixture fixture;
    private QueryRunner runner;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        fixture = new WalFixture(folder);
        runner = IceGateQueryRunner.create(folder, EnumSet.complementOf(EnumSet.copyOf(NOT_IN_SQL)), Map.of());
        // rows to insert from: any number of them becomes committed rows of another table
        WalFixture.Logs source = fixture.createLogs("source");
        source.append("acme", 1, 5);
        source.append("zeta", 6, 9);
    }

    @AfterAll
    void stop()
            throws Exception
    {
        runner.close();
        fixture.close();
    }

    interface Scenario
    {
        void run(Lake lake);
    }

    /**
     * A new table and one of the catalogs.
     */
    final class Lake
    {
        private final Session session;
        final String namespace;
        final WalFixture.Logs logs;
        final String table;

        private Lake(String catalog)
        {
            namespace = "guard" + namespaces.incrementAndGet();
            logs = fixture.createLogs(namespace);
            table = namespace + ".logs";
            session = IceGateQueryRunner.session(catalog);
        }

        void sql(String statement)
        {
            runner.execute(session, statement);
        }

        /**
         * Commits rows of the source in the partitioned layout.
         */
        void insert(long first, long last)
        {
            sql("INSERT INTO %s SELECT * FROM source.logs WHERE time_unix_nano BETWEEN %s AND %s".formatted(table, first, last));
        }

        List<List<Object>> rows(String query)
        {
            return IceGateQueryRunner.rows(runner, session, query);
        }

        Object value(String query)
        {
            return rows(query).getFirst().getFirst();
        }

        List<Long> numbers()
        {
            return rows("SELECT time_unix_nano FROM %s ORDER BY 1".formatted(table)).stream().map(row -> (Long) row.getFirst()).toList();
        }

        Object statistic(String column, int index)
        {
            return rows("SHOW STATS FOR " + table).stream()
                    .filter(row -> column.equals(row.getFirst()))
                    .findFirst()
                    .orElseThrow()
                    .get(index);
        }

        Object rowCountStatistic()
        {
            return rows("SHOW STATS FOR " + table).stream()
                    .filter(row -> row.getFirst() == null)
                    .findFirst()
                    .orElseThrow()
                    .get(4);
        }
    }

    private void assertGuarded(Guard guard, Scenario scenario)
    {
        scenario.run(new Lake(IceGateQueryRunner.CATALOG));
        Throwable failure = catchThrowable(() -> scenario.run(new Lake(IceGateQueryRunner.control(guard))));
        assertThat(failure).as("outcome without guard %s", guard).isInstanceOfAny(AssertionError.class, QueryFailedException.class);
    }

    @Test
    void testEmptyTablePredicate()
    {
        assertGuarded(Guard.EMPTY_TABLE_PREDICATE, lake -> {
            lake.logs.append("acme", 1, 5);
            lake.logs.append("zeta", 6, 8);
            assertThat(lake.value("SELECT count(*) FROM %s WHERE tenant_id = 'acme'".formatted(lake.table))).isEqualTo(5L);
            assertThat(lake.value("SELECT count(*) FROM %1$s a JOIN %1$s b USING (time_unix_nano)".formatted(lake.table))).isEqualTo(8L);
        });
    }

    @Test
    void testEnforcedPredicate()
    {
        assertGuarded(Guard.ENFORCED_PREDICATE, lake -> {
            lake.insert(1, 3);
            lake.logs.append(lake.logs.batch("acme", 10, 11), lake.logs.batch("zeta", 12, 14));
            assertThat(lake.value("SELECT count(*) FROM %s WHERE tenant_id = 'acme'".formatted(lake.table))).isEqualTo(5L);
            assertThat(lake.rows("SELECT DISTINCT tenant_id FROM %s WHERE tenant_id <> 'zeta'".formatted(lake.table))).containsExactly(List.of("acme"));
        });
    }

    @Test
    void testRowLevelChanges()
    {
        assertGuarded(Guard.ROW_LEVEL_CHANGES, lake -> {
            lake.insert(1, 3);
            lake.logs.append("acme", 10, 14);
            lake.sql("UPDATE %s SET severity_text = 'CHANGED' WHERE time_unix_nano IN (2, 10)".formatted(lake.table));
            assertThat(lake.numbers()).containsExactly(1L, 2L, 3L, 10L, 11L, 12L, 13L, 14L);
            assertThat(lake.value("SELECT count(*) FROM %s WHERE severity_text = 'CHANGED'".formatted(lake.table))).isEqualTo(2L);
            lake.logs.append("acme", 20, 21);
            lake.sql("DELETE FROM %s WHERE time_unix_nano IN (11, 20)".formatted(lake.table));
            assertThat(lake.numbers()).containsExactly(1L, 2L, 3L, 10L, 12L, 13L, 14L, 21L);
            lake.logs.append("acme", 30, 31);
            lake.sql(
                    """
                    MERGE INTO %s t USING (VALUES BIGINT '30', BIGINT '12') s (number) ON t.time_unix_nano = s.number
                    WHEN MATCHED AND s.number = 12 THEN DELETE
                    WHEN MATCHED THEN UPDATE SET severity_text = 'MERGED'""".formatted(lake.table));
            assertThat(lake.numbers()).containsExactly(1L, 2L, 3L, 10L, 13L, 14L, 21L, 30L, 31L);
            assertThat(lake.value("SELECT time_unix_nano FROM %s WHERE severity_text = 'MERGED'".formatted(lake.table))).isEqualTo(30L);
        });
    }

    @Test
    void testMetadataDelete()
    {
        assertGuarded(Guard.METADATA_DELETE, lake -> {
            lake.insert(1, 3);
            lake.logs.append("acme", 10, 14);
            lake.sql("DELETE FROM " + lake.table);
            assertThat(lake.numbers()).isEmpty();
        });
    }

    @Test
    void testTruncate()
    {
        assertGuarded(Guard.TRUNCATE, lake -> {
            lake.insert(1, 3);
            lake.logs.append("acme", 10, 14);
            lake.sql("TRUNCATE TABLE " + lake.table);
            assertThat(lake.numbers()).isEmpty();
            lake.logs.append("acme", 20, 21);
            assertThat(lake.numbers()).containsExactly(20L, 21L);
        });
    }

    @Test
    void testOptimize()
    {
        assertGuarded(Guard.OPTIMIZE, lake -> {
            lake.insert(1, 2);
            lake.insert(3, 4);
            lake.logs.append("acme", 10, 14);
            lake.sql("ALTER TABLE %s EXECUTE optimize".formatted(lake.table));
            assertThat(lake.numbers()).containsExactly(1L, 2L, 3L, 4L, 10L, 11L, 12L, 13L, 14L);
            assertThat(lake.value("SELECT sum(rows) FROM %s.\"logs$wal\"".formatted(lake.namespace))).isEqualTo(5L);
            lake.logs.commit();
            assertThat(lake.numbers()).containsExactly(1L, 2L, 3L, 4L, 10L, 11L, 12L, 13L, 14L);
        });
    }

    /**
     * Trino's own {@code $files} and {@code $partitions} fail on a table without a snapshot, which every table is until its first commit.
     */
    @Test
    void testSystemTablesWithoutSnapshot()
    {
        Lake lake = new Lake(IceGateQueryRunner.CATALOG);
        lake.logs.append("acme", 10, 14);
        assertThat(lake.rows("SELECT file_path FROM %s.\"logs$files\" WHERE record_count > 0".formatted(lake.namespace))).isEmpty();
        assertThat(lake.rows("SELECT * FROM %s.\"logs$partitions\"".formatted(lake.namespace))).isEmpty();
        lake.logs.commit();
        assertThat(lake.value("SELECT sum(record_count) FROM %s.\"logs$files\"".formatted(lake.namespace))).isEqualTo(5L);
    }

    @Test
    void testAnalyze()
    {
        assertGuarded(Guard.ANALYZE, lake -> {
            lake.insert(1, 3);
            lake.logs.append("acme", 10, 14);
            lake.sql("ANALYZE " + lake.table);
            // the statistics of the snapshot, which no row of the WAL is in
            assertThat(lake.statistic("time_unix_nano", 2)).isEqualTo(3.0);
        });
    }

    @Test
    void testTimeTravel()
    {
        assertGuarded(Guard.TIME_TRAVEL, lake -> {
            lake.insert(1, 3);
            lake.logs.append("acme", 10, 14);
            Snapshot snapshot = lake.logs.table().currentSnapshot();
            assertThat(lake.value("SELECT count(*) FROM %s FOR VERSION AS OF %s".formatted(lake.table, snapshot.snapshotId()))).isEqualTo(3L);
            assertThat(lake.value("SELECT count(*) FROM %s FOR TIMESTAMP AS OF current_timestamp".formatted(lake.table))).isEqualTo(3L);
        });
    }

    @Test
    void testTableStatistics()
    {
        assertGuarded(Guard.TABLE_STATISTICS, lake -> {
            lake.insert(1, 3);
            lake.logs.append("acme", 10, 14);
            assertThat(lake.rowCountStatistic()).isEqualTo(8.0);
        });
    }

    @Test
    void testMaterializedViewRefresh()
    {
        assertGuarded(Guard.MATERIALIZED_VIEW_REFRESH, lake -> {
            lake.insert(1, 3);
            lake.logs.append("acme", 10, 14);
            String view = lake.namespace + ".numbers";
            lake.sql("CREATE MATERIALIZED VIEW %s AS SELECT time_unix_nano number FROM %s".formatted(view, lake.table));
            lake.sql("REFRESH MATERIALIZED VIEW " + view);
            lake.logs.commit();
            lake.sql("REFRESH MATERIALIZED VIEW " + view);
            assertThat(lake.rows("SELECT number FROM %s ORDER BY 1".formatted(view)).stream().map(List::getFirst)).containsExactly(1L, 2L, 3L, 10L, 11L, 12L, 13L, 14L);
        });
    }

    @Test
    void testReplaceTable()
    {
        assertGuarded(Guard.REPLACE_TABLE, lake -> {
            lake.insert(1, 3);
            lake.logs.append("acme", 10, 14);
            lake.sql("CREATE OR REPLACE TABLE %s AS SELECT * FROM source.logs WHERE time_unix_nano = 1".formatted(lake.table));
            assertThat(lake.numbers()).containsExactly(1L);
            lake.logs.append("acme", 20, 21);
            assertThat(lake.numbers()).containsExactly(1L, 20L, 21L);
        });
    }

    @Test
    void testSequenceNumber()
    {
        assertGuarded(Guard.SEQUENCE_NUMBER, lake -> {
            lake.logs.table().updateProperties().set(TableProperties.FORMAT_VERSION, "3").commit();
            lake.insert(1, 3);
            lake.logs.append("acme", 10, 14);
            assertThat(lake.rows("SELECT \"$last_updated_sequence_number\", count(*) FROM %s GROUP BY 1 ORDER BY 1".formatted(lake.table)))
                    .containsExactly(List.of(1L, 3L), List.of(2L, 5L));
        });
    }

    @Test
    void testDuplicates()
    {
        assertGuarded(Guard.DUPLICATES, lake -> {
            DecodedLogs repeated = lake.logs.batch("acme", 4, 5);
            lake.logs.append(lake.logs.batch("acme", 1, 3), repeated);
            lake.logs.append(repeated, lake.logs.batch("acme", 6, 7));
            assertThat(lake.value("SELECT count(*) FROM " + lake.table)).isEqualTo(7L);
            assertThat(lake.numbers()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
            assertThat(lake.value("SELECT sum(duplicate_rows) FROM %s.\"logs$wal\"".formatted(lake.namespace))).isEqualTo(2L);
            lake.logs.commit();
            assertThat(lake.numbers()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        });
    }

    @Test
    void testEveryGuardIsTested()
    {
        assertThat(Guard.values()).hasSize(15);
    }
}

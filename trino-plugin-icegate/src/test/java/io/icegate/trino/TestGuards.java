package io.icegate.trino;

import com.google.common.collect.ImmutableList;
import io.icegate.trino.config.Guard;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.table.TableOffsets;
import io.trino.Session;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.util.SnapshotUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.lang.annotation.Retention;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import static java.lang.annotation.RetentionPolicy.RUNTIME;
import static java.util.Locale.ENGLISH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * Each guard in SQL, twice: as everybody runs it, where the statements must come out right, and with just this guard left
 * out, where the same statements must come out wrong in exactly the way that the guard is there for. What cannot be seen
 * in SQL is in {@link TestIceGateMetadata}.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestGuards
{
    private static final Set<Guard> NOT_IN_SQL = EnumSet.of(Guard.PIN_IN_EXECUTE, Guard.ONE_CATALOG_VERSION);

    private static final String REFUSED = "Cannot use location %s for a table: it holds or lies in";
    private static final DateTimeFormatter SQL_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS 'UTC'", ENGLISH);

    private TrinoLake trino;

    @BeforeAll
    void start(@TempDir Path temporary)
            throws Exception
    {
        trino = new TrinoLake(
                temporary,
                Map.of("iceberg.remove-orphan-files.min-retention", "0s", "iceberg.expire-snapshots.min-retention", "0s"),
                EnumSet.complementOf(EnumSet.copyOf(NOT_IN_SQL)));
        // rows to insert from: any number of them becomes committed rows of another table
        WalFixture.Logs source = trino.fixture().createLogs("source");
        source.append("acme", 1, 5);
        source.append("zeta", 6, 9);
    }

    @AfterAll
    void stop()
            throws Exception
    {
        trino.close();
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
            namespace = trino.namespace();
            logs = trino.fixture().createLogs(namespace);
            table = namespace + ".logs";
            session = IceGateQueryRunner.session(catalog);
        }

        void sql(String statement)
        {
            trino.runner().execute(session, statement);
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
            return trino.rows(session, query);
        }

        Object value(String query)
        {
            return rows(query).getFirst().getFirst();
        }

        List<Long> numbers()
        {
            return numbers("SELECT time_unix_nano FROM %s ORDER BY 1".formatted(table));
        }

        List<Long> numbers(String query)
        {
            return rows(query).stream().map(row -> (Long) row.getFirst()).toList();
        }

        List<Object> statistics(String column)
        {
            return rows("SHOW STATS FOR " + table).stream()
                    .filter(row -> column.equals(String.valueOf(row.getFirst())))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static List<Long> numbers(long first, long last)
    {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    private void assertGuarded(Guard guard, Function<Lake, Object> scenario, Object right, Object wrong)
    {
        assertThat(scenario.apply(new Lake(IceGateQueryRunner.CATALOG))).isEqualTo(right);
        assertThat(scenario.apply(new Lake(IceGateQueryRunner.control(guard)))).as("result without guard %s", guard).isEqualTo(wrong);
    }

    private void assertGuardedByFailure(Guard guard, Function<Lake, Object> scenario, Object right, String failure)
    {
        assertThat(scenario.apply(new Lake(IceGateQueryRunner.CATALOG))).isEqualTo(right);
        assertThatThrownBy(() -> scenario.apply(new Lake(IceGateQueryRunner.control(guard)))).as("failure without guard %s", guard).hasMessageContaining(failure);
    }

    @Test
    @Covers(Guard.EMPTY_TABLE_PREDICATE)
    void testEmptyTablePredicate()
    {
        assertGuarded(
                Guard.EMPTY_TABLE_PREDICATE,
                lake -> {
                    lake.logs.append("acme", 1, 5);
                    lake.logs.append("zeta", 6, 8);
                    return lake.rows(
                            """
                            SELECT
                                (SELECT count(*) FROM %1$s WHERE tenant_id = 'acme'),
                                (SELECT count(*) FROM %1$s a JOIN %1$s b USING (time_unix_nano))""".formatted(lake.table));
                },
                List.of(List.of(5L, 8L)),
                List.of(List.of(0L, 0L)));
    }

    @Test
    @Covers(Guard.ENFORCED_PREDICATE)
    void testEnforcedPredicate()
    {
        assertGuarded(
                Guard.ENFORCED_PREDICATE,
                lake -> {
                    lake.insert(1, 3);
                    lake.logs.append(lake.logs.batch("acme", 10, 11), lake.logs.batch("zeta", 12, 14));
                    return lake.rows("SELECT tenant_id, count(*) FROM %s WHERE tenant_id = 'acme' GROUP BY 1 ORDER BY 1".formatted(lake.table));
                },
                List.of(List.of("acme", 5L)),
                List.of(List.of("acme", 5L), List.of("zeta", 3L)));
    }

    /**
     * Trino answers {@code count(*)} and ends a LIMIT by the row counts of whole files, without reading them, and finds the
     * footer of a file by its size.
     */
    @Test
    void testExactRowsAndSizes()
    {
        Function<Lake, Object> counts = lake -> {
            lake.logs.append("acme", 1, 5);
            lake.logs.append("acme", 6, 10);
            return lake.rows("SELECT (SELECT count(*) FROM %1$s), (SELECT count(body) FROM (SELECT coalesce(body, '') body FROM %1$s LIMIT 8))".formatted(lake.table));
        };
        assertThat(counts.apply(new Lake(IceGateQueryRunner.CATALOG))).isEqualTo(List.of(List.of(10L, 8L)));
        assertThat(counts.apply(new Lake(IceGateQueryRunner.INEXACT_ROWS))).isEqualTo(List.of(List.of(20L, 5L)));
        Function<Lake, Object> rows = lake -> {
            lake.logs.append("acme", 1, 5);
            return lake.numbers();
        };
        assertThat(rows.apply(new Lake(IceGateQueryRunner.CATALOG))).isEqualTo(numbers(1, 5));
        // read from the end of the file, so every offset in the footer is one byte off
        assertThatThrownBy(() -> rows.apply(new Lake(IceGateQueryRunner.INEXACT_SIZES))).hasMessageContaining("can not read class org.apache.parquet.format.PageHeader");
    }

    /**
     * Trino lists the partitions of the snapshot in place of distinct values only when the partition field is in every spec
     * of the table, and executes by buckets only when the table has one spec. A table with a WAL always has the
     * unpartitioned spec beside its own, because the commit guard keeps it, so there is no guard of ours to leave out; the
     * control is the same table without that spec. {@link TestIceGateMetadata} looks at the handles.
     */
    @Test
    void testDistinctPartitionsAndBuckets()
    {
        Lake lake = new Lake(IceGateQueryRunner.CATALOG);
        lake.logs.table().updateSpec().addField(Expressions.bucket("time_unix_nano", 4)).commit();
        lake.insert(1, 5);
        lake.logs.append("zeta", 6, 8);
        Session session = Session.builder(lake.session)
                .setCatalogSessionProperty(IceGateQueryRunner.CATALOG, "bucket_execution_enabled", "true")
                .setSystemProperty("optimize_metadata_queries", "true")
                .build();
        assertThat(trino.rows(session, "SELECT DISTINCT tenant_id FROM %s ORDER BY 1".formatted(lake.table))).containsExactly(List.of("acme"), List.of("zeta"));
        assertThat(trino.rows(session, "SELECT count(*) FROM %1$s a JOIN %1$s b ON a.time_unix_nano = b.time_unix_nano".formatted(lake.table))).containsExactly(List.of(8L));
        // only files of the partitioned spec are in the snapshot, so nothing but the guard keeps the other spec
        assertThatThrownBy(() -> lake.sql("ALTER TABLE %s EXECUTE expire_snapshots(retention_threshold => '0s', clean_expired_metadata => true)".formatted(lake.table)))
                .hasStackTraceContaining("the unpartitioned spec, which WAL segments need, would disappear");
        assertThat(lake.numbers()).isEqualTo(numbers(1, 8));
    }

    @Test
    @Covers(Guard.ROW_LEVEL_CHANGES)
    void testDelete()
    {
        assertGuarded(
                Guard.ROW_LEVEL_CHANGES,
                lake -> {
                    lake.insert(1, 3);
                    lake.logs.append("acme", 10, 12);
                    lake.sql("DELETE FROM %s WHERE time_unix_nano IN (2, 11)".formatted(lake.table));
                    return lake.numbers();
                },
                List.of(1L, 3L, 10L, 12L),
                List.of(1L, 3L, 10L, 11L, 12L));
    }

    @Test
    @Covers(Guard.ROW_LEVEL_CHANGES)
    void testUpdate()
    {
        assertGuarded(
                Guard.ROW_LEVEL_CHANGES,
                lake -> {
                    lake.insert(1, 2);
                    lake.logs.append("acme", 10, 11);
                    lake.sql("UPDATE %s SET severity_text = 'CHANGED' WHERE time_unix_nano IN (2, 10)".formatted(lake.table));
                    return lake.rows("SELECT time_unix_nano, coalesce(severity_text, '') = 'CHANGED' FROM %s ORDER BY 1, 2".formatted(lake.table));
                },
                List.of(List.of(1L, false), List.of(2L, true), List.of(10L, true), List.of(11L, false)),
                List.of(List.of(1L, false), List.of(2L, true), List.of(10L, false), List.of(10L, true), List.of(11L, false)));
    }

    @Test
    @Covers(Guard.ROW_LEVEL_CHANGES)
    void testMerge()
    {
        assertGuarded(
                Guard.ROW_LEVEL_CHANGES,
                lake -> {
                    lake.insert(1, 2);
                    lake.logs.append("acme", 10, 12);
                    lake.sql(
                            """
                            MERGE INTO %s t USING (VALUES BIGINT '10', BIGINT '11') s (number) ON t.time_unix_nano = s.number
                            WHEN MATCHED AND s.number = 11 THEN DELETE
                            WHEN MATCHED THEN UPDATE SET severity_text = 'MERGED'""".formatted(lake.table));
                    return lake.rows("SELECT time_unix_nano, coalesce(severity_text, '') = 'MERGED' FROM %s ORDER BY 1, 2".formatted(lake.table));
                },
                List.of(List.of(1L, false), List.of(2L, false), List.of(10L, true), List.of(12L, false)),
                List.of(List.of(1L, false), List.of(2L, false), List.of(10L, false), List.of(10L, true), List.of(11L, false), List.of(12L, false)));
    }

    @Test
    @Covers(Guard.METADATA_DELETE)
    void testMetadataDelete()
    {
        assertGuarded(
                Guard.METADATA_DELETE,
                lake -> {
                    lake.insert(1, 3);
                    lake.logs.append("acme", 10, 14);
                    lake.sql("DELETE FROM " + lake.table);
                    return lake.numbers();
                },
                List.of(),
                numbers(10, 14));
    }

    /**
     * Without the condition, which the scan has taken, Trino would drop every file.
     */
    @Test
    @Covers(Guard.TIME_FILTER)
    void testTimeFilterAndDelete()
    {
        assertGuarded(
                Guard.TIME_FILTER,
                lake -> {
                    lake.insert(1, 9);
                    lake.sql("DELETE FROM %s WHERE timestamp < TIMESTAMP '2026-11-20 10:00:00.000005 UTC'".formatted(lake.table));
                    return lake.numbers();
                },
                numbers(5, 9),
                List.of());
    }

    /**
     * Without the condition, which the scan has taken, Trino takes the statement for one about whole partitions.
     */
    @Test
    @Covers(Guard.TIME_FILTER)
    void testTimeFilterAndOptimize()
    {
        assertGuarded(
                Guard.TIME_FILTER,
                lake -> {
                    lake.insert(1, 2);
                    lake.insert(3, 5);
                    try {
                        lake.sql("ALTER TABLE %s EXECUTE optimize WHERE timestamp > TIMESTAMP '2026-11-20 10:00:00.000001 UTC'".formatted(lake.table));
                    }
                    catch (RuntimeException e) {
                        assertThat(e).hasMessageContaining("Unexpected FilterNode found in plan");
                    }
                    return lake.numbers();
                },
                numbers(1, 5),
                numbers(2, 5));
    }

    @Test
    @Covers(Guard.TRUNCATE)
    void testTruncate()
    {
        assertGuarded(
                Guard.TRUNCATE,
                lake -> {
                    lake.insert(1, 3);
                    lake.logs.append("acme", 10, 14);
                    lake.sql("TRUNCATE TABLE " + lake.table);
                    lake.logs.append("acme", 20, 21);
                    return lake.numbers();
                },
                List.of(20L, 21L),
                List.of(10L, 11L, 12L, 13L, 14L, 20L, 21L));
    }

    @Test
    @Covers(Guard.OPTIMIZE)
    void testOptimize()
    {
        assertGuardedByFailure(
                Guard.OPTIMIZE,
                lake -> {
                    lake.insert(1, 2);
                    lake.insert(3, 4);
                    lake.logs.append("acme", 10, 12);
                    lake.sql("ALTER TABLE %s EXECUTE optimize".formatted(lake.table));
                    return lake.numbers();
                },
                List.of(1L, 2L, 3L, 4L, 10L, 11L, 12L),
                "Missing required files to delete: file:%s/_wal/v1/".formatted(trino.folder()));
    }

    @Test
    void testOptimizeLeavesTheWal()
    {
        Lake lake = new Lake(IceGateQueryRunner.CATALOG);
        lake.insert(1, 2);
        lake.insert(3, 4);
        lake.logs.append("acme", 10, 14);
        lake.sql("ALTER TABLE %s EXECUTE optimize".formatted(lake.table));
        assertThat(lake.value("SELECT sum(rows) FROM %s.\"logs$wal\"".formatted(lake.namespace))).isEqualTo(5L);
        lake.logs.commit();
        assertThat(lake.numbers()).containsExactly(1L, 2L, 3L, 4L, 10L, 11L, 12L, 13L, 14L);
    }

    @Test
    @Covers(Guard.ANALYZE)
    void testAnalyze()
    {
        assertGuarded(
                Guard.ANALYZE,
                lake -> {
                    lake.insert(1, 3);
                    lake.logs.append("acme", 10, 14);
                    lake.sql("ANALYZE " + lake.table);
                    // distinct values, of the snapshot, which no row of the WAL is in
                    return lake.statistics("time_unix_nano").get(2);
                },
                3.0,
                8.0);
    }

    @Test
    @Covers(Guard.TIME_TRAVEL)
    void testTimeTravel()
    {
        assertGuarded(
                Guard.TIME_TRAVEL,
                lake -> {
                    lake.insert(1, 3);
                    lake.logs.append("acme", 10, 14);
                    Snapshot snapshot = lake.logs.table().currentSnapshot();
                    String time = SQL_TIME.format(Instant.ofEpochMilli(snapshot.timestampMillis()).atOffset(ZoneOffset.UTC));
                    return lake.rows("SELECT (SELECT count(*) FROM %1$s FOR VERSION AS OF %2$s), (SELECT count(*) FROM %1$s FOR TIMESTAMP AS OF TIMESTAMP '%3$s')".formatted(lake.table, snapshot.snapshotId(), time));
                },
                List.of(List.of(3L, 3L)),
                List.of(List.of(8L, 8L)));
    }

    @Test
    @Covers(Guard.TABLE_STATISTICS)
    void testTableStatistics()
    {
        assertGuarded(
                Guard.TABLE_STATISTICS,
                lake -> {
                    lake.insert(1, 3);
                    lake.logs.append("acme", 10, 14);
                    // rows, and the range of a column
                    return "%s %s %s".formatted(lake.statistics("null").get(4), lake.statistics("time_unix_nano").get(5), lake.statistics("time_unix_nano").get(6));
                },
                "8.0 1 14",
                "3.0 1 3");
    }

    @Test
    @Covers(Guard.MATERIALIZED_VIEW_REFRESH)
    void testMaterializedViewRefresh()
    {
        assertGuarded(
                Guard.MATERIALIZED_VIEW_REFRESH,
                lake -> {
                    lake.insert(1, 3);
                    lake.logs.append("acme", 10, 12);
                    String view = lake.namespace + ".numbers";
                    lake.sql("CREATE MATERIALIZED VIEW %s AS SELECT time_unix_nano number FROM %s".formatted(view, lake.table));
                    lake.sql("REFRESH MATERIALIZED VIEW " + view);
                    lake.logs.commit();
                    lake.sql("REFRESH MATERIALIZED VIEW " + view);
                    return lake.numbers("SELECT number FROM %s ORDER BY 1".formatted(view));
                },
                List.of(1L, 2L, 3L, 10L, 11L, 12L),
                List.of(1L, 2L, 3L, 10L, 10L, 11L, 11L, 12L, 12L));
    }

    @Test
    @Covers(Guard.MATERIALIZED_VIEW_FRESHNESS)
    void testMaterializedViewFreshness()
    {
        assertGuarded(
                Guard.MATERIALIZED_VIEW_FRESHNESS,
                lake -> {
                    lake.insert(1, 3);
                    String view = lake.namespace + ".numbers";
                    lake.sql("CREATE MATERIALIZED VIEW %s GRACE PERIOD INTERVAL '0' SECOND AS SELECT time_unix_nano number FROM %s".formatted(view, lake.table));
                    lake.sql("REFRESH MATERIALIZED VIEW " + view);
                    lake.logs.append("acme", 10, 12);
                    return lake.numbers("SELECT number FROM %s ORDER BY 1".formatted(view));
                },
                List.of(1L, 2L, 3L, 10L, 11L, 12L),
                List.of(1L, 2L, 3L));
    }

    /**
     * Trino's orphan removal deletes whatever no snapshot of a table knows below the location of the table. The control is
     * a location that the catalog has never seen, because it would have refused it.
     */
    @Test
    void testOrphanFiles()
    {
        Lake lake = new Lake(IceGateQueryRunner.CATALOG);
        lake.insert(1, 2);
        lake.logs.append("acme", 10, 12);
        String wal = "file:%s/_wal/v1/%s".formatted(trino.folder(), lake.logs.uuid());
        String removal = "ALTER TABLE %s EXECUTE remove_orphan_files(retention_threshold => '0s')";
        lake.sql(removal.formatted(lake.table));
        assertThat(lake.value("SELECT count(*) FROM " + lake.table)).isEqualTo(5L);
        TableIdentifier other = TableIdentifier.of(lake.namespace, "other");
        Schema schema = new Schema(NestedField.optional(1, "a", Types.IntegerType.get()));
        for (String location : ImmutableList.of(wal, wal + "/below", "file:%s/_wal".formatted(trino.folder()), "file:" + trino.folder())) {
            assertThatThrownBy(() -> trino.fixture().catalog().buildTable(other, schema).withLocation(location).create()).hasMessageContaining(REFUSED.formatted(location));
            assertThatThrownBy(() -> lake.logs.table().updateLocation().setLocation(location).commit()).hasMessageContaining(REFUSED.formatted(location));
        }
        assertThatThrownBy(() -> lake.sql("CREATE TABLE %s (a integer) WITH (location = '%s/below')".formatted(other, wal))).hasStackTraceContaining(REFUSED.formatted(wal + "/below"));

        // Trino skips tables without a snapshot
        trino.fixture().catalog().createTable(other, schema).newFastAppend().commit();
        trino.fixture().rewriteMetadata(other, metadata -> metadata.updateLocation(wal));
        lake.sql(removal.formatted(other));
        assertThat(lake.value("SELECT count(*) FROM " + lake.table)).isEqualTo(2L);
    }

    @Test
    @Covers(Guard.REPLACE_TABLE)
    void testReplaceTable()
    {
        assertGuarded(
                Guard.REPLACE_TABLE,
                lake -> {
                    lake.insert(1, 3);
                    lake.logs.append("acme", 10, 12);
                    lake.sql("CREATE OR REPLACE TABLE %s AS SELECT * FROM source.logs WHERE time_unix_nano = 1".formatted(lake.table));
                    lake.logs.append("acme", 20, 21);
                    return lake.numbers();
                },
                List.of(1L, 20L, 21L),
                List.of(1L, 10L, 11L, 12L, 20L, 21L));
    }

    /**
     * The vector of a reader is the property of the table, which a rollback leaves alone. The control is a table whose
     * property says what the snapshot after the rollback says.
     */
    @Test
    void testRollback()
    {
        Lake right = new Lake(IceGateQueryRunner.CATALOG);
        commitTwiceAndRollBack(right.logs);
        assertThat(right.numbers()).containsExactly(1L, 2L, 3L, 6L, 7L);
        Lake wrong = new Lake(IceGateQueryRunner.CATALOG);
        commitTwiceAndRollBack(wrong.logs);
        trino.fixture().rewriteMetadata(TableIdentifier.of(wrong.namespace, "logs"), metadata -> metadata.replaceProperties(withVectorOfSnapshot(metadata)));
        assertThat(wrong.numbers()).isEqualTo(numbers(1, 7));
    }

    private static void commitTwiceAndRollBack(WalFixture.Logs logs)
    {
        logs.append("acme", 1, 3);
        logs.commit();
        long first = logs.table().currentSnapshot().snapshotId();
        logs.append("acme", 4, 5);
        logs.commit();
        logs.append("acme", 6, 7);
        logs.table().manageSnapshots().rollbackTo(first).commit();
    }

    private static Map<String, String> withVectorOfSnapshot(TableMetadata metadata)
    {
        OffsetVector vector = TableOffsets.nearest(SnapshotUtil.ancestorsOf(metadata.currentSnapshot().snapshotId(), metadata::snapshot)).orElseThrow();
        Map<String, String> properties = new HashMap<>(metadata.properties());
        properties.put(OffsetVector.PROPERTY, vector.text());
        return properties;
    }

    @Test
    @Covers(Guard.SEQUENCE_NUMBER)
    void testSequenceNumber()
    {
        assertGuardedByFailure(
                Guard.SEQUENCE_NUMBER,
                lake -> {
                    // behind the back of the commit guard, which refuses it
                    trino.fixture().rewriteMetadata(TableIdentifier.of(lake.namespace, "logs"), metadata -> TableMetadata.buildFrom(metadata).upgradeFormatVersion(3).build());
                    lake.insert(1, 3);
                    lake.logs.append("acme", 10, 14);
                    return lake.rows("SELECT \"$last_updated_sequence_number\", count(*) FROM %s GROUP BY 1 ORDER BY 1".formatted(lake.table));
                },
                List.of(List.of(1L, 3L), List.of(2L, 5L)),
                "dataSequenceNumber");
    }

    /**
     * Another engine deletes what it sees: the snapshot. Every engine commits the WAL first, and the control does not.
     */
    @Test
    void testDeleteByAnotherEngine()
    {
        Lake right = new Lake(IceGateQueryRunner.CATALOG);
        right.insert(1, 3);
        right.logs.append("acme", 10, 12);
        right.logs.commit();
        right.logs.table().newDelete().deleteFromRowFilter(Expressions.equal("tenant_id", "acme")).commit();
        assertThat(right.numbers()).isEmpty();
        Lake wrong = new Lake(IceGateQueryRunner.CATALOG);
        wrong.insert(1, 3);
        wrong.logs.append("acme", 10, 12);
        wrong.logs.table().newDelete().deleteFromRowFilter(Expressions.equal("tenant_id", "acme")).commit();
        wrong.logs.commit();
        assertThat(wrong.numbers()).isEqualTo(numbers(10, 12));
    }

    @Test
    @Covers(Guard.DUPLICATES)
    void testDuplicates()
    {
        assertGuarded(
                Guard.DUPLICATES,
                lake -> {
                    LogBatch repeated = lake.logs.batch("acme", 4, 5);
                    lake.logs.append(lake.logs.batch("acme", 1, 3), repeated);
                    lake.logs.append(repeated, lake.logs.batch("acme", 6, 7));
                    return lake.rows("SELECT (SELECT count(*) FROM %1$s), (SELECT array_agg(time_unix_nano ORDER BY time_unix_nano) FROM %1$s)".formatted(lake.table));
                },
                List.of(List.of(7L, numbers(1, 7))),
                List.of(List.of(9L, List.of(1L, 2L, 3L, 4L, 4L, 5L, 5L, 6L, 7L))));
    }

    @Test
    void testDuplicatesAreCommittedOnce()
    {
        Lake lake = new Lake(IceGateQueryRunner.CATALOG);
        LogBatch repeated = lake.logs.batch("acme", 4, 5);
        lake.logs.append(lake.logs.batch("acme", 1, 3), repeated);
        lake.logs.append(repeated, lake.logs.batch("acme", 6, 7));
        assertThat(lake.value("SELECT sum(duplicate_rows) FROM %s.\"logs$wal\"".formatted(lake.namespace))).isEqualTo(2L);
        lake.logs.commit();
        assertThat(lake.numbers()).isEqualTo(numbers(1, 7));
    }

    @Retention(RUNTIME)
    @interface Covers
    {
        Guard value();
    }

    @Test
    void testEveryGuardIsTested()
    {
        Set<Guard> covered = Arrays.stream(TestGuards.class.getDeclaredMethods())
                .map(method -> method.getAnnotation(Covers.class))
                .filter(Objects::nonNull)
                .map(Covers::value)
                .collect(Collectors.toSet());
        assertThat(covered).isEqualTo(EnumSet.complementOf(EnumSet.copyOf(NOT_IN_SQL)));
    }
}

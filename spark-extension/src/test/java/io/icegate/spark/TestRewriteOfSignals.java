package io.icegate.spark;

import io.icegate.maintenance.merge.MergePlan;
import io.icegate.maintenance.merge.MergePlanner;
import io.icegate.maintenance.merge.MergePolicy;
import io.icegate.maintenance.merge.MergeResult;
import io.icegate.maintenance.merge.MergeSettings;
import io.icegate.maintenance.merge.NativeMerge;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.MetricBatch;
import io.icegate.wal.format.MetricRows;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SpanBatch;
import io.icegate.wal.format.SpanRows;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Segments of each signal, committed, rewritten by Spark and merged without it, still hold what was appended: nested lists,
 * absent values, extreme numbers and residuals. Spark reads them with its vectorized reader.
 */
final class TestRewriteOfSignals
{
    private static final int SEGMENTS = 3;
    private static final int ROWS = 150;

    @Test
    void testLogs(@TempDir Path folder)
            throws IOException
    {
        assertNothingIsLost(
                folder,
                Signal.LOGS,
                (random, id) -> LogRows.random(random, id, "acme", ROWS),
                id -> LogRows.bare(id, "bare", ROWS),
                batch -> ((LogBatch) batch).rows().stream().map(row -> (Object) LogRows.values(row)).toList(),
                row -> LogRows.values(LogRows.fromRecord(row)));
    }

    @Test
    void testSpans(@TempDir Path folder)
            throws IOException
    {
        assertNothingIsLost(
                folder,
                Signal.SPANS,
                (random, id) -> SpanRows.random(random, id, "acme", ROWS),
                id -> SpanRows.bare(id, "bare", ROWS),
                batch -> ((SpanBatch) batch).rows().stream().map(row -> (Object) SpanRows.values(row)).toList(),
                row -> SpanRows.values(SpanRows.fromRecord(row)));
    }

    @Test
    void testMetrics(@TempDir Path folder)
            throws IOException
    {
        assertNothingIsLost(
                folder,
                Signal.METRICS,
                (random, id) -> MetricRows.random(random, id, "acme", ROWS),
                id -> MetricRows.bare(id, "bare", ROWS),
                batch -> ((MetricBatch) batch).rows().stream().map(row -> (Object) MetricRows.values(row)).toList(),
                row -> MetricRows.values(MetricRows.fromRecord(row)));
    }

    @FunctionalInterface
    private interface Batches
    {
        RowBatch next(Random random, BatchId id);
    }

    @FunctionalInterface
    private interface BareBatches
    {
        RowBatch next(BatchId id);
    }

    /**
     * @param values of the rows of a batch
     * @param stored the values of a row that was read
     */
    private static void assertNothingIsLost(Path folder, Signal signal, Batches batches, BareBatches bare, Function<RowBatch, List<Object>> values, Function<Record, Object> stored)
            throws IOException
    {
        String name = "otel." + signal.shape().name();
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse(), Map.of(), signal)) {
            Random random = new Random(20_261_127);
            List<Object> appended = new ArrayList<>();
            for (int segment = 0; segment < SEGMENTS; segment++) {
                RowBatch batch = batches.next(random, new BatchId(7, segment));
                wal.append(batch);
                appended.addAll(values.apply(batch));
            }
            spark.sql("CALL {c}.system.commit_wal('%s')".formatted(name));
            List<String> committed = spark.rows(name);
            assertThat(committed).hasSize(SEGMENTS * ROWS);

            int rewritten = spark.sql("CALL {c}.system.rewrite_data_files(table => '%s', strategy => 'sort', options => map('rewrite-all', 'true'))".formatted(name)).get(0).getInt(0);
            assertThat(rewritten).isEqualTo(SEGMENTS);
            assertThat(spark.value("SELECT count(*) FROM {c}.%s.files WHERE file_path LIKE '%%_wal%%'".formatted(name))).isEqualTo(0L);
            assertThat(spark.rows(name)).containsExactlyInAnyOrderElementsOf(committed);

            Table table = wal.catalog().loadTable(TableIdentifier.parse(name));
            assertThat(read(table, stored)).containsExactlyInAnyOrderElementsOf(appended);

            // the native merge takes segments, Spark's file, and files that it left itself
            for (int round = 0; round < 2; round++) {
                for (RowBatch batch : List.of(bare.next(new BatchId(8 + round, 1)), batches.next(random, new BatchId(8 + round, 2)))) {
                    wal.append(batch);
                    appended.addAll(values.apply(batch));
                }
                spark.sql("CALL {c}.system.commit_wal('%s')".formatted(name));
                List<String> before = spark.rows(name);
                assertThat(before).hasSize(appended.size());
                table.refresh();
                merge(table, folder);
                assertThat(spark.sql("SELECT file_path FROM {c}.%s.files".formatted(name))).hasSize(2).allMatch(row -> row.getString(0).contains("/merged-"));
                assertThat(spark.rows(name)).containsExactlyInAnyOrderElementsOf(before);
                assertThat(read(table, stored)).containsExactlyInAnyOrderElementsOf(appended);
            }
            // in files of its own, in which most columns have no value
            String counts = table.schema().columns().stream().map(column -> "count(%s)".formatted(column.name())).collect(joining(", "));
            Row bareCounts = spark.sql("SELECT %s FROM {c}.%s WHERE tenant_id = 'bare'".formatted(counts, name)).get(0);
            for (int column = 0; column < table.schema().columns().size(); column++) {
                assertThat(bareCounts.getLong(column)).as(table.schema().columns().get(column).name()).isIn(0L, 2L * ROWS);
            }
        }
    }

    private static List<Object> read(Table table, Function<Record, Object> stored)
            throws IOException
    {
        List<Object> read = new ArrayList<>();
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
            rows.forEach(row -> read.add(stored.apply(row)));
        }
        return read;
    }

    /**
     * All files of each tenant into one of small row groups.
     */
    private static void merge(Table table, Path folder)
    {
        MergePolicy all = new MergePolicy(1L << 30, 2, 1L << 30, 2, Duration.ZERO, 512, 1L << 30);
        NativeMerge merge = new NativeMerge(new MergeSettings(128, 1L << 30, 64L << 20, 1_000_000, 1), folder, new Random());
        for (List<MergePlan> plans = plan(table, all); !plans.isEmpty(); plans = plan(table, all)) {
            assertThat(merge.run(table, plans.get(0)).outcome()).isEqualTo(MergeResult.Outcome.COMMITTED);
            table.refresh();
        }
    }

    private static List<MergePlan> plan(Table table, MergePolicy policy)
    {
        return new MergePlanner(policy).plan(table, Instant.now().plusSeconds(1));
    }
}

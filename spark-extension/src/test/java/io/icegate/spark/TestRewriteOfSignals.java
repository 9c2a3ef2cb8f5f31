package io.icegate.spark;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Segments of each signal, committed and rewritten by Spark, still hold what was appended: nested lists, absent values, extreme
 * numbers and residuals.
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
                batch -> ((MetricBatch) batch).rows().stream().map(row -> (Object) MetricRows.values(row)).toList(),
                row -> MetricRows.values(MetricRows.fromRecord(row)));
    }

    @FunctionalInterface
    private interface Batches
    {
        RowBatch next(Random random, BatchId id);
    }

    /**
     * @param values of the rows of a batch
     * @param stored the values of a row that was read
     */
    private static void assertNothingIsLost(Path folder, Signal signal, Batches batches, Function<RowBatch, List<Object>> values, Function<Record, Object> stored)
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
            List<Object> read = new ArrayList<>();
            try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
                rows.forEach(row -> read.add(stored.apply(row)));
            }
            assertThat(read).containsExactlyInAnyOrderElementsOf(appended);
        }
    }
}

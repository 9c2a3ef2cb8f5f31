package io.icegate.wal.format;

import io.icegate.schema.AttributeShape;
import io.icegate.schema.Attributes;
import io.icegate.schema.Exemplar;
import io.icegate.schema.MetricRow;
import io.icegate.schema.MetricValues;
import io.icegate.schema.PointValue;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.parquet.SegmentLayout;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
final class TestMetricSegment
{
    private static final MetricValues GAUGE = new MetricValues(MetricValues.Type.GAUGE, null, null, null, Attributes.EMPTY, null, null);
    /**
     * A page that is nearly full, what is written at once, and levels.
     */
    private static final int PAGE_BYTES_ALLOWED = 2 * SegmentLayout.PAGE_BYTES + 128 * 1024;
    private static final MetricRow ABSENT = row(GAUGE, 0, 0, PointValue.Missing.INSTANCE, List.of());

    private final Schema schema = Signal.METRICS.shape().schema();
    private final SegmentCheck<MetricBatch> check = new SegmentCheck<>(
            Signal.METRICS.shape(),
            batch -> batch.rows().stream().map(MetricRows::values).toList(),
            row -> MetricRows.values(MetricRows.fromRecord(row)));
    private final SegmentEncoder encoder = new SegmentEncoder(Signal.METRICS.shape());

    @Test
    void testEveryKindAndExtreme()
    {
        check.assertRandomBatchesReadBack(MetricRows::random, 10, 200);
    }

    @Test
    void testAllAbsent()
    {
        check.assertReadsBack(List.of(new MetricBatch(new BatchId(1, 2), "t", Collections.nCopies(1000, ABSENT), 0)));
    }

    /**
     * A list that does not apply is null, one that is empty is empty; and so are the buckets within a struct that is there.
     */
    @Test
    void testNullAndEmpty()
    {
        MetricValues histogram = new MetricValues(MetricValues.Type.HISTOGRAM, "h", null, null, Attributes.EMPTY, 0, null);
        MetricValues exponential = new MetricValues(MetricValues.Type.EXPONENTIAL_HISTOGRAM, "e", null, null, Attributes.EMPTY, 0, null);
        MetricValues summary = new MetricValues(MetricValues.Type.SUMMARY, "s", null, null, Attributes.EMPTY, null, null);
        MetricBatch batch = new MetricBatch(new BatchId(1, 2), "t", List.of(
                ABSENT,
                row(histogram, 0, 0, new PointValue.Histogram(0, null, null, null, new long[0], new double[0]), List.of()),
                row(exponential, 0, 0, new PointValue.ExponentialHistogram(0, null, null, null, 0, 0, 0, new PointValue.Buckets(0, new long[0]), null), List.of()),
                row(summary, 0, 0, new PointValue.Summary(0, 0, List.of()), List.of())), 0);
        for (Schema table : List.of(schema, SegmentRows.optional(schema))) {
            List<Record> rows = SegmentRows.read(encoder.encode(TestSegmentEncoder.HEADER, 0, table, List.of(batch)).content(), table);
            assertThat(rows.stream().map(row -> row.getField("bucket_counts")).toList()).containsExactly(null, List.of(), null, null);
            assertThat(rows.stream().map(row -> row.getField("explicit_bounds")).toList()).containsExactly(null, List.of(), null, null);
            assertThat(rows.stream().map(row -> row.getField("quantile_values")).toList()).containsExactly(null, null, null, List.of());
            assertThat(rows.stream().map(row -> row.getField("negative")).toList()).containsExactly(null, null, null, null);
            assertThat(rows.stream().map(row -> row.getField("positive") == null ? "none" : ((Record) row.getField("positive")).getField("bucket_counts")).toList())
                    .containsExactly("none", "none", List.of(), "none");
            assertThat(rows.stream().map(row -> row.getField("exemplars")).toList()).allMatch(List.of()::equals);
        }
    }

    /**
     * As CREATE OR REPLACE TABLE AS SELECT leaves a table.
     */
    @Test
    void testOptionalNestedFields()
    {
        check.assertReadsBackFromOptional(List.of(
                MetricRows.random(new Random(7), new BatchId(1, 1), "tenant", 400),
                new MetricBatch(new BatchId(1, 2), "tenant", List.of(ABSENT), 0)));
    }

    /**
     * Pages end at rows, however much a row holds.
     */
    @Test
    void testLongLists()
    {
        MetricValues histogram = new MetricValues(MetricValues.Type.HISTOGRAM, "h", null, null, Attributes.EMPTY, 1, null);
        MetricRow many = row(
                histogram,
                1,
                2,
                new PointValue.Histogram(1, null, null, null, new Random(1).longs(300_000).toArray(), new Random(2).doubles(300_000).toArray()),
                Collections.nCopies(300_000, new Exemplar(1, new PointValue.Int(2), "01", null, Attributes.EMPTY)));
        check.assertReadsBack(List.of(new MetricBatch(new BatchId(1, 2), "t", List.of(ABSENT, many, many, ABSENT), 0)));
    }

    /**
     * A bucket is one byte on the wire and eight in its column. Pages end between rows, so that one exceeds the limit by what
     * is written at once.
     */
    @Test
    void testPagesOfPackedBuckets()
    {
        MetricBlock block = new MetricBlock(new byte[0]);
        block.startMetric(MetricValues.Type.EXPONENTIAL_HISTOGRAM, null, null, null, 1_000);
        Random random = new Random(1);
        for (int row = 0; row < 1_000; row++) {
            block.startRow();
            int slice = block.element(random.nextLong());
            for (int bucket = 1; bucket < 1_000; bucket++) {
                block.element(random.nextLong());
            }
            block.positive(0, slice, 1_000);
            block.attributes(AttributeShape.EMPTY, new int[0], new int[0]);
            block.endRow(ResourceValues.EMPTY, ScopeValues.EMPTY, 1, 1, null);
        }
        assertPagesAreSmall(block);
    }

    /**
     * An exemplar may be two bytes on the wire. Its time has eight in its column.
     */
    @Test
    void testPagesOfEmptyExemplars()
    {
        MetricBlock block = new MetricBlock(new byte[0]);
        block.startMetric(MetricValues.Type.GAUGE, null, null, null, 1_000);
        for (int row = 0; row < 1_000; row++) {
            block.startRow();
            for (int exemplar = 0; exemplar < 500; exemplar++) {
                block.startExemplar();
                block.endExemplar(AttributeShape.EMPTY, new int[0], new int[0]);
            }
            block.attributes(AttributeShape.EMPTY, new int[0], new int[0]);
            block.endRow(ResourceValues.EMPTY, ScopeValues.EMPTY, 1, 1, null);
        }
        assertPagesAreSmall(block);
    }

    private void assertPagesAreSmall(MetricBlock block)
    {
        EncodedSegment segment = check.assertReadsBack(List.of(new MetricBatch(new BatchId(1, 2), "t", block, List.of(), new int[0], 1_000_000)));
        assertThat(SegmentCheck.largestPages(segment)).allSatisfy((column, bytes) -> assertThat(bytes).as(column).isLessThan(PAGE_BYTES_ALLOWED));
    }

    @Test
    void testManyRows()
    {
        List<MetricRow> rows = IntStream.range(0, 50_000).mapToObj(i -> row(GAUGE, i, i, i % 3 == 0 ? new PointValue.Int(i) : new PointValue.Real(i / 7.0), List.of())).toList();
        check.assertReadsBack(List.of(new MetricBatch(new BatchId(1, 2), "t", rows, 0)));
    }

    @Test
    void testMetrics()
    {
        MetricValues sum = new MetricValues(MetricValues.Type.SUM, "http.requests", "Requests", "1", Attributes.EMPTY, 2, true);
        MetricBatch batch = new MetricBatch(new BatchId(1, 2), "t", List.of(
                row(sum, 3_000, 5_000, new PointValue.Int(3), List.of()),
                row(sum, 0, 10_000, new PointValue.Real(Double.NaN), List.of()),
                row(GAUGE, 0, 7_000, PointValue.Missing.INSTANCE, List.of())), 0);
        assertThat(batch.times()).isEqualTo(new RowBatch.Times(5, 10, 0, true));
        DataFile file = check.dataFile(batch);
        assertThat(check.bounds(file)).containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                Map.entry("tenant_id", "t to t"),
                Map.entry("timestamp", "5 to 10"),
                Map.entry("ingest_time", "20 to 20"),
                Map.entry("metric_name", "http.requests to http.requests"),
                Map.entry("metric_type", "gauge to sum"),
                Map.entry("start_time_unix_nano", "0 to 3000"),
                Map.entry("time_unix_nano", "5000 to 10000")));
        assertThat(file.nullValueCounts())
                .containsEntry(schema.findField("metric_name").fieldId(), 1L)
                .containsEntry(schema.findField("value_double").fieldId(), 2L)
                .containsEntry(schema.findField("value_int").fieldId(), 2L)
                .containsEntry(schema.findField("count").fieldId(), 3L)
                .containsEntry(schema.findField("is_monotonic").fieldId(), 1L)
                .doesNotContainKey(schema.findField("bucket_counts.element").fieldId())
                .doesNotContainKey(schema.findField("positive.offset").fieldId());
    }

    @Test
    void testColumnsOfAnotherKind()
    {
        List<RowBatch> mixed = List.of(LogRows.batch(1, "t", 1), MetricRows.random(new Random(1), new BatchId(1, 1), "t", 1));
        SegmentEncoder logs = new SegmentEncoder(Signal.LOGS.shape());
        assertThatThrownBy(() -> logs.encode(TestSegmentEncoder.HEADER, 0, Signal.LOGS.shape().schema(), mixed))
                .hasMessage("Cannot write metrics: the columns are open for another kind of rows");
    }

    @Test
    void testValueOfAnotherKind()
    {
        assertThatThrownBy(() -> row(GAUGE, 0, 0, new PointValue.Summary(0, 0, List.of()), List.of())).hasMessage("Cannot use Summary as a value of a gauge");
        assertThatThrownBy(() -> new MetricValues(MetricValues.Type.SUM, null, null, null, Attributes.EMPTY, 1, null))
                .hasMessage("Cannot describe a sum with temporality 1 and monotonicity null");
    }

    private static MetricRow row(MetricValues metric, long startTime, long time, PointValue value, List<Exemplar> exemplars)
    {
        return new MetricRow(ResourceValues.EMPTY, ScopeValues.EMPTY, metric, time / 1000, 20, startTime, time, 0, Attributes.EMPTY, value, exemplars, null);
    }
}

package io.icegate.wal.format;

import io.icegate.schema.Attributes;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.schema.Signal;
import io.icegate.schema.SpanRow;
import io.icegate.schema.SpanRow.Event;
import io.icegate.schema.SpanRow.Link;
import io.icegate.wal.BatchId;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
final class TestSpanSegment
{
    private static final SpanRow ABSENT = span(0, 0, List.of(), List.of());

    private final Schema schema = Signal.SPANS.shape().schema();
    private final SegmentCheck<SpanBatch> check = new SegmentCheck<>(
            Signal.SPANS.shape(),
            batch -> batch.rows().stream().map(SpanRows::values).toList(),
            row -> SpanRows.values(SpanRows.fromRecord(row)));
    private final SegmentEncoder encoder = new SegmentEncoder(Signal.SPANS.shape());

    @Test
    void testEveryTypeAndExtreme()
    {
        check.assertRandomBatchesReadBack(SpanRows::random, 10, 200);
    }

    @Test
    void testAllAbsent()
    {
        check.assertReadsBack(List.of(new SpanBatch(new BatchId(1, 2), "t", Collections.nCopies(1000, ABSENT), 0)));
    }

    /**
     * As CREATE OR REPLACE TABLE AS SELECT leaves a table. An empty list stays an empty list.
     */
    @Test
    void testOptionalNestedFields()
    {
        check.assertReadsBackFromOptional(List.of(
                SpanRows.random(new Random(7), new BatchId(1, 1), "tenant", 300),
                new SpanBatch(new BatchId(1, 2), "tenant", List.of(ABSENT), 0)));
    }

    /**
     * More entries in one list than a page holds, then rows without any.
     */
    @Test
    void testManyEventsAndLinks()
    {
        SpanRow many = span(
                1,
                2,
                Collections.nCopies(300_000, new Event(1, "tick", Attributes.EMPTY, 0)),
                Collections.nCopies(10_000, new Link("01", "02", null, Attributes.EMPTY, 0, 1)));
        check.assertReadsBack(List.of(new SpanBatch(new BatchId(1, 2), "t", List.of(ABSENT, many, many, ABSENT, ABSENT), 0)));
    }

    @Test
    void testMetrics()
    {
        SpanBatch batch = new SpanBatch(new BatchId(1, 2), "t", List.of(
                named("GET /cart", 3, 10_000, 17_000, 2),
                named("x".repeat(100), 1, 5_000, 0, 0),
                named(null, 2, 9_000, 4_000, 0)), 0);
        assertThat(batch.times()).isEqualTo(new RowBatch.Times(5, 10, 0, true));
        DataFile file = check.dataFile(batch);
        assertThat(check.bounds(file)).containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                Map.entry("tenant_id", "t to t"),
                Map.entry("timestamp", "5 to 10"),
                Map.entry("ingest_time", "20 to 20"),
                Map.entry("name", "GET /cart to " + "x".repeat(31) + "y"),
                Map.entry("kind", "1 to 3"),
                Map.entry("start_time_unix_nano", "5000 to 10000"),
                Map.entry("end_time_unix_nano", "0 to 17000"),
                Map.entry("duration_nanos", "-5000 to 7000"),
                Map.entry("status_code", "0 to 2")));
        assertThat(file.nullValueCounts())
                .containsEntry(schema.findField("name").fieldId(), 1L)
                .containsEntry(schema.findField("duration_nanos").fieldId(), 1L)
                .containsEntry(schema.findField("trace_id").fieldId(), 3L)
                .doesNotContainKey(schema.findField("events.element.name").fieldId());
    }

    @Test
    void testDuration()
    {
        assertThat(SpanRow.durationNanos(0, 5)).isEmpty();
        assertThat(SpanRow.durationNanos(5, 0)).isEmpty();
        assertThat(SpanRow.durationNanos(0, 0)).isEmpty();
        assertThat(SpanRow.durationNanos(5, 5)).hasValue(0);
        assertThat(SpanRow.durationNanos(5, 7)).hasValue(2);
        assertThat(SpanRow.durationNanos(7, 5)).hasValue(-2);
        assertThat(SpanRow.durationNanos(-3, -1)).as("both beyond 2^63").hasValue(2);
        assertThat(SpanRow.durationNanos(Long.MAX_VALUE, Long.MIN_VALUE)).as("across 2^63").hasValue(1);
        assertThat(SpanRow.durationNanos(Long.MIN_VALUE, Long.MAX_VALUE)).as("back across 2^63").hasValue(-1);
        assertThat(SpanRow.durationNanos(1, Long.MIN_VALUE)).hasValue(Long.MAX_VALUE);
        assertThat(SpanRow.durationNanos(1, Long.MIN_VALUE + 1)).as("2^63 does not fit").isEqualTo(OptionalLong.empty());
        assertThat(SpanRow.durationNanos(Long.MIN_VALUE + 1, 1)).hasValue(Long.MIN_VALUE);
        assertThat(SpanRow.durationNanos(-1, 1)).as("-2^64 + 2 does not fit").isEqualTo(OptionalLong.empty());
    }

    @Test
    void testColumnsOfAnotherKind()
    {
        List<RowBatch> mixed = List.of(SpanRows.random(new Random(1), new BatchId(1, 1), "t", 1), LogRows.batch(1, "t", 1));
        assertThatThrownBy(() -> encoder.encode(TestSegmentEncoder.HEADER, 0, schema, mixed)).hasMessage("Cannot write logs: the columns are open for another kind of rows");
    }

    private static SpanRow named(@Nullable String name, int kind, long start, long end, int status)
    {
        return new SpanRow(
                ResourceValues.EMPTY, ScopeValues.EMPTY, start / 1000, 20, null, null, null, null, 0, name, kind, start, end, status, null, List.of(), List.of(), Attributes.EMPTY, 0, 0, 0, null);
    }

    private static SpanRow span(long start, long end, List<Event> events, List<Link> links)
    {
        return new SpanRow(
                ResourceValues.EMPTY, ScopeValues.EMPTY, 0, 0, null, null, null, null, 0, null, 0, start, end, 0, null, events, links, Attributes.EMPTY, 0, 0, 0, null);
    }
}

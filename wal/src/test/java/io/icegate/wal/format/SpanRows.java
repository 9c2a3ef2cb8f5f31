package io.icegate.wal.format;

import io.icegate.schema.Attributes;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.schema.SpanRow;
import io.icegate.schema.SpanRow.Event;
import io.icegate.schema.SpanRow.Link;
import io.icegate.wal.BatchId;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Spans for tests, and spans out of what a reader found.
 */
@SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
public final class SpanRows
{
    private SpanRows() {}

    /**
     * A batch of rows with every type and extreme.
     */
    public static SpanBatch random(Random random, BatchId id, String tenant, int rows)
    {
        List<SpanRow> result = new ArrayList<>();
        ResourceValues resource = LogRows.resource(random);
        ScopeValues scope = LogRows.scope(random);
        for (int i = 0; i < rows; i++) {
            if (random.nextInt(10) == 0) {
                resource = LogRows.resource(random);
            }
            if (random.nextInt(5) == 0) {
                scope = LogRows.scope(random);
            }
            result.add(row(random, resource, scope));
        }
        return new SpanBatch(id, tenant, result, rows * 300L);
    }

    /**
     * A batch of rows that have nothing which may be absent.
     */
    public static SpanBatch bare(BatchId id, String tenant, int rows)
    {
        long micros = LogRows.micros(LogRows.NOW);
        return new SpanBatch(id, tenant, IntStream.range(0, rows)
                .mapToObj(i -> new SpanRow(ResourceValues.EMPTY, ScopeValues.EMPTY, micros + i, micros, null, null, null, null, 0, null, 0, 0, 0, 0, null, List.of(), List.of(), Attributes.EMPTY, 0, 0, 0, null))
                .toList(), rows * 100L);
    }

    private static SpanRow row(Random random, ResourceValues resource, ScopeValues scope)
    {
        return new SpanRow(
                resource,
                scope,
                LogRows.micros(LogRows.NOW) - random.nextInt(1_000_000_000),
                LogRows.micros(LogRows.NOW),
                id(random, 16),
                id(random, 8),
                id(random, 8),
                LogRows.optionalText(random),
                random.nextInt() & 0xFFFF_FFFFL,
                LogRows.optionalText(random),
                random.nextBoolean() ? random.nextInt(6) : random.nextInt(),
                time(random),
                time(random),
                random.nextBoolean() ? random.nextInt(3) : random.nextInt(),
                LogRows.optionalText(random),
                IntStream.range(0, Math.max(0, random.nextInt(6) - 2))
                        .mapToObj(i -> new Event(time(random), LogRows.optionalText(random), LogRows.attributes(random, 4), random.nextInt(3)))
                        .toList(),
                IntStream.range(0, Math.max(0, random.nextInt(6) - 2))
                        .mapToObj(i -> new Link(id(random, 16), id(random, 8), LogRows.optionalText(random), LogRows.attributes(random, 4), random.nextInt(3), random.nextInt() & 0xFFFF_FFFFL))
                        .toList(),
                LogRows.attributes(random, 12),
                random.nextInt(3),
                random.nextInt(3),
                random.nextInt(3),
                random.nextInt(20) == 0 ? LogRows.bytes(random, random.nextInt(100)) : null);
    }

    private static long time(Random random)
    {
        return random.nextInt(4) == 0 ? 0 : random.nextLong();
    }

    private static @Nullable String id(Random random, int length)
    {
        return random.nextInt(3) == 0 ? null : HexFormat.of().formatHex(LogRows.bytes(random, length));
    }

    /**
     * All columns of a row but the tenant, as a comparable value.
     */
    public static List<@Nullable Object> values(SpanRow row)
    {
        List<@Nullable Object> values = new ArrayList<>();
        byte[] residual = row.residual();
        values.add(new SpanRow(
                row.resource(),
                row.scope(),
                row.timestampMicros(),
                0, // in no column
                row.traceId(),
                row.spanId(),
                row.parentSpanId(),
                row.traceState(),
                row.flags(),
                row.name(),
                row.kind(),
                row.startTimeUnixNano(),
                row.endTimeUnixNano(),
                row.statusCode(),
                row.statusMessage(),
                row.events(),
                row.links(),
                row.attributes(),
                row.droppedAttributesCount(),
                row.droppedEventsCount(),
                row.droppedLinksCount(),
                null));
        values.add(residual == null ? null : ByteBuffer.wrap(residual));
        return values;
    }

    /**
     * The row that a reader found, by column names. Copied and derived columns must agree with the others.
     */
    public static SpanRow fromRecord(Record row)
    {
        SpanRow span = new SpanRow(
                LogRows.resource(row),
                LogRows.scope(row),
                LogRows.micros(row.getField("timestamp")),
                LogRows.micros(row.getField("ingest_time")),
                (String) row.getField("trace_id"),
                (String) row.getField("span_id"),
                (String) row.getField("parent_span_id"),
                (String) row.getField("trace_state"),
                (Long) row.getField("flags"),
                (String) row.getField("name"),
                (Integer) row.getField("kind"),
                (Long) row.getField("start_time_unix_nano"),
                (Long) row.getField("end_time_unix_nano"),
                (Integer) row.getField("status_code"),
                (String) row.getField("status_message"),
                ((List<?>) row.getField("events")).stream().map(event -> event((Record) event)).toList(),
                ((List<?>) row.getField("links")).stream().map(link -> link((Record) link)).toList(),
                LogRows.attributes(row, "attributes", "attribute_types"),
                (Long) row.getField("dropped_attributes_count"),
                (Long) row.getField("dropped_events_count"),
                (Long) row.getField("dropped_links_count"),
                LogRows.bytes(row.getField("otlp_residual")));
        OptionalLong duration = span.durationNanos();
        LogRows.same(duration.isPresent() ? duration.getAsLong() : null, row.getField("duration_nanos"));
        return span;
    }

    private static Event event(Record event)
    {
        return new Event(
                (Long) event.getField("time_unix_nano"),
                (String) event.getField("name"),
                LogRows.attributes(event, "attributes", "attribute_types"),
                (Long) event.getField("dropped_attributes_count"));
    }

    private static Link link(Record link)
    {
        return new Link(
                (String) link.getField("trace_id"),
                (String) link.getField("span_id"),
                (String) link.getField("trace_state"),
                LogRows.attributes(link, "attributes", "attribute_types"),
                (Long) link.getField("dropped_attributes_count"),
                (Long) link.getField("flags"));
    }
}

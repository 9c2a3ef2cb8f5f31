package io.icegate.wal.format;

import io.icegate.schema.SpanRow;
import io.icegate.schema.TraceContext;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.RowGroupWriter;

import java.util.OptionalLong;

/**
 * Writes spans to the columns of one row group.
 */
final class SpanColumnWriters
        implements ColumnWriters
{
    private final RowGroupWriter group;
    private final SharedBytes shared = new SharedBytes();
    private final CommonColumnWriters common;
    private final SharedBytes.Repeating traceStates = shared.repeating();
    private final SharedBytes.Repeating names = shared.repeating();
    private final SharedBytes.Repeating statusMessages = shared.repeating();

    private final BytesLeaf traceId;
    private final BytesLeaf spanId;
    private final BytesLeaf parentSpanId;
    private final BytesLeaf traceState;
    private final NumberLeaf flags;
    private final BytesLeaf name;
    private final NumberLeaf kind;
    private final NumberLeaf startTime;
    private final NumberLeaf endTime;
    private final NumberLeaf duration;
    private final NumberLeaf statusCode;
    private final BytesLeaf statusMessage;
    private final SpanEventColumns events;
    private final SpanLinkColumns links;
    private final NumberLeaf droppedAttributesCount;
    private final NumberLeaf droppedEventsCount;
    private final NumberLeaf droppedLinksCount;

    SpanColumnWriters(RowGroupWriter group, long ingestMicros)
    {
        this.group = group;
        common = new CommonColumnWriters(group, shared, ingestMicros);
        traceId = group.bytes("trace_id");
        spanId = group.bytes("span_id");
        parentSpanId = group.bytes("parent_span_id");
        traceState = group.bytes("trace_state");
        flags = group.number("flags");
        name = group.bytes("name");
        kind = group.number("kind");
        startTime = group.number("start_time_unix_nano");
        endTime = group.number("end_time_unix_nano");
        duration = group.number("duration_nanos");
        statusCode = group.number("status_code");
        statusMessage = group.bytes("status_message");
        events = new SpanEventColumns(group, "events", shared);
        links = new SpanLinkColumns(group, "links", shared);
        droppedAttributesCount = group.number("dropped_attributes_count");
        droppedEventsCount = group.number("dropped_events_count");
        droppedLinksCount = group.number("dropped_links_count");
    }

    void write(String tenant, SpanRow row)
    {
        common.writeTimes(tenant, row.timestampMicros());
        common.writeOrigin(row.resource(), row.scope());
        common.writeRecord(row.attributes(), row.residual());
        traceId.write(shared.unshared(row.traceId()));
        spanId.write(shared.unshared(row.spanId()));
        parentSpanId.write(shared.unshared(row.parentSpanId()));
        traceState.write(traceStates.text(row.traceState()));
        flags.write(row.flags());
        name.write(names.text(row.name()));
        kind.write(row.kind());
        startTime.write(row.startTimeUnixNano());
        endTime.write(row.endTimeUnixNano());
        writeDuration(row.durationNanos());
        statusCode.write(row.statusCode());
        statusMessage.write(statusMessages.text(row.statusMessage()));
        events.write(row.events());
        links.write(row.links());
        droppedAttributesCount.write(row.droppedAttributesCount());
        droppedEventsCount.write(row.droppedEventsCount());
        droppedLinksCount.write(row.droppedLinksCount());
        group.endRow();
    }

    void write(String tenant, SpanBlock block, int from, int to)
    {
        common.write(tenant, block, from, to, (first, end) -> writeColumns(block, first, end));
    }

    private void writeColumns(SpanBlock block, int from, int to)
    {
        block.writeIds(traceId, block.traceIds, TraceContext.TRACE_ID_BYTES, from, to);
        block.writeIds(spanId, block.spanIds, TraceContext.SPAN_ID_BYTES, from, to);
        block.writeIds(parentSpanId, block.parentSpanIds, TraceContext.SPAN_ID_BYTES, from, to);
        traceState.write(block.traceStates, from, to);
        flags.write(block.flags, from, to);
        name.write(block.names, from, to);
        kind.write(block.kinds, from, to);
        startTime.write(block.startTimes, from, to);
        endTime.write(block.endTimes, from, to);
        for (int row = from; row < to; row++) {
            writeDuration(SpanRow.durationNanos(block.startTimes[row], block.endTimes[row]));
        }
        statusCode.write(block.statusCodes, from, to);
        statusMessage.write(block.statusMessages, from, to);
        for (int row = from; row < to; row++) {
            events.write(block, block.events.start(row), block.events.end(row));
        }
        for (int row = from; row < to; row++) {
            links.write(block, block.links.start(row), block.links.end(row));
        }
        droppedAttributesCount.write(block.droppedAttributesCounts, from, to);
        droppedEventsCount.write(block.droppedEventsCounts, from, to);
        droppedLinksCount.write(block.droppedLinksCounts, from, to);
    }

    private void writeDuration(OptionalLong nanos)
    {
        if (nanos.isPresent()) {
            duration.write(nanos.getAsLong());
        }
        else {
            duration.absentRows(1);
        }
    }
}

package io.icegate.wal.format;

import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.schema.TraceContext;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.RowGroupWriter;
import io.icegate.wal.parquet.SegmentLayout;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Writes log rows to the columns of one row group.
 */
final class LogColumnWriters
        implements ColumnWriters
{
    private static final int ROWS_AT_ONCE = 1_024;

    private final RowGroupWriter group;
    private final SharedBytes shared = new SharedBytes();
    private final CommonColumnWriters common;
    private final SharedBytes.Repeating severityTexts = shared.repeating();
    private final SharedBytes.Repeating eventNames = shared.repeating();

    private final NumberLeaf time;
    private final NumberLeaf observedTime;
    private final NumberLeaf severityNumber;
    private final BytesLeaf severityText;
    private final BytesLeaf eventName;
    private final BytesLeaf body;
    private final BytesLeaf bodyType;
    private final BytesLeaf traceId;
    private final BytesLeaf spanId;
    private final NumberLeaf flags;
    private final NumberLeaf droppedAttributesCount;

    LogColumnWriters(RowGroupWriter group)
    {
        this.group = group;
        common = new CommonColumnWriters(group, shared);
        time = group.number("time_unix_nano");
        observedTime = group.number("observed_time_unix_nano");
        severityNumber = group.number("severity_number");
        severityText = group.bytes("severity_text");
        eventName = group.bytes("event_name");
        body = group.bytes("body");
        bodyType = group.bytes("body_type");
        traceId = group.bytes("trace_id");
        spanId = group.bytes("span_id");
        flags = group.number("flags");
        droppedAttributesCount = group.number("dropped_attributes_count");
    }

    void write(String tenant, LogRow row)
    {
        common.writeTimes(tenant, row.timestampMicros(), row.ingestTimeMicros());
        common.writeOrigin(row.resource(), row.scope());
        common.writeRecord(row.attributes(), row.residual());
        time.write(row.timeUnixNano());
        observedTime.write(row.observedTimeUnixNano());
        severityNumber.write(row.severityNumber());
        severityText.write(severityTexts.text(row.severityText()));
        eventName.write(eventNames.text(row.eventName()));
        writeBody(row.body());
        traceId.write(shared.unshared(row.traceId()));
        spanId.write(shared.unshared(row.spanId()));
        flags.write(row.flags());
        droppedAttributesCount.write(row.droppedAttributesCount());
        group.endRow();
    }

    /**
     * Writes rows of a block column by column, so many at a time that a page grows little beyond its limit.
     */
    void write(String tenant, LogBlock block, int from, int to)
    {
        int at = from;
        int origin = block.originOf(from);
        while (at < to) {
            int end = Math.min(Math.min(to, block.originEnd(origin)), at + ROWS_AT_ONCE);
            end = block.cut(at, end, SegmentLayout.PAGE_BYTES);
            common.repeat(tenant, block.origin(origin), end - at);
            common.write(block, at, end);
            writeColumns(block, at, end);
            group.endRows(end - at);
            at = end;
            if (at == block.originEnd(origin)) {
                origin++;
            }
        }
    }

    private void writeColumns(LogBlock block, int from, int to)
    {
        time.write(block.timeUnixNano, from, to);
        observedTime.write(block.observedTimeUnixNano, from, to);
        severityNumber.write(block.severityNumbers, from, to);
        severityText.write(block.severityTexts, from, to);
        eventName.write(block.eventNames, from, to);
        flags.write(block.flags, from, to);
        droppedAttributesCount.write(block.droppedAttributesCounts, from, to);
        for (int row = from; row < to; row++) {
            writeSlice(body, block, block.bodies[row], block.bodyLengths[row]);
        }
        for (int row = from; row < to; row++) {
            char type = block.bodyTypes[row];
            bodyType.write(block.bodyLengths[row] == LogBlock.ABSENT || type == CanonicalText.STRING ? null : shared.text(String.valueOf(type)));
        }
        for (int row = from; row < to; row++) {
            writeId(traceId, block, block.traceIds[row], TraceContext.TRACE_ID_BYTES);
        }
        for (int row = from; row < to; row++) {
            writeId(spanId, block, block.spanIds[row], TraceContext.SPAN_ID_BYTES);
        }
    }

    private static void writeSlice(BytesLeaf leaf, LogBlock block, int slice, int length)
    {
        if (length == LogBlock.ABSENT) {
            leaf.absentRows(1);
        }
        else {
            leaf.write(block.bytes(slice), LogBlock.offset(slice), length);
        }
    }

    private static void writeId(BytesLeaf leaf, LogBlock block, int offset, int length)
    {
        if (offset == LogBlock.ABSENT) {
            leaf.absentRows(1);
        }
        else {
            leaf.writeHex(block.bytes(offset), offset, length);
        }
    }

    private void writeBody(@Nullable CanonicalText value)
    {
        if (value == null) {
            body.write((Binary) null);
            bodyType.write((Binary) null);
            return;
        }
        body.write(shared.unshared(value.text()));
        bodyType.write(value.type() == CanonicalText.STRING ? null : shared.text(String.valueOf(value.type())));
    }
}

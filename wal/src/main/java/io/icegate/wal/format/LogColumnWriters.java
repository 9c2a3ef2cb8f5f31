package io.icegate.wal.format;

import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.schema.TraceContext;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.RowGroupWriter;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Writes log rows to the columns of one row group.
 */
final class LogColumnWriters
        implements ColumnWriters
{
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

    LogColumnWriters(RowGroupWriter group, long ingestMicros)
    {
        this.group = group;
        common = new CommonColumnWriters(group, shared, ingestMicros);
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
        common.writeTimes(tenant, row.timestampMicros());
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

    void write(String tenant, LogBlock block, int from, int to)
    {
        common.write(tenant, block, from, to, (first, end) -> writeColumns(block, first, end));
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
        block.write(body, block.bodies, block.bodyLengths, from, to);
        writeBodyTypes(block, from, to);
        block.writeIds(traceId, block.traceIds, TraceContext.TRACE_ID_BYTES, from, to);
        block.writeIds(spanId, block.spanIds, TraceContext.SPAN_ID_BYTES, from, to);
    }

    private void writeBodyTypes(LogBlock block, int from, int to)
    {
        int strings = 0;
        for (int row = from; row < to; row++) {
            char type = block.bodyTypes[row];
            if (block.bodyLengths[row] == RecordBlock.ABSENT || type == CanonicalText.STRING) {
                strings++;
                continue;
            }
            bodyType.absentRows(strings);
            strings = 0;
            bodyType.write(shared.text(String.valueOf(type)));
        }
        bodyType.absentRows(strings);
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

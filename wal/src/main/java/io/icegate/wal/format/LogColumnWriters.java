package io.icegate.wal.format;

import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.wal.parquet.RowGroupWriter;
import io.icegate.wal.parquet.RowGroupWriter.Leaf;
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

    private final Leaf time;
    private final Leaf observedTime;
    private final Leaf severityNumber;
    private final Leaf severityText;
    private final Leaf eventName;
    private final Leaf body;
    private final Leaf bodyType;
    private final Leaf traceId;
    private final Leaf spanId;
    private final Leaf flags;
    private final Leaf droppedAttributesCount;

    LogColumnWriters(RowGroupWriter group)
    {
        this.group = group;
        common = new CommonColumnWriters(group, shared);
        time = group.leaf("time_unix_nano");
        observedTime = group.leaf("observed_time_unix_nano");
        severityNumber = group.leaf("severity_number");
        severityText = group.leaf("severity_text");
        eventName = group.leaf("event_name");
        body = group.leaf("body");
        bodyType = group.leaf("body_type");
        traceId = group.leaf("trace_id");
        spanId = group.leaf("span_id");
        flags = group.leaf("flags");
        droppedAttributesCount = group.leaf("dropped_attributes_count");
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
        traceId.writeBytes(row.traceId());
        spanId.writeBytes(row.spanId());
        flags.write(row.flags());
        droppedAttributesCount.write(row.droppedAttributesCount());
        group.endRow();
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

package io.icegate.receiver.decode;

import com.google.protobuf.InvalidProtocolBufferException;
import io.icegate.receiver.decode.wire.WireLogDecoder;
import io.icegate.schema.Attributes;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.LogBlock;
import io.opentelemetry.proto.logs.v1.LogRecord;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * Turns log records to rows of {@code logs}.
 */
public final class LogRecordDecoder
        implements RecordDecoder
{
    private final DecodeLimits limits;
    private final List<LogRow> rows = new ArrayList<>();
    private final List<Integer> positions = new ArrayList<>();
    private @Nullable WireLogDecoder wire;
    private String lastSeverityText = "";
    private @Nullable String lastSeverityColumn;

    public LogRecordDecoder(DecodeLimits limits)
    {
        this.limits = requireNonNull(limits, "limits is null");
    }

    @Override
    public boolean addUsual(RecordContext record)
    {
        if (wire == null) {
            wire = new WireLogDecoder(record.request(), limits.attributesMax(), limits.valueBytesMax());
            wire.block().expectRows(record.scopeRows());
        }
        if (!wire.read(record.offset(), record.length())) {
            return false;
        }
        LogBlock block = wire.block();
        record.values().count(wire.attributes());
        block.endRow(record.resource(), record.scope(), record.timestamp(block.time(), block.observedTime()), record.receivedMicros(), record.residual());
        return true;
    }

    @Override
    @SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
    public void add(RecordContext context)
            throws BadRecordException, InvalidProtocolBufferException
    {
        LogRecord record = context.parse(LogRecord.parser());
        ValueDecoder values = context.values();
        values.checkUnknown(record);
        Attributes attributes = values.attributes(record.getAttributesList());
        CanonicalText body = record.hasBody() ? values.text(record.getBody()) : null;
        String traceId = values.traceId(record.getTraceId());
        String spanId = values.spanId(record.getSpanId());
        String severityText = severityText(values, record.getSeverityText());
        String eventName = values.column(record.getEventName());
        positions.add((wire == null ? 0 : wire.block().rowCount()) + rows.size());
        rows.add(new LogRow(
                context.resource(),
                context.scope(),
                context.timestamp(record.getTimeUnixNano(), record.getObservedTimeUnixNano()),
                context.receivedMicros(),
                record.getTimeUnixNano(),
                record.getObservedTimeUnixNano(),
                record.getSeverityNumberValue(),
                severityText,
                eventName,
                body,
                traceId,
                spanId,
                Integer.toUnsignedLong(record.getFlags()),
                attributes,
                Integer.toUnsignedLong(record.getDroppedAttributesCount()),
                context.residual(record)));
    }

    @Override
    public LogBatch batch(BatchId id, String tenant, long bytes)
    {
        LogBlock block = wire == null ? new LogBlock(new byte[0]) : wire.block();
        return new LogBatch(id, tenant, block, rows, positions.stream().mapToInt(Integer::intValue).toArray(), bytes);
    }

    /**
     * One instance for all rows with the same text, so that the encoder need not compare them again.
     */
    private @Nullable String severityText(ValueDecoder values, String text)
    {
        if (!text.equals(lastSeverityText)) {
            lastSeverityColumn = values.column(text);
            // a shortened text has to be noticed again
            lastSeverityText = text.equals(lastSeverityColumn) ? text : "";
        }
        return text.isEmpty() ? null : lastSeverityColumn;
    }
}

package io.icegate.receiver.decode;

import com.google.protobuf.InvalidProtocolBufferException;
import io.icegate.receiver.decode.wire.WireSpanDecoder;
import io.icegate.schema.Attributes;
import io.icegate.schema.SpanRow;
import io.icegate.schema.SpanRow.Event;
import io.icegate.schema.SpanRow.Link;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.SpanBatch;
import io.icegate.wal.format.SpanBlock;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * Turns spans to rows of {@code spans}.
 */
public final class SpanRecordDecoder
        implements RecordDecoder
{
    private final DecodeLimits limits;
    private final List<SpanRow> rows = new ArrayList<>();
    private final List<Integer> positions = new ArrayList<>();
    private @Nullable WireSpanDecoder wire;

    public SpanRecordDecoder(DecodeLimits limits)
    {
        this.limits = requireNonNull(limits, "limits is null");
    }

    @Override
    public boolean addUsual(RecordContext record)
    {
        if (wire == null) {
            wire = new WireSpanDecoder(record.request(), limits.attributesMax(), limits.valueBytesMax(), limits.messagesMax());
            wire.block().expectRows(record.scopeRows());
        }
        if (!wire.read(record.offset(), record.length())) {
            return false;
        }
        SpanBlock block = wire.block();
        record.values().count(wire.values());
        block.endRow(record.resource(), record.scope(), record.timestamp(block.startTime(), 0), record.receivedMicros(), record.residual());
        return true;
    }

    @Override
    @SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
    public void add(RecordContext context)
            throws BadRecordException, InvalidProtocolBufferException
    {
        Span span = context.parse(Span.parser());
        ValueDecoder values = context.values();
        values.checkUnknown(span);
        Status status = span.getStatus();
        values.checkUnknown(status);
        Attributes attributes = values.attributes(span.getAttributesList());
        List<Event> events = events(values, span.getEventsList());
        List<Link> links = links(values, span.getLinksList());
        values.count(events.size() + links.size());
        positions.add((wire == null ? 0 : wire.block().rowCount()) + rows.size());
        rows.add(new SpanRow(
                context.resource(),
                context.scope(),
                context.timestamp(span.getStartTimeUnixNano(), 0),
                context.receivedMicros(),
                values.traceId(span.getTraceId()),
                values.spanId(span.getSpanId()),
                values.spanId(span.getParentSpanId()),
                values.column(span.getTraceState()),
                Integer.toUnsignedLong(span.getFlags()),
                values.column(span.getName()),
                span.getKindValue(),
                span.getStartTimeUnixNano(),
                span.getEndTimeUnixNano(),
                status.getCodeValue(),
                values.column(status.getMessage()),
                events,
                links,
                attributes,
                Integer.toUnsignedLong(span.getDroppedAttributesCount()),
                Integer.toUnsignedLong(span.getDroppedEventsCount()),
                Integer.toUnsignedLong(span.getDroppedLinksCount()),
                // last, because it tells what the columns before it have lost
                context.residual(span)));
    }

    private static List<Event> events(ValueDecoder values, List<Span.Event> list)
            throws BadRecordException
    {
        if (list.isEmpty()) {
            return List.of();
        }
        List<Event> events = new ArrayList<>();
        for (Span.Event event : values.bounded(list)) {
            values.checkUnknown(event);
            events.add(new Event(
                    event.getTimeUnixNano(),
                    values.column(event.getName()),
                    values.attributes(event.getAttributesList()),
                    Integer.toUnsignedLong(event.getDroppedAttributesCount())));
        }
        return events;
    }

    private static List<Link> links(ValueDecoder values, List<Span.Link> list)
            throws BadRecordException
    {
        if (list.isEmpty()) {
            return List.of();
        }
        List<Link> links = new ArrayList<>();
        for (Span.Link link : values.bounded(list)) {
            values.checkUnknown(link);
            links.add(new Link(
                    values.traceId(link.getTraceId()),
                    values.spanId(link.getSpanId()),
                    values.column(link.getTraceState()),
                    values.attributes(link.getAttributesList()),
                    Integer.toUnsignedLong(link.getDroppedAttributesCount()),
                    Integer.toUnsignedLong(link.getFlags())));
        }
        return links;
    }

    @Override
    public SpanBatch batch(BatchId id, String tenant, long bytes)
    {
        SpanBlock block = wire == null ? new SpanBlock(new byte[0]) : wire.block();
        return new SpanBatch(id, tenant, block, rows, positions.stream().mapToInt(Integer::intValue).toArray(), bytes);
    }
}

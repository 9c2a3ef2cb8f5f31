package io.icegate.receiver.decode;

import com.google.protobuf.InvalidProtocolBufferException;
import io.icegate.schema.Attributes;
import io.icegate.schema.SpanRow;
import io.icegate.schema.SpanRow.Event;
import io.icegate.schema.SpanRow.Link;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.SpanBatch;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;

import java.util.ArrayList;
import java.util.List;

/**
 * Turns spans to rows of {@code spans}.
 */
public final class SpanRecordDecoder
        implements RecordDecoder
{
    private final List<SpanRow> rows = new ArrayList<>();

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
        rows.add(new SpanRow(
                context.resource(),
                context.scope(),
                context.timestamp(span.getStartTimeUnixNano(), 0),
                context.ingestMicros(),
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
        return new SpanBatch(id, tenant, rows, bytes);
    }
}

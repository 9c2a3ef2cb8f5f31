package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.OptionalLong;

import static java.util.Objects.requireNonNull;

/**
 * One row of the spans table but for its tenant, as docs/format/schema.md defines the columns. A carrier between decoder
 * and encoder, which is why absent values are null and arrays are neither copied nor changed. Ids are lower-case hex.
 *
 * @param receivedMicros when the request came, which is the timestamp of a row without a time of its own; in no column
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier
public record SpanRow(
        ResourceValues resource,
        ScopeValues scope,
        long timestampMicros,
        long receivedMicros,
        @Nullable String traceId,
        @Nullable String spanId,
        @Nullable String parentSpanId,
        @Nullable String traceState,
        long flags,
        @Nullable String name,
        int kind,
        long startTimeUnixNano,
        long endTimeUnixNano,
        int statusCode,
        @Nullable String statusMessage,
        List<Event> events,
        List<Link> links,
        Attributes attributes,
        long droppedAttributesCount,
        long droppedEventsCount,
        long droppedLinksCount,
        byte @Nullable [] residual)
{
    /**
     * Something that happened during a span.
     */
    public record Event(long timeUnixNano, @Nullable String name, Attributes attributes, long droppedAttributesCount)
    {
        public Event
        {
            requireNonNull(attributes, "attributes is null");
        }
    }

    /**
     * Another span that a span belongs together with.
     */
    public record Link(
            @Nullable String traceId,
            @Nullable String spanId,
            @Nullable String traceState,
            Attributes attributes,
            long droppedAttributesCount,
            long flags)
    {
        public Link
        {
            requireNonNull(attributes, "attributes is null");
        }
    }

    public SpanRow
    {
        requireNonNull(resource, "resource is null");
        requireNonNull(scope, "scope is null");
        requireNonNull(attributes, "attributes is null");
        events = List.copyOf(events);
        links = List.copyOf(links);
    }

    public OptionalLong durationNanos()
    {
        return durationNanos(startTimeUnixNano, endTimeUnixNano);
    }

    /**
     * End less start, negative when the end comes first. Empty when either is unknown, or when they lie so far apart that a
     * long does not hold the difference, which would otherwise show with the wrong sign.
     *
     * @param start nanoseconds since the epoch, unsigned, 0 when unknown
     * @param end as {@code start}
     */
    public static OptionalLong durationNanos(long start, long end)
    {
        if (start == 0 || end == 0) {
            return OptionalLong.empty();
        }
        // right but for a multiple of 2^64, so a sign that contradicts the order means that it does not fit
        long difference = end - start;
        return difference < 0 == Long.compareUnsigned(end, start) < 0 ? OptionalLong.of(difference) : OptionalLong.empty();
    }
}

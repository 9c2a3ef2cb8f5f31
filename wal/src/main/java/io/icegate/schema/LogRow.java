package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import static java.util.Objects.requireNonNull;

/**
 * One row of the logs table but for its tenant, as docs/format/schema.md defines the columns. A carrier between decoder
 * and encoder, which is why absent values are null and arrays are neither copied nor changed.
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier
public record LogRow(
        ResourceValues resource,
        ScopeValues scope,
        long timestampMicros,
        long ingestTimeMicros,
        long timeUnixNano,
        long observedTimeUnixNano,
        int severityNumber,
        @Nullable String severityText,
        @Nullable String eventName,
        @Nullable CanonicalText body,
        byte @Nullable [] traceId,
        byte @Nullable [] spanId,
        long flags,
        Attributes attributes,
        long droppedAttributesCount,
        byte @Nullable [] residual)
{
    public static final int TRACE_ID_BYTES = 16;
    public static final int SPAN_ID_BYTES = 8;

    public LogRow
    {
        requireNonNull(resource, "resource is null");
        requireNonNull(scope, "scope is null");
        requireNonNull(attributes, "attributes is null");
        if (traceId != null && traceId.length != TRACE_ID_BYTES) {
            throw new IllegalArgumentException("Cannot use a trace id of %s bytes".formatted(traceId.length));
        }
        if (spanId != null && spanId.length != SPAN_ID_BYTES) {
            throw new IllegalArgumentException("Cannot use a span id of %s bytes".formatted(spanId.length));
        }
    }
}

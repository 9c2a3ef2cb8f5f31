package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import static java.util.Objects.requireNonNull;

/**
 * One row of the logs table but for its tenant, as docs/format/schema.md defines the columns. A carrier between decoder
 * and encoder, which is why absent values are null and arrays are neither copied nor changed.
 *
 * @param receivedMicros when the request came, which is the timestamp of a row without a time of its own; in no column
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier
public record LogRow(
        ResourceValues resource,
        ScopeValues scope,
        long timestampMicros,
        long receivedMicros,
        long timeUnixNano,
        long observedTimeUnixNano,
        int severityNumber,
        @Nullable String severityText,
        @Nullable String eventName,
        @Nullable CanonicalText body,
        @Nullable String traceId,
        @Nullable String spanId,
        long flags,
        Attributes attributes,
        long droppedAttributesCount,
        byte @Nullable [] residual)
{
    public LogRow
    {
        requireNonNull(resource, "resource is null");
        requireNonNull(scope, "scope is null");
        requireNonNull(attributes, "attributes is null");
        if ((traceId != null && traceId.isEmpty()) || (spanId != null && spanId.isEmpty())) {
            throw new IllegalArgumentException("Cannot use an empty id: an id that is absent is null");
        }
    }
}

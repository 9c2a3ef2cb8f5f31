package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import static java.util.Objects.requireNonNull;

/**
 * A measurement that a data point shows as an example, and the span in which it was made.
 *
 * @param traceId hex digits; null when not set, like the span id
 */
public record Exemplar(long timeUnixNano, PointValue.Number value, @Nullable String traceId, @Nullable String spanId, Attributes filteredAttributes)
{
    public Exemplar
    {
        requireNonNull(value, "value is null");
        requireNonNull(filteredAttributes, "filteredAttributes is null");
    }
}

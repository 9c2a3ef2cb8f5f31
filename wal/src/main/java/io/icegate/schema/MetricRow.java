package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * One row of the metrics table but for its tenant: a data point, as docs/format/schema.md defines the columns. A carrier between
 * decoder and encoder, which is why absent values are null and arrays are neither copied nor changed.
 *
 * @param receivedMicros when the request came, which is the timestamp of a row without a time of its own; in no column
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier
public record MetricRow(
        ResourceValues resource,
        ScopeValues scope,
        MetricValues metric,
        long timestampMicros,
        long receivedMicros,
        long startTimeUnixNano,
        long timeUnixNano,
        long flags,
        Attributes attributes,
        PointValue value,
        List<Exemplar> exemplars,
        byte @Nullable [] residual)
{
    public MetricRow
    {
        requireNonNull(resource, "resource is null");
        requireNonNull(scope, "scope is null");
        requireNonNull(metric, "metric is null");
        requireNonNull(attributes, "attributes is null");
        requireNonNull(value, "value is null");
        exemplars = List.copyOf(exemplars);
        if (!isOf(metric.type(), value)) {
            throw new IllegalArgumentException("Cannot use %s as a value of a %s".formatted(value.getClass().getSimpleName(), metric.type().text()));
        }
    }

    private static boolean isOf(MetricValues.Type type, PointValue value)
    {
        return switch (type) {
            case GAUGE, SUM -> value instanceof PointValue.Number;
            case HISTOGRAM -> value instanceof PointValue.Histogram;
            case EXPONENTIAL_HISTOGRAM -> value instanceof PointValue.ExponentialHistogram;
            case SUMMARY -> value instanceof PointValue.Summary;
        };
    }
}

package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import static java.util.Objects.requireNonNull;

/**
 * What all rows of one metric share. Encoders remember it by identity.
 *
 * @param name null when empty, like description and unit
 * @param aggregationTemporality number of OTLP; null exactly when the type has none
 * @param isMonotonic null exactly when the type is no sum
 */
public record MetricValues(
        Type type,
        @Nullable String name,
        @Nullable String description,
        @Nullable String unit,
        Attributes metadata,
        @Nullable Integer aggregationTemporality,
        @Nullable Boolean isMonotonic)
{
    /**
     * Kinds of metrics.
     */
    public enum Type
    {
        GAUGE("gauge"),
        SUM("sum"),
        HISTOGRAM("histogram"),
        EXPONENTIAL_HISTOGRAM("exponential_histogram"),
        SUMMARY("summary");

        private final String text;

        Type(String text)
        {
            this.text = text;
        }

        /**
         * Name in the column {@code metric_type}.
         */
        public String text()
        {
            return text;
        }

        /**
         * True when values of this kind add up over time.
         */
        public boolean hasTemporality()
        {
            return this == SUM || this == HISTOGRAM || this == EXPONENTIAL_HISTOGRAM;
        }
    }

    public MetricValues
    {
        requireNonNull(type, "type is null");
        requireNonNull(metadata, "metadata is null");
        if (type.hasTemporality() != (aggregationTemporality != null) || (type == Type.SUM) != (isMonotonic != null)) {
            throw new IllegalArgumentException("Cannot describe a %s with temporality %s and monotonicity %s".formatted(type.text(), aggregationTemporality, isMonotonic));
        }
    }
}

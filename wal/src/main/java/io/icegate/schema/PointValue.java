package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * What a data point measured. Counts are unsigned. A carrier between decoder and encoder, which is why absent values are null
 * and arrays are neither copied nor changed.
 */
public sealed interface PointValue
{
    /**
     * The value of a gauge, a sum or an exemplar.
     */
    sealed interface Number
            extends PointValue {}

    /**
     * No value.
     */
    record Missing()
            implements Number
    {
        public static final Missing INSTANCE = new Missing();
    }

    /**
     * A 64-bit integer.
     */
    record Int(long value)
            implements Number {}

    /**
     * A double.
     */
    record Real(double value)
            implements Number {}

    /**
     * Counts of buckets with explicit bounds, which need not fit each other.
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier
    record Histogram(long count, @Nullable Double sum, @Nullable Double min, @Nullable Double max, long[] bucketCounts, double[] explicitBounds)
            implements PointValue
    {
        public Histogram
        {
            requireNonNull(bucketCounts, "bucketCounts is null");
            requireNonNull(explicitBounds, "explicitBounds is null");
        }
    }

    /**
     * Counts of buckets whose bounds grow exponentially.
     */
    record ExponentialHistogram(
            long count,
            @Nullable Double sum,
            @Nullable Double min,
            @Nullable Double max,
            int scale,
            long zeroCount,
            double zeroThreshold,
            @Nullable Buckets positive,
            @Nullable Buckets negative)
            implements PointValue {}

    /**
     * Quantiles of a client's own making.
     */
    record Summary(long count, double sum, List<Quantile> quantiles)
            implements PointValue
    {
        public Summary
        {
            quantiles = List.copyOf(quantiles);
        }
    }

    /**
     * Buckets on one side of zero.
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier
    record Buckets(int offset, long[] counts)
    {
        public Buckets
        {
            requireNonNull(counts, "counts is null");
        }
    }

    /**
     * One quantile of a summary.
     */
    record Quantile(double quantile, double value) {}
}

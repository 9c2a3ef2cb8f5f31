package io.icegate.wal.format;

import io.icegate.schema.AttributeShape;
import io.icegate.schema.MetricRow;
import io.icegate.schema.MetricValues;
import io.icegate.schema.PointValue;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Data points in columns, metric by metric. Doubles come as their bits. Offsets of ids are those of 16 or 8 bytes in the
 * request, or {@link #ABSENT}.
 */
public final class MetricBlock
        extends RecordBlock
{
    final MetricHeaderBlock metrics = new MetricHeaderBlock();
    final DistributionBlock distributions = new DistributionBlock();
    final ExemplarBlock exemplars = new ExemplarBlock();
    long[] startTimes = new long[ROWS_INITIAL];
    long[] times = new long[ROWS_INITIAL];
    long[] flags = new long[ROWS_INITIAL];
    /**
     * Of gauges and sums; others have a distribution.
     */
    NumberKind[] kinds = new NumberKind[ROWS_INITIAL];
    long[] values = new long[ROWS_INITIAL];

    /**
     * @param request not changed from here on
     */
    public MetricBlock(byte[] request)
    {
        super(request);
    }

    /**
     * Begins a metric, whose data points follow. It has neither temporality nor metadata.
     *
     * @param points that follow, at most
     */
    public void startMetric(MetricValues.Type type, @Nullable Binary name, @Nullable Binary description, @Nullable Binary unit, int points)
    {
        metrics.add(type, name, description, unit, rowCount());
        if (hasDistributions(type)) {
            distributions.expect(points);
        }
    }

    private static boolean hasDistributions(MetricValues.Type type)
    {
        return type != MetricValues.Type.GAUGE && type != MetricValues.Type.SUM;
    }

    public void aggregation(int temporality, boolean isMonotonic)
    {
        metrics.aggregation(temporality, isMonotonic);
    }

    /**
     * @param slices of the received values, as for {@link #attributes}
     */
    public void metadata(AttributeShape shape, int[] slices, int[] lengths)
    {
        metrics.metadata(shape, slices, lengths);
    }

    /**
     * The metric that was begun last, as an object.
     */
    public MetricValues metric()
    {
        return metrics.values(this, metrics.last());
    }

    /**
     * Begins a data point of the metric. What is not set is absent.
     */
    public void startRow()
    {
        reserveRow();
        int row = rowCount();
        distributions.startRow(row, hasDistributions(metrics.type(metrics.last())));
        exemplars.startRow(row);
        startTimes[row] = 0;
        times[row] = 0;
        flags[row] = 0;
        kinds[row] = NumberKind.MISSING;
        values[row] = 0;
    }

    @Override
    void grow(int size)
    {
        distributions.growRows(size);
        exemplars.growRows(size);
        startTimes = Arrays.copyOf(startTimes, size);
        times = Arrays.copyOf(times, size);
        flags = Arrays.copyOf(flags, size);
        kinds = Arrays.copyOf(kinds, size);
        values = Arrays.copyOf(values, size);
    }

    public void startTime(long unixNano)
    {
        startTimes[rowCount()] = unixNano;
    }

    public long startTime()
    {
        return startTimes[rowCount()];
    }

    public void time(long unixNano)
    {
        times[rowCount()] = unixNano;
    }

    public long time()
    {
        return times[rowCount()];
    }

    public void flags(long bits)
    {
        flags[rowCount()] = bits;
    }

    /**
     * Sets the value of a gauge or sum.
     */
    public void integer(long value)
    {
        kinds[rowCount()] = NumberKind.INT;
        values[rowCount()] = value;
    }

    /**
     * Sets the value of a gauge or sum.
     */
    public void real(long bits)
    {
        kinds[rowCount()] = NumberKind.REAL;
        values[rowCount()] = bits;
    }

    /**
     * Sets how often was measured, in a histogram or summary.
     */
    public void count(long count)
    {
        distributions.counts[distributions.current()] = count;
    }

    public void sum(long bits)
    {
        distributions.add(DistributionBlock.SUM);
        distributions.sums[distributions.current()] = bits;
    }

    public void min(long bits)
    {
        distributions.add(DistributionBlock.MIN);
        distributions.mins[distributions.current()] = bits;
    }

    public void max(long bits)
    {
        distributions.add(DistributionBlock.MAX);
        distributions.maxs[distributions.current()] = bits;
    }

    public void scale(int scale)
    {
        distributions.scales[distributions.current()] = scale;
    }

    public void zeroCount(long count)
    {
        distributions.zeroCounts[distributions.current()] = count;
    }

    public void zeroThreshold(long bits)
    {
        distributions.zeroThresholds[distributions.current()] = bits;
    }

    /**
     * Sets the counts of a histogram.
     *
     * @param slice of the request, where they have their fixed form
     */
    public void bucketCounts(int slice, int size)
    {
        first(slice, size);
    }

    /**
     * Sets the bounds of a histogram.
     *
     * @param slice of the request, where they have their fixed form
     */
    public void explicitBounds(int slice, int size)
    {
        second(slice, size);
    }

    /**
     * Sets the buckets of an exponential histogram above zero.
     *
     * @param slice what {@link #element} returned for the first count
     */
    public void positive(int offset, int slice, int size)
    {
        distributions.add(DistributionBlock.POSITIVE);
        distributions.positiveOffsets[distributions.current()] = offset;
        first(slice, size);
    }

    /**
     * Sets the buckets of an exponential histogram below zero.
     *
     * @param slice what {@link #element} returned for the first count
     */
    public void negative(int offset, int slice, int size)
    {
        distributions.add(DistributionBlock.NEGATIVE);
        distributions.negativeOffsets[distributions.current()] = offset;
        second(slice, size);
    }

    /**
     * Adds a quantile of a summary and its value.
     */
    public void quantile(long quantileBits, long valueBits)
    {
        int slice = distributions.number(quantileBits);
        distributions.number(valueBits);
        int current = distributions.current();
        if (distributions.firstSizes[current] == 0) {
            distributions.firstSlices[current] = slice;
        }
        distributions.firstSizes[current] += 2;
    }

    /**
     * Keeps the count of one bucket, and returns its slice. The counts of one list are kept one after the other.
     */
    public int element(long count)
    {
        return distributions.number(count);
    }

    private void first(int slice, int size)
    {
        distributions.firstSlices[distributions.current()] = slice;
        distributions.firstSizes[distributions.current()] = size;
    }

    private void second(int slice, int size)
    {
        distributions.secondSlices[distributions.current()] = slice;
        distributions.secondSizes[distributions.current()] = size;
    }

    /**
     * Begins an exemplar of the data point, which {@link #endExemplar} adds.
     */
    public void startExemplar()
    {
        int exemplar = exemplars.reserve();
        exemplars.times[exemplar] = 0;
        exemplars.kinds[exemplar] = NumberKind.MISSING;
        exemplars.values[exemplar] = 0;
        exemplars.traceIds[exemplar] = ABSENT;
        exemplars.spanIds[exemplar] = ABSENT;
    }

    public void exemplarTime(long unixNano)
    {
        exemplars.times[exemplars.reserve()] = unixNano;
    }

    public void exemplarInteger(long value)
    {
        exemplars.kinds[exemplars.reserve()] = NumberKind.INT;
        exemplars.values[exemplars.reserve()] = value;
    }

    public void exemplarReal(long bits)
    {
        exemplars.kinds[exemplars.reserve()] = NumberKind.REAL;
        exemplars.values[exemplars.reserve()] = bits;
    }

    public void exemplarTraceId(int offset)
    {
        exemplars.traceIds[exemplars.reserve()] = offset;
    }

    public void exemplarSpanId(int offset)
    {
        exemplars.spanIds[exemplars.reserve()] = offset;
    }

    /**
     * @param slices of the received values of its attributes, as for {@link #attributes}
     */
    public void endExemplar(AttributeShape shape, int[] slices, int[] lengths)
    {
        exemplars.end(rowCount(), shape, slices, lengths);
    }

    /**
     * A number of a list of a distribution.
     */
    long listed(int slice, int index)
    {
        return distributions.number(bytes(0), slice, index);
    }

    @Override
    long nanos(int row)
    {
        return times[row] != 0 ? times[row] : startTimes[row];
    }

    @Override
    long listBytes()
    {
        return distributions.listBytes() + exemplars.bytes();
    }

    @Override
    long rowBytes(int row)
    {
        return distributions.listBytes(row) + exemplars.bytes(row);
    }

    /**
     * One data point as an object.
     *
     * @param metric that it is of, as an object
     */
    MetricRow row(int row, MetricValues metric)
    {
        Origin origin = origin(originOf(row));
        return new MetricRow(
                origin.resource(),
                origin.scope(),
                metric,
                timestampMicros()[row],
                origin.receivedMicros(),
                startTimes[row],
                times[row],
                flags[row],
                attributes(attributes(), row),
                value(metric.type(), row),
                exemplars.row(this, row),
                origin.residual());
    }

    private PointValue value(MetricValues.Type type, int row)
    {
        return switch (type) {
            case GAUGE, SUM -> kinds[row].value(values[row]);
            case HISTOGRAM, EXPONENTIAL_HISTOGRAM, SUMMARY -> distributions.value(type, bytes(0), row);
        };
    }
}

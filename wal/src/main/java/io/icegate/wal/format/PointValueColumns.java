package io.icegate.wal.format;

import io.icegate.schema.PointValue;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.RowGroupWriter;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * The columns of what a data point measured. Those of other kinds of metrics than the row's are null. Levels come from the
 * table, where a statement such as CREATE TABLE AS SELECT makes the nested fields optional.
 */
final class PointValueColumns
{
    private final NumberLeaf real;
    private final NumberLeaf integer;
    private final NumberLeaf count;
    private final NumberLeaf sum;
    private final NumberLeaf min;
    private final NumberLeaf max;
    private final Numbers bucketCounts;
    private final Numbers explicitBounds;
    private final NumberLeaf scale;
    private final NumberLeaf zeroCount;
    private final NumberLeaf zeroThreshold;
    private final BucketColumns positive;
    private final BucketColumns negative;
    private final NumberLeaf quantiles;
    private final NumberLeaf quantileValues;
    private final int emptyQuantiles;

    PointValueColumns(RowGroupWriter group)
    {
        real = group.number("value_double");
        integer = group.number("value_int");
        count = group.number("count");
        sum = group.number("sum");
        min = group.number("min");
        max = group.number("max");
        bucketCounts = new Numbers(group, "bucket_counts");
        explicitBounds = new Numbers(group, "explicit_bounds");
        scale = group.number("scale");
        zeroCount = group.number("zero_count");
        zeroThreshold = group.number("zero_threshold");
        positive = new BucketColumns(group, "positive");
        negative = new BucketColumns(group, "negative");
        quantiles = group.number("quantile_values.list.element.quantile");
        quantileValues = group.number("quantile_values.list.element.value");
        emptyQuantiles = group.definition("quantile_values");
    }

    /**
     * A list of numbers that is null in rows of other kinds.
     */
    private static final class Numbers
    {
        private final NumberLeaf leaf;
        private final int empty;

        private Numbers(RowGroupWriter group, String name)
        {
            leaf = group.number(name + ".list.element");
            empty = group.definition(name);
        }

        void write(long[] values)
        {
            if (values.length == 0) {
                leaf.absent(0, empty);
            }
            for (int i = 0; i < values.length; i++) {
                leaf.write(values[i], i == 0 ? 0 : 1);
            }
        }

        void write(double[] values)
        {
            if (values.length == 0) {
                leaf.absent(0, empty);
            }
            for (int i = 0; i < values.length; i++) {
                leaf.write(values[i], i == 0 ? 0 : 1);
            }
        }

        void absent(int definition)
        {
            leaf.absent(0, definition);
        }

        void absent()
        {
            absent(empty - 1);
        }
    }

    /**
     * The buckets on one side of zero.
     */
    private static final class BucketColumns
    {
        private final NumberLeaf offset;
        private final Numbers counts;
        private final int absent;

        private BucketColumns(RowGroupWriter group, String name)
        {
            offset = group.number(name + ".offset");
            counts = new Numbers(group, name + ".bucket_counts");
            absent = group.definition(name) - 1;
        }

        void write(PointValue.@Nullable Buckets buckets)
        {
            if (buckets == null) {
                offset.absent(0, absent);
                counts.absent(absent);
            }
            else {
                offset.write(buckets.offset());
                counts.write(buckets.counts());
            }
        }
    }

    void write(PointValue value)
    {
        if (value instanceof PointValue.Number number) {
            writeNumber(number);
        }
        else if (value instanceof PointValue.Histogram histogram) {
            writeHistogram(histogram);
        }
        else if (value instanceof PointValue.ExponentialHistogram histogram) {
            writeExponentialHistogram(histogram);
        }
        else if (value instanceof PointValue.Summary summary) {
            writeSummary(summary);
        }
    }

    private void writeNumber(PointValue.Number value)
    {
        write(value, real, integer, 0, 0);
        writeMeasurements(null, null, null, null);
        writeNoHistogram();
        writeNoExponentialHistogram();
        writeNoQuantiles();
    }

    /**
     * Writes a number to the column of its type.
     *
     * @param present definition level above the two columns
     */
    static void write(PointValue.@Nullable Number value, NumberLeaf real, NumberLeaf integer, int repetition, int present)
    {
        if (value instanceof PointValue.Real number) {
            real.write(number.value(), repetition);
        }
        else {
            real.absent(repetition, present);
        }
        if (value instanceof PointValue.Int number) {
            integer.write(number.value(), repetition);
        }
        else {
            integer.absent(repetition, present);
        }
    }

    private void writeHistogram(PointValue.Histogram histogram)
    {
        write(null, real, integer, 0, 0);
        writeMeasurements(histogram.count(), histogram.sum(), histogram.min(), histogram.max());
        bucketCounts.write(histogram.bucketCounts());
        explicitBounds.write(histogram.explicitBounds());
        writeNoExponentialHistogram();
        writeNoQuantiles();
    }

    private void writeExponentialHistogram(PointValue.ExponentialHistogram histogram)
    {
        write(null, real, integer, 0, 0);
        writeMeasurements(histogram.count(), histogram.sum(), histogram.min(), histogram.max());
        writeNoHistogram();
        scale.write(histogram.scale());
        zeroCount.write(histogram.zeroCount());
        zeroThreshold.write(histogram.zeroThreshold(), 0);
        positive.write(histogram.positive());
        negative.write(histogram.negative());
        writeNoQuantiles();
    }

    private void writeSummary(PointValue.Summary summary)
    {
        write(null, real, integer, 0, 0);
        writeMeasurements(summary.count(), summary.sum(), null, null);
        writeNoHistogram();
        writeNoExponentialHistogram();
        List<PointValue.Quantile> values = summary.quantiles();
        if (values.isEmpty()) {
            quantiles.absent(0, emptyQuantiles);
            quantileValues.absent(0, emptyQuantiles);
        }
        for (int i = 0; i < values.size(); i++) {
            quantiles.write(values.get(i).quantile(), i == 0 ? 0 : 1);
            quantileValues.write(values.get(i).value(), i == 0 ? 0 : 1);
        }
    }

    private void writeMeasurements(@Nullable Long measurements, @Nullable Double total, @Nullable Double smallest, @Nullable Double largest)
    {
        if (measurements == null) {
            count.absentRows(1);
        }
        else {
            count.write(measurements);
        }
        optional(sum, total);
        optional(min, smallest);
        optional(max, largest);
    }

    private static void optional(NumberLeaf leaf, @Nullable Double value)
    {
        if (value == null) {
            leaf.absentRows(1);
        }
        else {
            leaf.write(value.doubleValue(), 0);
        }
    }

    private void writeNoHistogram()
    {
        bucketCounts.absent();
        explicitBounds.absent();
    }

    private void writeNoExponentialHistogram()
    {
        scale.absentRows(1);
        zeroCount.absentRows(1);
        zeroThreshold.absentRows(1);
        positive.write(null);
        negative.write(null);
    }

    private void writeNoQuantiles()
    {
        quantiles.absent(0, emptyQuantiles - 1);
        quantileValues.absent(0, emptyQuantiles - 1);
    }
}

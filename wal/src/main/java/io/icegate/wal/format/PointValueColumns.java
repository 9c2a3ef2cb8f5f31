package io.icegate.wal.format;

import io.icegate.schema.MetricValues;
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

        void write(MetricBlock block, int slice, int size)
        {
            if (size == 0) {
                leaf.absent(0, empty);
            }
            for (int i = 0; i < size; i++) {
                leaf.write(block.listed(slice, i), i == 0 ? 0 : 1);
            }
        }

        void absentRows(int definition, int rows)
        {
            leaf.absentRows(definition, rows);
        }

        void absentRows(int rows)
        {
            absentRows(empty - 1, rows);
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
                absentRows(1);
            }
            else {
                offset.write(buckets.offset());
                counts.write(buckets.counts());
            }
        }

        void write(MetricBlock block, int bucketOffset, int slice, int size)
        {
            offset.write(bucketOffset);
            counts.write(block, slice, size);
        }

        void absentRows(int rows)
        {
            offset.absentRows(absent, rows);
            counts.absentRows(absent, rows);
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
        writeNoMeasurements(1);
        writeNoHistograms(1);
        writeNoExponentialHistograms(1);
        writeNoQuantiles(1);
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

    /**
     * Writes a number of a block to the column of its type.
     *
     * @param present definition level above the two columns
     */
    static void write(NumberKind kind, long bits, NumberLeaf real, NumberLeaf integer, int repetition, int present)
    {
        if (kind == NumberKind.REAL) {
            real.write(bits, repetition);
        }
        else {
            real.absent(repetition, present);
        }
        if (kind == NumberKind.INT) {
            integer.write(bits, repetition);
        }
        else {
            integer.absent(repetition, present);
        }
    }

    /**
     * Writes the rows {@code [from, to)} of a block, which are of one metric.
     */
    void write(MetricBlock block, MetricValues.Type type, int from, int to)
    {
        int rows = to - from;
        int first = block.distributions.of(from);
        switch (type) {
            case GAUGE, SUM -> {
                writeNumbers(block, from, to);
                writeNoMeasurements(rows);
                writeNoHistograms(rows);
                writeNoExponentialHistograms(rows);
                writeNoQuantiles(rows);
            }
            case HISTOGRAM -> {
                writeNoNumbers(rows);
                writeMeasurements(block.distributions, first, first + rows);
                writeHistograms(block, first, first + rows);
                writeNoExponentialHistograms(rows);
                writeNoQuantiles(rows);
            }
            case EXPONENTIAL_HISTOGRAM -> {
                writeNoNumbers(rows);
                writeMeasurements(block.distributions, first, first + rows);
                writeNoHistograms(rows);
                writeExponentialHistograms(block, first, first + rows);
                writeNoQuantiles(rows);
            }
            case SUMMARY -> {
                writeNoNumbers(rows);
                count.write(block.distributions.counts, first, first + rows);
                sum.write(block.distributions.sums, first, first + rows);
                min.absentRows(rows);
                max.absentRows(rows);
                writeNoHistograms(rows);
                writeNoExponentialHistograms(rows);
                writeQuantiles(block, first, first + rows);
            }
        }
    }

    /**
     * Values of one metric are mostly all of one type.
     */
    private void writeNumbers(MetricBlock block, int from, int to)
    {
        int row = from;
        while (row < to) {
            NumberKind kind = block.kinds[row];
            int end = row + 1;
            while (end < to && block.kinds[end] == kind) {
                end++;
            }
            if (kind == NumberKind.REAL) {
                real.write(block.values, row, end);
            }
            else {
                real.absentRows(end - row);
            }
            if (kind == NumberKind.INT) {
                integer.write(block.values, row, end);
            }
            else {
                integer.absentRows(end - row);
            }
            row = end;
        }
    }

    private void writeNoNumbers(int rows)
    {
        real.absentRows(rows);
        integer.absentRows(rows);
    }

    private void writeMeasurements(DistributionBlock distributions, int from, int to)
    {
        count.write(distributions.counts, from, to);
        writeOptional(sum, distributions, DistributionBlock.SUM, distributions.sums, from, to);
        writeOptional(min, distributions, DistributionBlock.MIN, distributions.mins, from, to);
        writeOptional(max, distributions, DistributionBlock.MAX, distributions.maxs, from, to);
    }

    private static void writeOptional(NumberLeaf leaf, DistributionBlock distributions, int part, long[] bits, int from, int to)
    {
        for (int i = from; i < to; i++) {
            if (distributions.has(i, part)) {
                leaf.write(bits[i]);
            }
            else {
                leaf.absentRows(1);
            }
        }
    }

    private void writeHistograms(MetricBlock block, int from, int to)
    {
        DistributionBlock distributions = block.distributions;
        for (int i = from; i < to; i++) {
            bucketCounts.write(block, distributions.firstSlices[i], distributions.firstSizes[i]);
        }
        for (int i = from; i < to; i++) {
            explicitBounds.write(block, distributions.secondSlices[i], distributions.secondSizes[i]);
        }
    }

    private void writeExponentialHistograms(MetricBlock block, int from, int to)
    {
        DistributionBlock distributions = block.distributions;
        scale.write(distributions.scales, from, to);
        zeroCount.write(distributions.zeroCounts, from, to);
        zeroThreshold.write(distributions.zeroThresholds, from, to);
        for (int i = from; i < to; i++) {
            if (distributions.has(i, DistributionBlock.POSITIVE)) {
                positive.write(block, distributions.positiveOffsets[i], distributions.firstSlices[i], distributions.firstSizes[i]);
            }
            else {
                positive.absentRows(1);
            }
            if (distributions.has(i, DistributionBlock.NEGATIVE)) {
                negative.write(block, distributions.negativeOffsets[i], distributions.secondSlices[i], distributions.secondSizes[i]);
            }
            else {
                negative.absentRows(1);
            }
        }
    }

    private void writeQuantiles(MetricBlock block, int from, int to)
    {
        DistributionBlock distributions = block.distributions;
        for (int i = from; i < to; i++) {
            int slice = distributions.firstSlices[i];
            int size = distributions.firstSizes[i];
            if (size == 0) {
                quantiles.absent(0, emptyQuantiles);
                quantileValues.absent(0, emptyQuantiles);
            }
            for (int number = 0; number < size; number += 2) {
                quantiles.write(block.listed(slice, number), number == 0 ? 0 : 1);
                quantileValues.write(block.listed(slice, number + 1), number == 0 ? 0 : 1);
            }
        }
    }

    private void writeHistogram(PointValue.Histogram histogram)
    {
        writeNoNumbers(1);
        writeMeasurements(histogram.count(), histogram.sum(), histogram.min(), histogram.max());
        bucketCounts.write(histogram.bucketCounts());
        explicitBounds.write(histogram.explicitBounds());
        writeNoExponentialHistograms(1);
        writeNoQuantiles(1);
    }

    private void writeExponentialHistogram(PointValue.ExponentialHistogram histogram)
    {
        writeNoNumbers(1);
        writeMeasurements(histogram.count(), histogram.sum(), histogram.min(), histogram.max());
        writeNoHistograms(1);
        scale.write(histogram.scale());
        zeroCount.write(histogram.zeroCount());
        zeroThreshold.write(histogram.zeroThreshold(), 0);
        positive.write(histogram.positive());
        negative.write(histogram.negative());
        writeNoQuantiles(1);
    }

    private void writeSummary(PointValue.Summary summary)
    {
        writeNoNumbers(1);
        writeMeasurements(summary.count(), summary.sum(), null, null);
        writeNoHistograms(1);
        writeNoExponentialHistograms(1);
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

    private void writeMeasurements(long measurements, @Nullable Double total, @Nullable Double smallest, @Nullable Double largest)
    {
        count.write(measurements);
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

    private void writeNoMeasurements(int rows)
    {
        count.absentRows(rows);
        sum.absentRows(rows);
        min.absentRows(rows);
        max.absentRows(rows);
    }

    private void writeNoHistograms(int rows)
    {
        bucketCounts.absentRows(rows);
        explicitBounds.absentRows(rows);
    }

    private void writeNoExponentialHistograms(int rows)
    {
        scale.absentRows(rows);
        zeroCount.absentRows(rows);
        zeroThreshold.absentRows(rows);
        positive.absentRows(rows);
        negative.absentRows(rows);
    }

    private void writeNoQuantiles(int rows)
    {
        quantiles.absentRows(emptyQuantiles - 1, rows);
        quantileValues.absentRows(emptyQuantiles - 1, rows);
    }
}

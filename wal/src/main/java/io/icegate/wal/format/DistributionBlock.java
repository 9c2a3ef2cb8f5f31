package io.icegate.wal.format;

import io.icegate.schema.MetricValues;
import io.icegate.schema.PointValue;
import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import static java.lang.Math.toIntExact;

/**
 * What the histograms and summaries of a block measured; other rows have no place here. Each has two lists of 64-bit numbers.
 * Those of histograms are bucket counts and bounds, those of exponential histograms are counts on either side of zero. A
 * summary has only the first, in which each quantile is followed by its value. Doubles are kept as their bits.
 */
final class DistributionBlock
{
    /**
     * What is there of the values that may be absent. Bits.
     */
    static final int SUM = 1;
    static final int MIN = 2;
    static final int MAX = 4;
    static final int POSITIVE = 8;
    static final int NEGATIVE = 16;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int INITIAL = 4;
    private static final int NUMBERS_INITIAL = 32;
    /**
     * Distributions for which room is made before they have come.
     */
    private static final int EXPECTED_MAX = 16_384;

    private int count;
    private int[] ends = new int[RecordBlock.ROWS_INITIAL];

    byte[] present = new byte[INITIAL];
    long[] counts = new long[INITIAL];
    long[] sums = new long[INITIAL];
    long[] mins = new long[INITIAL];
    long[] maxs = new long[INITIAL];
    long[] scales = new long[INITIAL];
    long[] zeroCounts = new long[INITIAL];
    long[] zeroThresholds = new long[INITIAL];
    int[] positiveOffsets = new int[INITIAL];
    int[] negativeOffsets = new int[INITIAL];
    /**
     * Slices of the request that hold so many numbers in their fixed form, or of {@link #numbers} when negative.
     */
    int[] firstSlices = new int[INITIAL];
    int[] firstSizes = new int[INITIAL];
    int[] secondSlices = new int[INITIAL];
    int[] secondSizes = new int[INITIAL];

    /**
     * Numbers that the request holds in another form, and where those of each distribution end.
     */
    private long[] numbers = {};
    private int[] numberEnds = new int[INITIAL];

    /**
     * Makes room for so many rows.
     */
    void growRows(int size)
    {
        ends = Arrays.copyOf(ends, size);
    }

    /**
     * Makes room for so many distributions more, which may be those of one huge metric.
     */
    void expect(int more)
    {
        long wanted = (long) count + Math.min(more, EXPECTED_MAX);
        if (wanted > counts.length) {
            grow((int) Math.max(wanted, counts.length * 2L));
        }
    }

    /**
     * Begins a row. A distribution of a row that was not ended is forgotten.
     *
     * @param has true when the row has a distribution
     */
    void startRow(int row, boolean has)
    {
        count = row == 0 ? 0 : ends[row - 1];
        if (has) {
            if (count == counts.length) {
                grow(count * 2);
            }
            clear(count);
            count++;
        }
        ends[row] = count;
    }

    private void grow(int size)
    {
        present = Arrays.copyOf(present, size);
        counts = Arrays.copyOf(counts, size);
        sums = Arrays.copyOf(sums, size);
        mins = Arrays.copyOf(mins, size);
        maxs = Arrays.copyOf(maxs, size);
        scales = Arrays.copyOf(scales, size);
        zeroCounts = Arrays.copyOf(zeroCounts, size);
        zeroThresholds = Arrays.copyOf(zeroThresholds, size);
        positiveOffsets = Arrays.copyOf(positiveOffsets, size);
        negativeOffsets = Arrays.copyOf(negativeOffsets, size);
        firstSlices = Arrays.copyOf(firstSlices, size);
        firstSizes = Arrays.copyOf(firstSizes, size);
        secondSlices = Arrays.copyOf(secondSlices, size);
        secondSizes = Arrays.copyOf(secondSizes, size);
        numberEnds = Arrays.copyOf(numberEnds, size);
    }

    private void clear(int distribution)
    {
        present[distribution] = 0;
        counts[distribution] = 0;
        sums[distribution] = 0;
        mins[distribution] = 0;
        maxs[distribution] = 0;
        scales[distribution] = 0;
        zeroCounts[distribution] = 0;
        zeroThresholds[distribution] = 0;
        positiveOffsets[distribution] = 0;
        negativeOffsets[distribution] = 0;
        firstSlices[distribution] = 0;
        firstSizes[distribution] = 0;
        secondSlices[distribution] = 0;
        secondSizes[distribution] = 0;
        numberEnds[distribution] = distribution == 0 ? 0 : numberEnds[distribution - 1];
    }

    /**
     * The distribution of the row that was begun last.
     */
    int current()
    {
        return count - 1;
    }

    /**
     * The distribution of a row that has one. Rows that follow each other, and have one each, have ones that do.
     */
    int of(int row)
    {
        return ends[row] - 1;
    }

    boolean has(int distribution, int part)
    {
        return (present[distribution] & part) != 0;
    }

    void add(int part)
    {
        present[current()] |= (byte) part;
    }

    /**
     * Keeps a number of the current distribution after those kept before, and returns its slice.
     */
    int number(long value)
    {
        int at = numberEnds[current()];
        if (at == numbers.length) {
            numbers = Arrays.copyOf(numbers, Math.max(NUMBERS_INITIAL, at * 2));
        }
        numbers[at] = value;
        numberEnds[current()] = at + 1;
        return ~at;
    }

    /**
     * A number of a list.
     */
    long number(byte[] request, int slice, int index)
    {
        return slice >= 0 ? (long) LONGS.get(request, slice + index * Long.BYTES) : numbers[~slice + index];
    }

    /**
     * Bytes of the numbers that the request holds in another form.
     */
    long listBytes()
    {
        return count == 0 ? 0 : (long) Long.BYTES * numberEnds[count - 1];
    }

    /**
     * Bytes of the numbers in the lists of a row.
     */
    long listBytes(int row)
    {
        int distribution = of(row);
        boolean has = distribution >= (row == 0 ? 0 : ends[row - 1]);
        return has ? (long) Long.BYTES * (firstSizes[distribution] + secondSizes[distribution]) : 0;
    }

    PointValue value(MetricValues.Type type, byte[] request, int row)
    {
        int i = of(row);
        return switch (type) {
            case HISTOGRAM -> new PointValue.Histogram(
                    counts[i],
                    optional(i, SUM, sums),
                    optional(i, MIN, mins),
                    optional(i, MAX, maxs),
                    longs(request, firstSlices[i], firstSizes[i]),
                    Arrays.stream(longs(request, secondSlices[i], secondSizes[i])).mapToDouble(Double::longBitsToDouble).toArray());
            case EXPONENTIAL_HISTOGRAM -> new PointValue.ExponentialHistogram(
                    counts[i],
                    optional(i, SUM, sums),
                    optional(i, MIN, mins),
                    optional(i, MAX, maxs),
                    toIntExact(scales[i]),
                    zeroCounts[i],
                    Double.longBitsToDouble(zeroThresholds[i]),
                    has(i, POSITIVE) ? new PointValue.Buckets(positiveOffsets[i], longs(request, firstSlices[i], firstSizes[i])) : null,
                    has(i, NEGATIVE) ? new PointValue.Buckets(negativeOffsets[i], longs(request, secondSlices[i], secondSizes[i])) : null);
            case SUMMARY -> new PointValue.Summary(counts[i], Double.longBitsToDouble(sums[i]), quantiles(longs(request, firstSlices[i], firstSizes[i])));
            case GAUGE, SUM -> throw new IllegalArgumentException("Cannot read the distribution of a %s".formatted(type.text()));
        };
    }

    private @Nullable Double optional(int distribution, int part, long[] bits)
    {
        return has(distribution, part) ? (Double) Double.longBitsToDouble(bits[distribution]) : null;
    }

    private long[] longs(byte[] request, int slice, int size)
    {
        return IntStream.range(0, size).mapToLong(i -> number(request, slice, i)).toArray();
    }

    private static List<PointValue.Quantile> quantiles(long[] bits)
    {
        return IntStream.range(0, bits.length / 2)
                .mapToObj(i -> new PointValue.Quantile(Double.longBitsToDouble(bits[2 * i]), Double.longBitsToDouble(bits[2 * i + 1])))
                .toList();
    }
}

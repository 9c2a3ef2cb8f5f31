package io.icegate.maintenance.merge;

import java.util.Optional;

/**
 * Rows by keys that fit into one number each, which they nearly always do: a few partitions, a few thousand services, and the times of
 * a day. They are then sorted digit by digit, without a comparison.
 */
final class PackedKeys
{
    private static final int DIGIT_BITS = 11;
    private static final int DIGITS = 1 << DIGIT_BITS;

    private final long[] packed;
    private int bits;

    private PackedKeys(int rows)
    {
        packed = new long[rows];
    }

    /**
     * Packs keys of all rows, the most important first.
     *
     * @return empty when they do not fit
     */
    static Optional<PackedKeys> of(Partitions partitions, long[][] keys, int rows)
    {
        PackedKeys result = new PackedKeys(rows);
        for (int row = 0; row < rows; row++) {
            result.packed[row] = partitions.of(row);
        }
        result.bits = width(partitions.count() - 1L);
        for (long[] key : keys) {
            if (!result.add(key)) {
                return Optional.empty();
            }
        }
        return Optional.of(result);
    }

    private boolean add(long[] key)
    {
        if (key.length == 0) {
            return true;
        }
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        for (long value : key) {
            min = Math.min(min, value);
            max = Math.max(max, value);
        }
        int width = width(max - min);
        bits += width;
        if (bits >= Long.SIZE) {
            return false;
        }
        for (int row = 0; row < packed.length; row++) {
            packed[row] = packed[row] << width | key[row] - min;
        }
        return true;
    }

    /**
     * Bits of a number without sign: a difference may be larger than the largest number.
     */
    private static int width(long number)
    {
        return Long.SIZE - Long.numberOfLeadingZeros(number);
    }

    /**
     * Sorts rows by their keys, equal ones as they stand.
     */
    int[] sort(int[] rows)
    {
        long[] keys = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            keys[i] = packed[rows[i]];
        }
        int[] from = rows;
        int[] to = new int[rows.length];
        long[] keysTo = new long[rows.length];
        for (int shift = 0; shift < bits; shift += DIGIT_BITS) {
            int[] starts = starts(keys, shift);
            for (int i = 0; i < from.length; i++) {
                int at = starts[digit(keys[i], shift)]++;
                to[at] = from[i];
                keysTo[at] = keys[i];
            }
            int[] swap = from;
            from = to;
            to = swap;
            long[] swapKeys = keys;
            keys = keysTo;
            keysTo = swapKeys;
        }
        return from;
    }

    private static int[] starts(long[] keys, int shift)
    {
        int[] starts = new int[DIGITS];
        for (long key : keys) {
            starts[digit(key, shift)]++;
        }
        int start = 0;
        for (int digit = 0; digit < DIGITS; digit++) {
            int count = starts[digit];
            starts[digit] = start;
            start += count;
        }
        return starts;
    }

    private static int digit(long key, int shift)
    {
        return (int) (key >>> shift) & (DIGITS - 1);
    }
}

package io.icegate.wal.parquet;

import java.util.Arrays;

/**
 * The hybrid of runs and packed bits in which Parquet stores levels and dictionary ids.
 *
 * @see <a href="https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE">Run length encoding / bit-packing hybrid</a>
 */
final class RunLengths
{
    /**
     * Values are packed in groups of so many, and shorter runs are packed with their neighbours.
     */
    private static final int GROUP = 8;
    /**
     * The header of packed groups stays one byte.
     */
    private static final int GROUPS_MAX = 63;

    private RunLengths() {}

    /**
     * Encodes the first {@code count} values.
     */
    static void write(int[] values, int count, int bitWidth, ByteSink out)
    {
        int at = 0;
        while (at < count) {
            int run = run(values, at, count);
            if (run >= GROUP) {
                repeated(values[at], run, bitWidth, out);
                at += run;
            }
            else {
                at = packed(values, at, count, bitWidth, out);
            }
        }
    }

    /**
     * Encodes one value that repeats.
     */
    static void repeated(int value, int count, int bitWidth, ByteSink out)
    {
        if (count == 0) {
            return;
        }
        if (count < GROUP) {
            int[] values = new int[count];
            Arrays.fill(values, value);
            packed(values, 0, count, bitWidth, out);
            return;
        }
        int header = count << 1;
        out.reserve(2 * Integer.BYTES + 1);
        byte[] array = out.array();
        int at = out.size();
        while ((header & ~0x7F) != 0) {
            array[at++] = (byte) (header & 0x7F | 0x80);
            header >>>= 7;
        }
        array[at++] = (byte) header;
        for (int shift = 0; shift < bitWidth; shift += Byte.SIZE) {
            array[at++] = (byte) (value >>> shift);
        }
        out.advance(at - out.size());
    }

    private static int run(int[] values, int from, int count)
    {
        int value = values[from];
        int to = from + 1;
        while (to < count && values[to] == value) {
            to++;
        }
        return to - from;
    }

    /**
     * Packs groups up to the next run, zeros behind the last value.
     *
     * @return the first value that is not packed
     */
    private static int packed(int[] values, int from, int count, int bitWidth, ByteSink out)
    {
        int header = out.size();
        out.reserve(1 + GROUPS_MAX * bitWidth + Long.BYTES);
        out.advance(1);
        int groups = 0;
        int at = from;
        do {
            pack(values, at, Math.min(GROUP, count - at), bitWidth, out);
            groups++;
            at += GROUP;
        }
        while (groups < GROUPS_MAX && at < count && !isRun(values, at, count));
        out.array()[header] = (byte) (groups << 1 | 1);
        return Math.min(at, count);
    }

    private static boolean isRun(int[] values, int from, int count)
    {
        if (count - from < GROUP) {
            return false;
        }
        int value = values[from];
        for (int i = 1; i < GROUP; i++) {
            if (values[from + i] != value) {
                return false;
            }
        }
        return true;
    }

    private static void pack(int[] values, int from, int count, int bitWidth, ByteSink out)
    {
        byte[] array = out.array();
        int at = out.size();
        int end = at + bitWidth;
        long bits = 0;
        int filled = 0;
        for (int i = 0; i < count; i++) {
            bits |= (long) values[from + i] << filled;
            filled += bitWidth;
            while (filled >= Byte.SIZE) {
                array[at++] = (byte) bits;
                bits >>>= Byte.SIZE;
                filled -= Byte.SIZE;
            }
        }
        while (at < end) {
            array[at++] = (byte) bits;
            bits >>>= Byte.SIZE;
        }
        out.advance(bitWidth);
    }
}

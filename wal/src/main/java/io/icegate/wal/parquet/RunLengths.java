package io.icegate.wal.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;

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
     * Encodes the first {@code count} values, none of them negative.
     */
    static void write(byte[] values, int count, int bitWidth, ByteSink out)
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

    private static int run(byte[] values, int from, int count)
    {
        long repeated = values[from] * EACH_BYTE;
        int to = from;
        while (to <= count - GROUP && (long) LONG.get(values, to) == repeated) {
            to += GROUP;
        }
        while (to < count && values[to] == values[from]) {
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
        int header = startPacked(bitWidth, out);
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

    private static int packed(byte[] values, int from, int count, int bitWidth, ByteSink out)
    {
        int header = startPacked(bitWidth, out);
        byte[] array = out.array();
        int start = out.size();
        int to = start;
        int groups = 0;
        int at = from;
        long group = group(values, at, count);
        do {
            LONG.set(array, to, pack(group, bitWidth));
            to += bitWidth;
            groups++;
            at += GROUP;
            if (groups == GROUPS_MAX || at >= count) {
                break;
            }
            group = group(values, at, count);
        }
        while (count - at < GROUP || group != (group & 0xFF) * EACH_BYTE);
        out.advance(to - start);
        array[header] = (byte) (groups << 1 | 1);
        return Math.min(at, count);
    }

    private static int startPacked(int bitWidth, ByteSink out)
    {
        int header = out.size();
        out.reserve(1 + GROUPS_MAX * bitWidth + Long.BYTES);
        out.advance(1);
        return header;
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
            if (filled >= Integer.SIZE) {
                INT.set(array, at, (int) bits);
                at += Integer.BYTES;
                bits >>>= Integer.SIZE;
                filled -= Integer.SIZE;
            }
        }
        while (at < end) {
            array[at++] = (byte) bits;
            bits >>>= Byte.SIZE;
        }
        out.advance(bitWidth);
    }

    /**
     * Eight values, one in each byte, zeros behind the last.
     */
    private static long group(byte[] values, int from, int count)
    {
        if (count - from >= GROUP) {
            return (long) LONG.get(values, from);
        }
        long group = 0;
        for (int i = count - 1; i >= from; i--) {
            group = group << Byte.SIZE | values[i];
        }
        return group;
    }

    /**
     * Moves the values of eight bytes next to each other: those of pairs first, then pairs of pairs.
     */
    private static long pack(long group, int bitWidth)
    {
        int gap = Byte.SIZE - bitWidth;
        long pairs = group & 0x00FF_00FF_00FF_00FFL | (group & 0xFF00_FF00_FF00_FF00L) >>> gap;
        long fours = pairs & 0x0000_FFFF_0000_FFFFL | (pairs & 0xFFFF_0000_FFFF_0000L) >>> 2 * gap;
        return fours & 0x0000_0000_FFFF_FFFFL | (fours & 0xFFFF_FFFF_0000_0000L) >>> 4 * gap;
    }
}

package io.icegate.maintenance.merge;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Decodes the hybrid of runs and packed bits in which Parquet stores levels and dictionary ids, a run at a time: parquet-java's
 * reader takes each value through a call, and there are a hundred of them in a row.
 */
final class RunLengths
{
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_PAIR = 0x0001_0001_0001_0001L;

    private final byte[] bytes;
    private final int bitWidth;
    private final long mask;
    private final int count;
    private int position;
    /**
     * The run that was found last.
     */
    private int from;
    private int to;
    private boolean repeated;
    private int value;
    private long firstBit;

    private RunLengths(byte[] bytes, int offset, int bitWidth, int count)
    {
        this.bytes = bytes;
        this.bitWidth = bitWidth;
        this.count = count;
        mask = (1L << bitWidth) - 1;
        position = offset;
    }

    /**
     * True when one run has them all, with this value.
     */
    static boolean isRepeated(byte[] bytes, int offset, int bitWidth, int count, int value)
    {
        RunLengths run = new RunLengths(bytes, offset, bitWidth, count);
        return count == 0 || (run.next() && run.repeated && run.to == count && run.value == value);
    }

    static byte[] levels(byte[] bytes, int offset, int bitWidth, int count)
    {
        byte[] levels = new byte[count];
        RunLengths run = new RunLengths(bytes, offset, bitWidth, count);
        while (run.next()) {
            if (run.repeated) {
                Arrays.fill(levels, run.from, run.to, (byte) run.value);
            }
            else {
                run.unpack(levels);
            }
        }
        return levels;
    }

    static int[] ids(byte[] bytes, int offset, int bitWidth, int count)
    {
        int[] ids = new int[count];
        RunLengths run = new RunLengths(bytes, offset, bitWidth, count);
        while (run.next()) {
            if (run.repeated) {
                Arrays.fill(ids, run.from, run.to, run.value);
            }
            else {
                run.unpack(ids);
            }
        }
        return ids;
    }

    /**
     * Decodes a run of packed levels, eight at a time.
     */
    private void unpack(byte[] levels)
    {
        int at = (int) (firstBit >>> 3);
        int i = from;
        for (; i <= to - Byte.SIZE; i += Byte.SIZE) {
            LONG.set(levels, i, eightBytes(word(at)));
            at += bitWidth;
        }
        for (; i < to; i++) {
            levels[i] = (byte) packed(i);
        }
    }

    /**
     * Moves the lowest eight values into a byte each: fours apart first, then pairs.
     */
    private long eightBytes(long packed)
    {
        int gap = Byte.SIZE - bitWidth;
        long four = (1L << 4 * bitWidth) - 1;
        long fours = packed & four | (packed >>> 4 * bitWidth & four) << Integer.SIZE;
        long pair = (1L << 2 * bitWidth) - 1;
        long pairs = fours & (pair | pair << Integer.SIZE) | (fours & (pair | pair << Integer.SIZE) << 2 * bitWidth) << 2 * gap;
        return pairs & mask * EACH_PAIR | (pairs & (mask * EACH_PAIR) << bitWidth) << gap;
    }

    private void unpack(int[] ids)
    {
        long bit = firstBit;
        int i = from;
        // those whose eight bytes are there
        long whole = bitWidth == 0 ? 0 : ((bytes.length - Long.BYTES + 1L) * Byte.SIZE - bit + bitWidth - 1) / bitWidth;
        for (int end = (int) Math.max(from, Math.min(to, from + whole)); i < end; i++) {
            ids[i] = (int) ((long) LONG.get(bytes, (int) (bit >>> 3)) >>> (bit & 7) & mask);
            bit += bitWidth;
        }
        for (; i < to; i++) {
            ids[i] = packed(i);
        }
    }

    private boolean next()
    {
        if (to == count) {
            return false;
        }
        int header = header();
        int length = header >>> 1;
        repeated = (header & 1) == 0;
        from = to;
        to = (int) Math.min(count, from + (long) length * (repeated ? 1 : Byte.SIZE));
        if (repeated) {
            value = value();
        }
        else {
            firstBit = (long) position * Byte.SIZE;
            position += length * bitWidth;
        }
        return true;
    }

    private int header()
    {
        int result = 0;
        int shift = 0;
        while (true) {
            int next = bytes[position++];
            result |= (next & 0x7F) << shift;
            if (next >= 0) {
                return result;
            }
            shift += 7;
        }
    }

    private int value()
    {
        int result = 0;
        for (int shift = 0; shift < bitWidth; shift += Byte.SIZE) {
            result |= (bytes[position++] & 0xFF) << shift;
        }
        return result;
    }

    /**
     * Returns a value of a run of packed ones.
     */
    private int packed(int i)
    {
        long bit = firstBit + (long) (i - from) * bitWidth;
        return (int) (word((int) (bit >>> 3)) >>> (bit & 7) & mask);
    }

    /**
     * Eight bytes, zeros behind the last.
     */
    private long word(int at)
    {
        return at + Long.BYTES <= bytes.length ? (long) LONG.get(bytes, at) : last(at);
    }

    /**
     * The bytes from this one on, fewer than eight.
     */
    private long last(int at)
    {
        long bits = 0;
        for (int i = bytes.length - 1; i >= at; i--) {
            bits = bits << Byte.SIZE | bytes[i] & 0xFF;
        }
        return bits;
    }
}

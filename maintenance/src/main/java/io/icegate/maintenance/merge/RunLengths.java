package io.icegate.maintenance.merge;

import java.util.Arrays;

/**
 * Decodes the hybrid of runs and packed bits in which Parquet stores levels and dictionary ids, a run at a time: parquet-java's
 * reader takes each value through a call, and there are a hundred of them in a row.
 */
final class RunLengths
{
    private final byte[] bytes;
    private final int bitWidth;
    private int position;

    private RunLengths(byte[] bytes, int offset, int bitWidth)
    {
        this.bytes = bytes;
        this.bitWidth = bitWidth;
        position = offset;
    }

    static byte[] levels(byte[] bytes, int offset, int bitWidth, int count)
    {
        byte[] levels = new byte[count];
        RunLengths reader = new RunLengths(bytes, offset, bitWidth);
        int at = 0;
        while (at < count) {
            int header = reader.header();
            if ((header & 1) == 0) {
                int to = Math.min(count, at + (header >>> 1));
                Arrays.fill(levels, at, to, (byte) reader.value());
                at = to;
            }
            else {
                int to = Math.min(count, at + (header >>> 1) * Byte.SIZE);
                reader.unpack(levels, at, to);
                reader.position += (header >>> 1) * bitWidth;
                at = to;
            }
        }
        return levels;
    }

    static int[] ids(byte[] bytes, int offset, int bitWidth, int count)
    {
        int[] ids = new int[count];
        RunLengths reader = new RunLengths(bytes, offset, bitWidth);
        int at = 0;
        while (at < count) {
            int header = reader.header();
            if ((header & 1) == 0) {
                int to = Math.min(count, at + (header >>> 1));
                Arrays.fill(ids, at, to, reader.value());
                at = to;
            }
            else {
                int to = Math.min(count, at + (header >>> 1) * Byte.SIZE);
                reader.unpack(ids, at, to);
                reader.position += (header >>> 1) * bitWidth;
                at = to;
            }
        }
        return ids;
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
        int value = 0;
        for (int shift = 0; shift < bitWidth; shift += Byte.SIZE) {
            value |= (bytes[position++] & 0xFF) << shift;
        }
        return value;
    }

    private void unpack(byte[] to, int from, int end)
    {
        int mask = (1 << bitWidth) - 1;
        int at = position;
        int bits = 0;
        int filled = 0;
        for (int i = from; i < end; i++) {
            if (filled < bitWidth) {
                bits |= (bytes[at++] & 0xFF) << filled;
                filled += Byte.SIZE;
            }
            to[i] = (byte) (bits & mask);
            bits >>>= bitWidth;
            filled -= bitWidth;
        }
    }

    private void unpack(int[] to, int from, int end)
    {
        long mask = (1L << bitWidth) - 1;
        int at = position;
        long bits = 0;
        int filled = 0;
        for (int i = from; i < end; i++) {
            while (filled < bitWidth) {
                bits |= (bytes[at++] & 0xFFL) << filled;
                filled += Byte.SIZE;
            }
            to[i] = (int) (bits & mask);
            bits >>>= bitWidth;
            filled -= bitWidth;
        }
    }
}

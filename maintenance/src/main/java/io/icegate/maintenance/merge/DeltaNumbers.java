package io.icegate.maintenance.merge;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Decodes numbers that are stored as packed differences, a block at a time: parquet-java's reader takes each through two calls.
 *
 * @see <a href="https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC">Delta encoding</a>
 */
final class DeltaNumbers
{
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /**
     * Numbers of so many bits lie within eight bytes, wherever they begin.
     */
    private static final int WORD_WIDTH_MAX = Long.SIZE - Byte.SIZE + 1;

    private final byte[] bytes;
    private int position;

    DeltaNumbers(byte[] bytes, int offset)
    {
        this.bytes = bytes;
        position = offset;
    }

    /**
     * Where the numbers end, once they are decoded.
     */
    int end()
    {
        return position;
    }

    /**
     * @param count of numbers that the page must have
     */
    long[] decode(int count)
    {
        int blockValues = (int) unsigned();
        int parts = (int) unsigned();
        int total = (int) unsigned();
        long value = signed();
        if (total != count || parts < 1 || blockValues % parts != 0) {
            throw MergeRefusedException.damaged("Cannot merge: a page has %s differences in %s parts of %s, not %s".formatted(total, parts, blockValues, count));
        }
        long[] numbers = new long[count];
        int at = 0;
        if (count > 0) {
            numbers[at++] = value;
        }
        int partValues = blockValues / parts;
        while (at < count) {
            long smallest = signed();
            int widths = position;
            position += parts;
            for (int part = 0; part < parts && at < count; part++) {
                int width = bytes[widths + part] & 0xFF;
                int end = Math.min(count, at + partValues);
                long bit = (long) position * Byte.SIZE;
                if (width <= WORD_WIDTH_MAX && position + partValues * width / Byte.SIZE + Long.BYTES <= bytes.length) {
                    long mask = (1L << width) - 1;
                    for (; at < end; at++) {
                        value += smallest + ((long) LONG.get(bytes, (int) (bit >>> 3)) >>> (bit & 7) & mask);
                        numbers[at] = value;
                        bit += width;
                    }
                }
                else {
                    for (; at < end; at++) {
                        value += smallest + packed(bit, width);
                        numbers[at] = value;
                        bit += width;
                    }
                }
                position += partValues * width / Byte.SIZE;
            }
        }
        return numbers;
    }

    private long packed(long bit, int width)
    {
        if (width == 0) {
            return 0;
        }
        int at = (int) (bit >>> 3);
        int shift = (int) (bit & 7);
        long bits = word(at) >>> shift;
        if (shift + width > Long.SIZE) {
            bits |= (bytes[at + Long.BYTES] & 0xFFL) << Long.SIZE - shift;
        }
        return bits & -1L >>> Long.SIZE - width;
    }

    private long word(int at)
    {
        if (at + Long.BYTES <= bytes.length) {
            return (long) LONG.get(bytes, at);
        }
        long word = 0;
        for (int i = bytes.length - 1; i >= at; i--) {
            word = word << Byte.SIZE | bytes[i] & 0xFF;
        }
        return word;
    }

    private long unsigned()
    {
        long result = 0;
        int shift = 0;
        while (true) {
            byte next = bytes[position++];
            result |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return result;
            }
            shift += 7;
        }
    }

    private long signed()
    {
        long zigzag = unsigned();
        return zigzag >>> 1 ^ -(zigzag & 1);
    }
}

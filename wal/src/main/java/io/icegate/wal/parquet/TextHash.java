package io.icegate.wal.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * The hash of texts in tables of this process.
 */
public final class TextHash
{
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /**
     * Keeps clients, who choose the texts, from choosing ones that meet in a table.
     */
    private static final long SALT = new SplittableRandom().nextLong();
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private TextHash() {}

    public static int of(byte[] bytes, int offset, int length)
    {
        long hash = SALT ^ length;
        int end = offset + length;
        for (int at = offset; at <= end - Long.BYTES; at += Long.BYTES) {
            hash = mixed(hash ^ (long) LONG.get(bytes, at));
        }
        return folded(mixed(hash ^ last(bytes, offset, length)));
    }

    /**
     * The last eight bytes, some or all of which were hashed before; zeros behind fewer.
     */
    private static long last(byte[] bytes, int offset, int length)
    {
        if (length >= Long.BYTES) {
            return (long) LONG.get(bytes, offset + length - Long.BYTES);
        }
        if (bytes.length - offset >= Long.BYTES) {
            return (long) LONG.get(bytes, offset) & ~(-1L << length * Byte.SIZE);
        }
        long last = 0;
        for (int i = offset + length - 1; i >= offset; i--) {
            last = last << Byte.SIZE | bytes[i] & 0xFF;
        }
        return last;
    }

    /**
     * Hashes numbers {@code [from, to)}, with another one.
     */
    public static int of(int other, int[] numbers, int from, int to)
    {
        long hash = SALT ^ other;
        for (int i = from; i < to; i++) {
            hash = mixed(hash ^ numbers[i]);
        }
        return folded(hash);
    }

    private static int folded(long hash)
    {
        return (int) (hash ^ hash >>> Integer.SIZE);
    }

    private static long mixed(long value)
    {
        return Math.multiplyHigh(value, MULTIPLIER) ^ value * MULTIPLIER;
    }
}

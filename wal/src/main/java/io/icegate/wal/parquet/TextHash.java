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
        int at = offset;
        int end = offset + length;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            hash = mixed(hash ^ (long) LONG.get(bytes, at));
        }
        long rest = 0;
        for (; at < end; at++) {
            rest = rest << Byte.SIZE | bytes[at] & 0xFF;
        }
        return folded(mixed(hash ^ rest));
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

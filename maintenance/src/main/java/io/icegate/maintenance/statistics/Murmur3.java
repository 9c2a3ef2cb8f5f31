package io.icegate.maintenance.statistics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The first half of MurmurHash3's 128 bits, with the seed of theta sketches, of a part of an array. Guava's takes an object and several
 * calls for each value, of which a merge has millions.
 *
 * @see <a href="https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp">MurmurHash3_x64_128</a>
 */
final class Murmur3
{
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED = 9001;
    private static final long FACTOR_1 = 0x87C3_7B91_1142_53D5L;
    private static final long FACTOR_2 = 0x4CF5_AD43_2745_937FL;
    private static final int BLOCK_BYTES = 2 * Long.BYTES;

    private Murmur3() {}

    static long hash(byte[] bytes, int offset, int length)
    {
        long first = SEED;
        long second = SEED;
        int at = offset;
        int end = offset + length;
        for (; at <= end - BLOCK_BYTES; at += BLOCK_BYTES) {
            first = Long.rotateLeft(first ^ mixedFirst((long) LONG.get(bytes, at)), 27) + second;
            first = first * 5 + 0x52DC_E729;
            second = Long.rotateLeft(second ^ mixedSecond((long) LONG.get(bytes, at + Long.BYTES)), 31) + first;
            second = second * 5 + 0x3849_5AB5;
        }
        int split = Math.min(end, at + Long.BYTES);
        return finished(first ^ mixedFirst(word(bytes, at, split)), second ^ mixedSecond(word(bytes, split, end)), length);
    }

    /**
     * Hashes the eight bytes of a number, the lowest first.
     */
    static long hash(long value)
    {
        return finished(SEED ^ mixedFirst(value), SEED, Long.BYTES);
    }

    /**
     * Hashes the four bytes of a number, the lowest first.
     */
    static long hash(int value)
    {
        return finished(SEED ^ mixedFirst(value & 0xFFFF_FFFFL), SEED, Integer.BYTES);
    }

    private static long word(byte[] bytes, int from, int to)
    {
        if (to - from == Long.BYTES) {
            return (long) LONG.get(bytes, from);
        }
        long word = 0;
        for (int i = to - 1; i >= from; i--) {
            word = word << Byte.SIZE | bytes[i] & 0xFF;
        }
        return word;
    }

    private static long mixedFirst(long word)
    {
        return Long.rotateLeft(word * FACTOR_1, 31) * FACTOR_2;
    }

    private static long mixedSecond(long word)
    {
        return Long.rotateLeft(word * FACTOR_2, 33) * FACTOR_1;
    }

    private static long finished(long first, long second, int length)
    {
        long left = first ^ length;
        long right = second ^ length;
        left += right;
        right += left;
        return mixed(left) + mixed(right);
    }

    private static long mixed(long value)
    {
        long hash = value;
        hash = (hash ^ hash >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
        hash = (hash ^ hash >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
        return hash ^ hash >>> 33;
    }
}

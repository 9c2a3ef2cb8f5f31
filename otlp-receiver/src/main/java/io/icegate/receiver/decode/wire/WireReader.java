package io.icegate.receiver.decode.wire;

import com.google.protobuf.UnsafeByteOperations;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A position in a message on the wire. Never reads beyond the end that was set: what does not fit makes the reader fail, and a
 * reader that failed reads zeros.
 */
final class WireReader
{
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;
    private static final int VARINT_BITS = 64;
    private static final long CANONICAL_NAN = Double.doubleToLongBits(Double.NaN);

    private final byte[] bytes;
    private int position;
    private int end;
    private boolean failed;

    WireReader(byte[] bytes)
    {
        this.bytes = bytes;
    }

    /**
     * Begins with a message.
     */
    void start(int offset, int length)
    {
        position = offset;
        end = offset + length;
        failed = false;
    }

    boolean failed()
    {
        return failed;
    }

    int position()
    {
        return position;
    }

    boolean atEnd()
    {
        return position >= end;
    }

    /**
     * Ends reading at the end of a message within this one.
     *
     * @return what {@link #leave} takes
     */
    int enter(int length)
    {
        int outer = end;
        end = position + length;
        return outer;
    }

    /**
     * Goes on with the message around.
     */
    void leave(int outer)
    {
        position = end;
        end = outer;
    }

    /**
     * A tag or a length that fits into the message; negative numbers fail.
     */
    int length()
    {
        int length = tag();
        if (length < 0 || length > end - position) {
            return fail();
        }
        return length;
    }

    int tag()
    {
        if (position < end && bytes[position] >= 0) {
            return bytes[position++];
        }
        long value = varint();
        return value < 0 || value > Integer.MAX_VALUE ? fail() : (int) value;
    }

    long varint()
    {
        long value = 0;
        for (int shift = 0; shift < VARINT_BITS; shift += 7) {
            if (position >= end) {
                return fail();
            }
            byte next = bytes[position++];
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        return fail();
    }

    long fixed64()
    {
        if (end - position < Long.BYTES) {
            return fail();
        }
        long value = (long) LONGS.get(bytes, position);
        position += Long.BYTES;
        return value;
    }

    int fixed32()
    {
        if (end - position < Integer.BYTES) {
            return fail();
        }
        int value = (int) INTS.get(bytes, position);
        position += Integer.BYTES;
        return value;
    }

    /**
     * The bits of a double. One that is no number fails unless it is the canonical one, because columns keep no other.
     */
    long realBits()
    {
        long bits = fixed64();
        return bits != CANONICAL_NAN && Double.isNaN(Double.longBitsToDouble(bits)) ? fail() : bits;
    }

    /**
     * A number of 32 bits whose sign is its lowest bit on the wire.
     */
    int zigzag32()
    {
        int value = (int) varint();
        return value >>> 1 ^ -(value & 1);
    }

    void skip(int length)
    {
        position += length;
    }

    /**
     * Passes over bytes that were found to fit, if they are the expected ones.
     */
    boolean skipExpected(byte[] expected, int length)
    {
        if (expected.length != length || !startsWith(expected)) {
            return false;
        }
        position += length;
        return true;
    }

    private boolean startsWith(byte[] expected)
    {
        int last = expected.length - Long.BYTES;
        if (last < 0) {
            return Arrays.equals(expected, 0, expected.length, bytes, position, position + expected.length);
        }
        // the last eight bytes may be looked at twice
        if ((long) LONGS.get(bytes, position + last) != (long) LONGS.get(expected, last)) {
            return false;
        }
        for (int i = 0; i < last; i += Long.BYTES) {
            if ((long) LONGS.get(bytes, position + i) != (long) LONGS.get(expected, i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Passes over a text that was found to fit; one that is not UTF-8 or too long fails.
     */
    void skipText(int length, int lengthMax)
    {
        if (isText(position, length, lengthMax)) {
            position += length;
        }
        else {
            fail();
        }
    }

    /**
     * True when a part of the message is UTF-8 and not too long.
     */
    boolean isText(int from, int length, int lengthMax)
    {
        return length <= lengthMax && (isAscii(from, length) || UnsafeByteOperations.unsafeWrap(bytes, from, length).isValidUtf8());
    }

    private boolean isAscii(int from, int length)
    {
        int to = from + length;
        if (length < Long.BYTES) {
            int seen = 0;
            for (int at = from; at < to; at++) {
                seen |= bytes[at];
            }
            return seen >= 0;
        }
        // the last eight bytes may be looked at twice
        long seen = (long) LONGS.get(bytes, to - Long.BYTES);
        for (int at = from; at < to - Long.BYTES; at += Long.BYTES) {
            seen |= (long) LONGS.get(bytes, at);
        }
        return (seen & NOT_ASCII) == 0;
    }

    private int fail()
    {
        failed = true;
        position = end;
        return 0;
    }
}

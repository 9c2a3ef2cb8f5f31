package io.icegate.receiver.decode.wire;

import com.google.protobuf.UnsafeByteOperations;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

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
        int at = from;
        int to = from + length;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            if (((long) LONGS.get(bytes, at) & NOT_ASCII) != 0) {
                return false;
            }
        }
        for (; at < to; at++) {
            if (bytes[at] < 0) {
                return false;
            }
        }
        return true;
    }

    private int fail()
    {
        failed = true;
        position = end;
        return 0;
    }
}

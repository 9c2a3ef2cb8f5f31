package io.icegate.wal.parquet;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

import static java.lang.Math.toIntExact;

/**
 * Growing bytes with access to the array. Not safe for use by several threads.
 */
public final class ByteSink
        extends ByteArrayOutputStream
{
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /**
     * Texts up to so many bytes are copied in steps of {@value Long#BYTES}, as long as no array ends before.
     */
    private static final int SHORT_TEXT_BYTES = 32;
    private static final short[] HEX = hex();

    public ByteSink(int capacity)
    {
        super(capacity);
    }

    /**
     * The array behind; valid up to {@link #size}, until the next write.
     */
    public byte[] array()
    {
        return buf;
    }

    /**
     * Room for so many more bytes in {@link #array}, to be claimed by {@link #advance}.
     */
    public void reserve(int bytes)
    {
        if (buf.length - count < bytes) {
            buf = Arrays.copyOf(buf, Math.max(Math.addExact(count, bytes), (int) Math.min(Integer.MAX_VALUE - 16L, buf.length * 2L)));
        }
    }

    /**
     * Bytes that were written. Unlike in the class above, no lock is taken.
     */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // used by one thread, and asked for every value
    public int size()
    {
        return count;
    }

    /**
     * Bytes that this holds, written or not.
     */
    public int capacity()
    {
        return buf.length;
    }

    public void advance(int bytes)
    {
        count += bytes;
    }

    @Override
    public void write(int value)
    {
        reserve(1);
        buf[count++] = (byte) value;
    }

    @Override
    public void write(byte[] bytes, int offset, int length)
    {
        reserve(length);
        System.arraycopy(bytes, offset, buf, count, length);
        count += length;
    }

    public void writeInt(int value)
    {
        reserve(Integer.BYTES);
        INT.set(buf, count, value);
        count += Integer.BYTES;
    }

    /**
     * Appends the first {@code size} numbers.
     *
     * @param bytes of each, {@link Integer#BYTES} or {@link Long#BYTES}
     */
    void writeNumbers(long[] numbers, int size, int bytes)
    {
        reserve(Math.multiplyExact(size, bytes));
        byte[] to = buf;
        int at = count;
        if (bytes == Long.BYTES) {
            for (int i = 0; i < size; i++) {
                LONG.set(to, at, numbers[i]);
                at += Long.BYTES;
            }
        }
        else {
            for (int i = 0; i < size; i++) {
                INT.set(to, at, (int) numbers[i]);
                at += Integer.BYTES;
            }
        }
        count = at;
    }

    /**
     * Appends texts behind their lengths, as Parquet has them in plain pages.
     *
     * @param slices where each text begins: in {@code texts}, or when negative at the complement in {@code others}
     */
    void writeTexts(byte[] texts, byte[] others, int[] slices, int[] lengths, int from, int to)
    {
        long size = 0;
        for (int i = from; i < to; i++) {
            size += Integer.BYTES + lengths[i];
        }
        reserve(toIntExact(size + SHORT_TEXT_BYTES));
        byte[] out = buf;
        int at = count;
        for (int i = from; i < to; i++) {
            int slice = slices[i];
            int length = lengths[i];
            INT.set(out, at, length);
            at += Integer.BYTES;
            if (slice >= 0) {
                copy(texts, slice, out, at, length);
            }
            else {
                copy(others, ~slice, out, at, length);
            }
            at += length;
        }
        count = at;
    }

    /**
     * Appends texts out of many arrays.
     *
     * @param behindLengths whether each text comes behind its length
     */
    void writeTexts(byte[][] texts, int[] offsets, int[] lengths, int size, boolean behindLengths)
    {
        long bytes = 0;
        for (int i = 0; i < size; i++) {
            bytes += Integer.BYTES + lengths[i];
        }
        reserve(toIntExact(bytes + SHORT_TEXT_BYTES));
        byte[] out = buf;
        int at = count;
        for (int i = 0; i < size; i++) {
            int length = lengths[i];
            if (behindLengths) {
                INT.set(out, at, length);
                at += Integer.BYTES;
            }
            copy(texts[i], offsets[i], out, at, length);
            at += length;
        }
        count = at;
    }

    /**
     * Copies a text. Room for a short text is there behind it.
     */
    private static void copy(byte[] from, int offset, byte[] to, int at, int length)
    {
        if (length > SHORT_TEXT_BYTES || from.length - offset < SHORT_TEXT_BYTES) {
            System.arraycopy(from, offset, to, at, length);
            return;
        }
        // more than the text may be copied: what comes next overwrites it
        LONG.set(to, at, (long) LONG.get(from, offset));
        LONG.set(to, at + Long.BYTES, (long) LONG.get(from, offset + Long.BYTES));
        if (length > 2 * Long.BYTES) {
            LONG.set(to, at + 2 * Long.BYTES, (long) LONG.get(from, offset + 2 * Long.BYTES));
            LONG.set(to, at + 3 * Long.BYTES, (long) LONG.get(from, offset + 3 * Long.BYTES));
        }
    }

    /**
     * Appends the low bytes of a number, the lowest first.
     */
    void writeNumber(long value, int bytes)
    {
        reserve(bytes);
        for (int i = 0; i < bytes; i++) {
            buf[count + i] = (byte) (value >>> (Byte.SIZE * i));
        }
        count += bytes;
    }

    /**
     * Appends the lower-case hex text of bytes.
     */
    void writeHex(byte[] bytes, int offset, int length)
    {
        reserve(Math.multiplyExact(2, length));
        int to = count;
        for (int i = offset; i < offset + length; i++) {
            SHORT.set(buf, to, HEX[bytes[i] & 0xFF]);
            to += Short.BYTES;
        }
        count = to;
    }

    /**
     * The two digits of each byte, the first one above.
     */
    private static short[] hex()
    {
        short[] digits = new short[256];
        for (int i = 0; i < digits.length; i++) {
            digits[i] = (short) (HexFormat.of().toHighHexDigit(i) << Byte.SIZE | HexFormat.of().toLowHexDigit(i));
        }
        return digits;
    }

    /**
     * Replaces four bytes that were claimed before.
     */
    void setInt(int at, int value)
    {
        INT.set(buf, at, value);
    }

    /**
     * Forgets what was appended after so many bytes.
     */
    void truncate(int size)
    {
        count = size;
    }

    public int crc32c()
    {
        CRC32C crc = new CRC32C();
        crc.update(buf, 0, count);
        return (int) crc.getValue();
    }
}

package io.icegate.wal.parquet;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * Growing bytes with access to the array. Not safe for use by several threads.
 */
public final class ByteSink
        extends ByteArrayOutputStream
{
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
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
        writeNumber(value, Integer.BYTES);
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
        for (int i = 0; i < Integer.BYTES; i++) {
            buf[at + i] = (byte) (value >>> (Byte.SIZE * i));
        }
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

package io.icegate.wal.parquet;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Growing bytes with access to the array.
 */
public final class ByteSink
        extends ByteArrayOutputStream
{
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

    public void advance(int bytes)
    {
        count += bytes;
    }

    public void writeInt(int value)
    {
        write(value);
        write(value >>> 8);
        write(value >>> 16);
        write(value >>> 24);
    }

    public int crc32c()
    {
        CRC32C crc = new CRC32C();
        crc.update(buf, 0, count);
        return (int) crc.getValue();
    }
}

package io.icegate.wal.parquet;

import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.io.api.Binary;

/**
 * Byte strings in PLAIN encoding, each behind its length, written to one array without streams in between.
 */
final class PlainBinaryWriter
        extends ValuesWriter
{
    private static final int LENGTH_BYTES = 4;

    private final ByteSink bytes;

    PlainBinaryWriter(int capacity)
    {
        bytes = new ByteSink(capacity);
    }

    @Override
    public void writeBytes(Binary value)
    {
        byte[] content = value.getBytesUnsafe();
        bytes.reserve(Math.addExact(LENGTH_BYTES, content.length));
        byte[] array = bytes.array();
        int at = bytes.size();
        array[at] = (byte) content.length;
        array[at + 1] = (byte) (content.length >>> 8);
        array[at + 2] = (byte) (content.length >>> 16);
        array[at + 3] = (byte) (content.length >>> 24);
        System.arraycopy(content, 0, array, at + LENGTH_BYTES, content.length);
        bytes.advance(LENGTH_BYTES + content.length);
    }

    @Override
    public long getBufferedSize()
    {
        return bytes.size();
    }

    @Override
    public BytesInput getBytes()
    {
        return BytesInput.from(bytes.array(), 0, bytes.size());
    }

    @Override
    public Encoding getEncoding()
    {
        return Encoding.PLAIN;
    }

    @Override
    public void reset()
    {
        bytes.reset();
    }

    @Override
    public long getAllocatedSize()
    {
        return bytes.array().length;
    }

    @Override
    public String memUsageString(String prefix)
    {
        return "%s %s plain bytes".formatted(prefix, bytes.size());
    }
}

package io.icegate.wal.format;

import org.apache.parquet.bytes.ByteBufferAllocator;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.values.dictionary.DictionaryValuesWriter.PlainBinaryDictionaryValuesWriter;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * A dictionary that remembers values by identity: rows share the values of their resource, scope and call site, and hashing
 * those again on every row would cost a third of the time.
 */
final class SharedDictionaryWriter
        extends PlainBinaryDictionaryValuesWriter
{
    private static final int SLOTS = 256;

    private final @Nullable Binary[] values = new Binary[SLOTS];
    private final int[] ids = new int[SLOTS];

    SharedDictionaryWriter(int dictionaryBytesMax, ByteBufferAllocator allocator)
    {
        super(dictionaryBytesMax, Encoding.RLE_DICTIONARY, Encoding.PLAIN, allocator);
    }

    @Override
    public void writeBytes(Binary value)
    {
        int slot = System.identityHashCode(value) & (SLOTS - 1);
        if (values[slot] == value) {
            encodedValues.add(ids[slot]);
            return;
        }
        super.writeBytes(value);
        values[slot] = value;
        ids[slot] = binaryDictionaryContent.getInt(value);
    }

    @Override
    protected void clearDictionaryContent()
    {
        super.clearDictionaryContent();
        Arrays.fill(values, null);
    }
}

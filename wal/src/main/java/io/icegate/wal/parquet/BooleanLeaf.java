package io.icegate.wal.parquet;

import org.apache.parquet.format.Encoding;
import org.jspecify.annotations.Nullable;

import java.util.BitSet;

/**
 * A leaf of booleans, one bit each. Has neither bounds nor a dictionary.
 */
public final class BooleanLeaf
        extends Leaf
{
    private final BitSet bits = new BitSet();
    private int count;

    BooleanLeaf(LeafLayout layout, ColumnChunkWriter chunk, PageLimit limit)
    {
        super(layout, chunk, limit);
    }

    public void write(boolean value, int repetition)
    {
        present(repetition);
        addValue(value);
    }

    /**
     * Adds a value whose levels are added on their own.
     */
    public void addValue(boolean value)
    {
        bits.set(count++, value);
    }

    /**
     * Writes one value for so many rows of a column without levels above it.
     */
    public void repeat(boolean value, int rows)
    {
        presentRows(rows);
        bits.set(count, count + rows, value);
        count += rows;
    }

    @Override
    int valueBytes()
    {
        return bytes(count);
    }

    private static int bytes(int values)
    {
        return (values + Byte.SIZE - 1) / Byte.SIZE;
    }

    @Override
    Encoding writeValues(ByteSink page)
    {
        byte[] packed = bits.toByteArray(); // ends with the last byte that is not 0
        page.write(packed, 0, packed.length);
        for (int i = packed.length; i < bytes(count); i++) {
            page.write(0);
        }
        bits.clear();
        count = 0;
        return Encoding.PLAIN;
    }

    @Override
    void resetValues()
    {
        // nothing outlives a page
    }

    @Override
    long plainBufferBytes()
    {
        return bytes(bits.size());
    }

    @Override
    @Nullable
    PageBounds takePageBounds()
    {
        return null;
    }

    @Override
    @Nullable
    PageBounds chunkBounds()
    {
        return null;
    }

    @Override
    @Nullable
    PageDictionary dictionary()
    {
        return null;
    }
}

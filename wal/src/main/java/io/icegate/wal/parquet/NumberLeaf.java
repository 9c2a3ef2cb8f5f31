package io.icegate.wal.parquet;

import org.apache.parquet.format.Encoding;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * A leaf of integers of 32 or 64 bits.
 */
public final class NumberLeaf
        extends Leaf
{
    private final boolean bounded;
    private final int width;
    private final NumberDictionary dictionary;
    private boolean usesDictionary;
    private long[] plain = {};
    private int count;
    private long min = Long.MAX_VALUE;
    private long max = Long.MIN_VALUE;
    private long chunkMin = Long.MAX_VALUE;
    private long chunkMax = Long.MIN_VALUE;

    NumberLeaf(LeafLayout layout, ColumnChunkWriter chunk, PageLimit limit)
    {
        super(layout, chunk, limit);
        bounded = layout.bounded();
        width = layout.valueBytes();
        dictionary = new NumberDictionary(width);
        usesDictionary = layout.dictionary();
    }

    /**
     * Writes a value of a column without levels above it. A column of 32 bits takes the low ones.
     */
    public void write(long value)
    {
        present(0);
        add(value);
    }

    private void add(long value)
    {
        if (bounded) {
            min = Math.min(min, value);
            max = Math.max(max, value);
        }
        if (!usesDictionary) {
            writePlain(value);
            return;
        }
        dictionary.add(value);
        if (dictionary.isFull()) {
            fallBack();
        }
    }

    /**
     * Writes a value for each of the rows {@code [from, to)} of a column without levels above it.
     */
    public void write(long[] values, int from, int to)
    {
        presentRows(to - from);
        for (int i = from; i < to; i++) {
            add(values[i]);
        }
    }

    /**
     * Writes one value for so many rows of a column without levels above it.
     */
    public void repeat(long value, int rows)
    {
        presentRows(rows);
        for (int i = 0; i < rows; i++) {
            add(value);
        }
    }

    private void writePlain(long value)
    {
        if (count == plain.length) {
            plain = Arrays.copyOf(plain, Math.max(256, count * 2));
        }
        plain[count++] = value;
    }

    /**
     * Writes the values of this page and all that follow plain; pages before keep the dictionary.
     */
    private void fallBack()
    {
        dictionary.takePage(id -> writePlain(dictionary.entry(id)));
        usesDictionary = false;
    }

    @Override
    int valueBytes()
    {
        return usesDictionary ? (int) dictionary.idBytes() : count * width;
    }

    @Override
    Encoding writeValues(ByteSink page)
    {
        if (usesDictionary) {
            int start = page.size();
            dictionary.writePage(page);
            if (dictionary.pays(page.size() - start)) {
                dictionary.endPage();
                return Encoding.RLE_DICTIONARY;
            }
            page.truncate(start);
            fallBack();
        }
        for (int i = 0; i < count; i++) {
            page.writeNumber(plain[i], width);
        }
        count = 0;
        return Encoding.PLAIN;
    }

    @Override
    @Nullable
    PageBounds takePageBounds()
    {
        PageBounds bounds = bounds(min, max);
        chunkMin = Math.min(chunkMin, min);
        chunkMax = Math.max(chunkMax, max);
        min = Long.MAX_VALUE;
        max = Long.MIN_VALUE;
        return bounds;
    }

    @Override
    @Nullable
    PageBounds chunkBounds()
    {
        return bounds(chunkMin, chunkMax);
    }

    private @Nullable PageBounds bounds(long smallest, long largest)
    {
        return smallest > largest ? null : new PageBounds(bytes(smallest), bytes(largest));
    }

    private byte[] bytes(long value)
    {
        ByteSink bytes = new ByteSink(width);
        bytes.writeNumber(value, width);
        return bytes.toByteArray();
    }

    @Override
    PageDictionary dictionary()
    {
        return dictionary;
    }
}

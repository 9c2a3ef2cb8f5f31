package io.icegate.wal.parquet;

import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.Type;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

import static java.util.Objects.requireNonNull;

/**
 * A leaf of integers of 32 or 64 bits, or of doubles, which are numbers by their bits.
 */
public final class NumberLeaf
        extends Leaf
{
    private final boolean bounded;
    private final int width;
    private final PageLimit limit;
    private final @Nullable NumberDictionary dictionary;
    private final boolean delta;
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
        this.limit = limit;
        bounded = layout.bounded();
        if (bounded && layout.type() == Type.DOUBLE) {
            throw new IllegalArgumentException("Cannot write bounds of column '%s': doubles have none in segments".formatted(String.join(".", layout.path())));
        }
        width = layout.valueBytes();
        usesDictionary = layout.hasDictionary();
        dictionary = usesDictionary ? new NumberDictionary(width) : null;
        delta = layout.isDelta();
    }

    /**
     * Writes a value of a column without levels above it. A column of 32 bits takes the low ones.
     */
    public void write(long value)
    {
        write(value, 0);
    }

    public void write(long value, int repetition)
    {
        present(repetition);
        add(value);
    }

    /**
     * Writes a value of a column of doubles. Its bits are kept, those of a NaN included.
     */
    public void write(double value, int repetition)
    {
        write(Double.doubleToRawLongBits(value), repetition);
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
        NumberDictionary entries = entries();
        entries.add(value);
        if (entries.isFull()) {
            fallBack();
        }
    }

    /**
     * Writes a value for each of the rows {@code [from, to)} of a column without levels above it.
     */
    public void write(long[] values, int from, int to)
    {
        presentRows(to - from);
        addValues(values, from, to);
    }

    /**
     * Adds values whose levels are added on their own.
     */
    public void addValues(long[] values, int from, int to)
    {
        if (usesDictionary) {
            for (int i = from; i < to; i++) {
                add(values[i]);
            }
            return;
        }
        if (bounded) {
            bound(values, from, to);
        }
        reservePlain(to - from);
        System.arraycopy(values, from, plain, count, to - from);
        count += to - from;
        checkPlain();
    }

    private void bound(long[] values, int from, int to)
    {
        long smallest = min;
        long largest = max;
        for (int i = from; i < to; i++) {
            smallest = Math.min(smallest, values[i]);
            largest = Math.max(largest, values[i]);
        }
        min = smallest;
        max = largest;
    }

    /**
     * Writes one value for so many rows of a column without levels above it.
     */
    public void repeat(long value, int rows)
    {
        presentRows(rows);
        if (rows == 0) {
            return;
        }
        add(value);
        if (usesDictionary) {
            entries().repeatIds(1, rows - 1);
        }
        else {
            reservePlain(rows - 1);
            Arrays.fill(plain, count, count + rows - 1, value);
            count += rows - 1;
        }
    }

    private void writePlain(long value)
    {
        reservePlain(1);
        plain[count++] = value;
        checkPlain();
    }

    private void checkPlain()
    {
        if ((long) count * width >= SegmentLayout.PAGE_BYTES) {
            limit.reach();
        }
    }

    private void reservePlain(int more)
    {
        if (plain.length - count < more) {
            plain = Arrays.copyOf(plain, Math.max(Math.addExact(count, more), Math.max(256, plain.length * 2)));
        }
    }

    /**
     * Writes the values of this page and all that follow plain; pages before keep the dictionary.
     */
    private void fallBack()
    {
        NumberDictionary entries = entries();
        entries.takePage(id -> writePlain(entries.entry(id)));
        usesDictionary = false;
    }

    @Override
    int valueBytes()
    {
        return usesDictionary ? (int) entries().idBytes() : count * width;
    }

    @Override
    Encoding writeValues(ByteSink page)
    {
        if (usesDictionary) {
            int start = page.size();
            NumberDictionary entries = entries();
            entries.writePage(page);
            if (entries.pays(page.size() - start)) {
                entries.endPage();
                return Encoding.RLE_DICTIONARY;
            }
            page.truncate(start);
            fallBack();
        }
        int written = count;
        count = 0;
        if (delta && written > 0) {
            Deltas.write(plain, written, page);
            return Encoding.DELTA_BINARY_PACKED;
        }
        page.writeNumbers(plain, written, width);
        return Encoding.PLAIN;
    }

    @Override
    void resetValues()
    {
        usesDictionary = dictionary != null;
        chunkMin = Long.MAX_VALUE;
        chunkMax = Long.MIN_VALUE;
    }

    @Override
    long plainBufferBytes()
    {
        return (long) plain.length * Long.BYTES;
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

    private NumberDictionary entries()
    {
        return requireNonNull(dictionary, "dictionary is null");
    }

    @Override
    @Nullable
    PageDictionary dictionary()
    {
        return dictionary;
    }
}

package io.icegate.wal.parquet;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A dictionary of integers, or of doubles by their bits. Its table holds no objects: buckets and bounds of histograms come by
 * the dozen per row.
 */
final class NumberDictionary
        extends PageDictionary
{
    private static final int TABLE_INITIAL = 256;
    /**
     * Keeps clients, who choose the numbers, from choosing ones that meet in the table.
     */
    private static final long SALT = new SplittableRandom().nextLong();

    private final int width;
    /**
     * One more than the id, 0 for nothing. At most half full, and a power of two.
     */
    private int[] table = new int[TABLE_INITIAL];
    private long[] entries = {};
    private int size;
    /**
     * The id that was added last: values often repeat.
     */
    private int last;

    /**
     * @param width bytes of a number
     */
    NumberDictionary(int width)
    {
        this.width = width;
    }

    void add(long value)
    {
        if (last < size && entries[last] == value) {
            addId(last);
            return;
        }
        int slot = slot(value);
        while (table[slot] != 0) {
            int id = table[slot] - 1;
            if (entries[id] == value) {
                last = id;
                addId(id);
                return;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        last = size;
        addId(size);
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, Math.max(16, size * 2));
        }
        entries[size++] = value;
        table[slot] = size;
        if (size * 2 > table.length) {
            growTable();
        }
    }

    private int slot(long value)
    {
        long hash = (value ^ SALT) * 0x9E37_79B9_7F4A_7C15L;
        hash = (hash ^ hash >>> 32) * 0xD6E8_FEB8_6659_FD93L;
        return (int) (hash >>> 32) & (table.length - 1);
    }

    private void growTable()
    {
        table = new int[table.length * 2];
        for (int id = 0; id < size; id++) {
            int slot = slot(entries[id]);
            while (table[slot] != 0) {
                slot = (slot + 1) & (table.length - 1);
            }
            table[slot] = id + 1;
        }
    }

    @Override
    boolean isFull()
    {
        return (long) size * width > BYTES_MAX;
    }

    @Override
    void reset()
    {
        super.reset();
        if (size > KEPT_ENTRIES_MAX) {
            table = new int[TABLE_INITIAL];
            entries = new long[0];
        }
        else {
            Arrays.fill(table, 0);
        }
        size = 0;
    }

    @Override
    long bufferBytes()
    {
        return super.bufferBytes() + (long) table.length * Integer.BYTES + (long) entries.length * Long.BYTES;
    }

    /**
     * True when ids and entries take less than the plain values do. Asked of the first page only, because the entries are
     * stored once a page refers to them.
     *
     * @param written bytes of the ids as they were written
     */
    boolean pays(int written)
    {
        return isUsed() || written + (long) size * width < (long) count() * width;
    }

    long entry(int id)
    {
        return entries[id];
    }

    @Override
    int size()
    {
        return size;
    }

    @Override
    void writeEntries(ByteSink page)
    {
        for (int i = 0; i < size; i++) {
            page.writeNumber(entries[i], width);
        }
    }
}

package io.icegate.wal.parquet;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A dictionary of integers. Remembers the last id of numbers that are alike in their low bits, because a column that has a
 * dictionary repeats a few numbers.
 */
final class NumberDictionary
        extends PageDictionary
{
    private static final int SLOTS = 64;

    private final int width;
    private final long[] recent = new long[SLOTS];
    /**
     * One more than the id, 0 for nothing.
     */
    private final int[] recentIds = new int[SLOTS];
    private Map<Long, Integer> ids = new HashMap<>();
    private long[] entries = {};
    private int size;

    /**
     * @param width bytes of a number
     */
    NumberDictionary(int width)
    {
        this.width = width;
    }

    void add(long value)
    {
        int slot = (int) value & (SLOTS - 1);
        if (recentIds[slot] == 0 || recent[slot] != value) {
            recentIds[slot] = id(value) + 1;
            recent[slot] = value;
        }
        addId(recentIds[slot] - 1);
    }

    private int id(long value)
    {
        Integer known = ids.get(value);
        if (known != null) {
            return known;
        }
        ids.put(value, size);
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, Math.max(16, size * 2));
        }
        entries[size++] = value;
        return size - 1;
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
        Arrays.fill(recentIds, 0);
        if (size > KEPT_ENTRIES_MAX) {
            ids = new HashMap<>();
        }
        ids.clear();
        size = 0;
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

package io.icegate.wal.parquet;

import org.apache.parquet.bytes.BytesUtils;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * A dictionary of integers. Remembers the last id of numbers that are alike in their low bits, because a column that has a
 * dictionary repeats a few numbers.
 */
final class NumberDictionary
{
    private static final int BYTES_MAX = SegmentLayout.PAGE_BYTES;
    private static final int SLOTS = 64;

    private final int width;
    private final long[] recent = new long[SLOTS];
    /**
     * One more than the id, 0 for nothing.
     */
    private final int[] recentIds = new int[SLOTS];
    private final Map<Long, Integer> ids = new HashMap<>();
    private long[] entries = {};
    private int size;
    /**
     * Of the current page.
     */
    private int[] values = {};
    private int count;
    private boolean pagesWritten;

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
        if (count == values.length) {
            values = Arrays.copyOf(values, Math.max(256, count * 2));
        }
        values[count++] = recentIds[slot] - 1;
    }

    private int id(long value)
    {
        Integer known = ids.putIfAbsent(value, size);
        if (known != null) {
            return known;
        }
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, Math.max(16, size * 2));
        }
        entries[size++] = value;
        return size - 1;
    }

    boolean isFull()
    {
        return (long) size * width > BYTES_MAX;
    }

    /**
     * True when ids and entries take less than the plain values do. Asked of the first page only, because the entries are
     * stored once a page refers to them.
     *
     * @param idBytes what the ids of the page take
     */
    boolean pays(int idBytes)
    {
        return pagesWritten || idBytes + (long) size * width < (long) count * width;
    }

    boolean pagesWritten()
    {
        return pagesWritten;
    }

    int size()
    {
        return size;
    }

    int pageBytes()
    {
        return (int) ((long) count * bitWidth() / Byte.SIZE);
    }

    /**
     * Appends the ids of the page.
     */
    void writePage(ByteSink page)
    {
        int bitWidth = bitWidth();
        page.write(bitWidth);
        RunLengths.write(values, count, bitWidth, page);
    }

    /**
     * Forgets the page, which is stored.
     */
    void endPage()
    {
        pagesWritten = true;
        count = 0;
    }

    /**
     * Hands the values of the page over, and forgets them.
     */
    void takePage(LongConsumer consumer)
    {
        for (int i = 0; i < count; i++) {
            consumer.accept(entries[values[i]]);
        }
        count = 0;
    }

    void writeEntries(ByteSink page)
    {
        for (int i = 0; i < size; i++) {
            page.writeNumber(entries[i], width);
        }
    }

    private int bitWidth()
    {
        return BytesUtils.getWidthFromMaxInt(Math.max(size - 1, 0));
    }
}

package io.icegate.wal.parquet;

import org.apache.parquet.bytes.BytesUtils;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The distinct values of a chunk, and the ids of those that the current page holds. A chunk of nothing but nulls uses none,
 * because some readers refuse a dictionary that has no page.
 */
abstract sealed class PageDictionary
        permits BytesDictionary, NumberDictionary
{
    static final int BYTES_MAX = SegmentLayout.PAGE_BYTES;
    /**
     * Entries for which a table is kept from chunk to chunk.
     */
    static final int KEPT_ENTRIES_MAX = 4_096;

    private int[] ids = {};
    private int count;
    private boolean used;

    final void addId(int id)
    {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, Math.max(256, count * 2));
        }
        ids[count++] = id;
    }

    /**
     * Makes room for so many more ids.
     */
    final void reserveIds(int more)
    {
        if (ids.length - count < more) {
            ids = Arrays.copyOf(ids, Math.max(Math.addExact(count, more), Math.max(256, count * 2)));
        }
    }

    /**
     * Adds an id for which there is room.
     */
    final void addReservedId(int id)
    {
        ids[count++] = id;
    }

    final void addIds(int[] more)
    {
        reserveIds(more.length);
        System.arraycopy(more, 0, ids, count, more.length);
        count += more.length;
    }

    /**
     * Adds the ids that were added last again.
     *
     * @param last how many of them, at least one
     */
    final void repeatIds(int last, int times)
    {
        int size = Math.multiplyExact(last, times);
        if (ids.length - count < size) {
            ids = Arrays.copyOf(ids, Math.max(Math.addExact(count, size), count * 2));
        }
        Tiles.repeat(ids, count - last, last, last + size);
        count += size;
    }

    /**
     * Values of the page.
     */
    final int count()
    {
        return count;
    }

    /**
     * True when a stored page refers to the entries, so that they are stored too.
     */
    final boolean isUsed()
    {
        return used;
    }

    /**
     * What the ids of the page take when they are packed.
     */
    final long idBytes()
    {
        return (long) count * bitWidth() / Byte.SIZE;
    }

    private int bitWidth()
    {
        return BytesUtils.getWidthFromMaxInt(Math.max(size() - 1, 0));
    }

    /**
     * Appends the ids of the page.
     */
    final void writePage(ByteSink page)
    {
        int bitWidth = bitWidth();
        page.write(bitWidth);
        RunLengths.write(ids, count, bitWidth, page);
    }

    /**
     * Forgets the page, which is stored.
     */
    void endPage()
    {
        used = true;
        count = 0;
    }

    /**
     * Hands the ids of the page over, and forgets them.
     */
    final void takePage(IntConsumer consumer)
    {
        for (int i = 0; i < count; i++) {
            consumer.accept(ids[i]);
        }
        count = 0;
    }

    /**
     * Forgets all, for the next chunk.
     */
    void reset()
    {
        used = false;
        count = 0;
    }

    long bufferBytes()
    {
        return (long) ids.length * Integer.BYTES;
    }

    /**
     * Number of entries.
     */
    abstract int size();

    /**
     * True when there are more entries than a dictionary may have.
     */
    abstract boolean isFull();

    abstract void writeEntries(ByteSink page);
}

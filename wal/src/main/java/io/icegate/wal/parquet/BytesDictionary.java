package io.icegate.wal.parquet;

import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A dictionary that recognises values by identity first: rows share the values of their resource, scope and call site, and
 * hashing those again on every row would cost a third of the time. A chunk of nothing but nulls uses none, because some
 * readers refuse a dictionary that has no page.
 */
@SuppressWarnings("ReferenceEquality") // shared by identity
final class BytesDictionary
{
    private static final int BYTES_MAX = SegmentLayout.PAGE_BYTES;
    private static final int SLOTS = 256;
    private static final int LENGTH_BYTES = Integer.BYTES;

    private final @Nullable Binary[] recent = new Binary[SLOTS];
    private final int[] recentIds = new int[SLOTS];
    private final Map<Binary, Integer> ids = new HashMap<>();
    private final List<Binary> entries = new ArrayList<>();
    private long entryBytes;
    /**
     * Of the current page.
     */
    private int[] values = {};
    private int count;
    private long plainBytes;
    private boolean pagesWritten;

    void add(Binary value)
    {
        int slot = System.identityHashCode(value) & (SLOTS - 1);
        int id;
        if (recent[slot] == value) {
            id = recentIds[slot];
        }
        else {
            id = id(value);
            recent[slot] = value;
            recentIds[slot] = id;
        }
        if (count == values.length) {
            values = Arrays.copyOf(values, Math.max(256, count * 2));
        }
        values[count++] = id;
        plainBytes += value.length() + LENGTH_BYTES;
    }

    private int id(Binary value)
    {
        Integer known = ids.putIfAbsent(value, entries.size());
        if (known != null) {
            return known;
        }
        entries.add(value);
        entryBytes += value.length() + LENGTH_BYTES;
        return entries.size() - 1;
    }

    boolean isFull()
    {
        return entryBytes > BYTES_MAX;
    }

    /**
     * True when ids and entries take less than the plain values do. Asked of the first page only, because the entries are
     * stored once a page refers to them.
     */
    boolean pays()
    {
        return pagesWritten || entryBytes + (long) count * bitWidth() / Byte.SIZE < plainBytes;
    }

    boolean pagesWritten()
    {
        return pagesWritten;
    }

    int size()
    {
        return entries.size();
    }

    int pageBytes()
    {
        return (int) ((long) count * bitWidth() / Byte.SIZE);
    }

    /**
     * Appends the ids of the page, and forgets them.
     */
    void writePage(ByteSink page)
    {
        int bitWidth = bitWidth();
        page.write(bitWidth);
        RunLengths.write(values, count, bitWidth, page);
        pagesWritten = true;
        count = 0;
        plainBytes = 0;
    }

    /**
     * Hands the values of the page over, and forgets them.
     */
    void takePage(Consumer<Binary> values)
    {
        for (int i = 0; i < count; i++) {
            values.accept(entries.get(this.values[i]));
        }
        count = 0;
        plainBytes = 0;
    }

    void writeEntries(ByteSink page)
    {
        for (Binary entry : entries) {
            byte[] bytes = entry.getBytesUnsafe();
            page.writeInt(bytes.length);
            page.write(bytes, 0, bytes.length);
        }
    }

    private int bitWidth()
    {
        return BytesUtils.getWidthFromMaxInt(Math.max(entries.size() - 1, 0));
    }
}

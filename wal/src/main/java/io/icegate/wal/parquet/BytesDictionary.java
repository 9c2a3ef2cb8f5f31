package io.icegate.wal.parquet;

import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A dictionary that recognises values by identity first: rows share the values of their resource, scope and call site, and
 * hashing those again on every row would cost a third of the time.
 */
@SuppressWarnings("ReferenceEquality") // shared by identity
final class BytesDictionary
        extends PageDictionary
{
    private static final int SLOTS = 256;
    private static final int LENGTH_BYTES = Integer.BYTES;

    private final @Nullable Binary[] recent = new Binary[SLOTS];
    private final int[] recentIds = new int[SLOTS];
    private Map<Binary, Integer> ids = new HashMap<>();
    private List<Binary> entries = new ArrayList<>();
    private long entryBytes;
    /**
     * Counts the chunks, because ids hold for one of them.
     */
    private int generation;
    /**
     * What the values of the current page take without a dictionary.
     */
    private long plainBytes;

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
        addId(id);
        plainBytes += value.length() + LENGTH_BYTES;
    }

    /**
     * Adds entries of another file's dictionary. Each is looked up once for each chunk.
     */
    void add(ForeignDictionary foreign, int[] values, int from, int to)
    {
        int[] known = foreign.known(this, generation);
        int[] lengths = foreign.lengths();
        reserveIds(to - from);
        long bytes = 0;
        for (int i = from; i < to; i++) {
            int entry = values[i];
            int id = known[entry];
            if (id < 0) {
                id = id(foreign.entry(entry));
                known[entry] = id;
            }
            addReservedId(id);
            bytes += lengths[entry] + LENGTH_BYTES;
        }
        plainBytes += bytes;
    }

    /**
     * Adds an entry of each of these dictionaries.
     */
    void add(ForeignDictionary[] foreign, int[] values, int count)
    {
        reserveIds(count);
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            ForeignDictionary dictionary = foreign[i];
            int[] known = dictionary.known(this, generation);
            int entry = values[i];
            int id = known[entry];
            if (id < 0) {
                id = id(dictionary.entry(entry));
                known[entry] = id;
            }
            addReservedId(id);
            bytes += dictionary.lengths()[entry] + LENGTH_BYTES;
        }
        plainBytes += bytes;
    }

    /**
     * Adds the values that were added last again.
     *
     * @param last how many of them, at least one
     * @param bytes of them
     */
    void repeat(int last, int bytes, int times)
    {
        repeatIds(last, times);
        plainBytes += (bytes + (long) last * LENGTH_BYTES) * times;
    }

    private int id(Binary value)
    {
        Integer known = ids.get(value);
        if (known != null) {
            return known;
        }
        ids.put(value, entries.size());
        entries.add(value);
        entryBytes += value.length() + LENGTH_BYTES;
        return entries.size() - 1;
    }

    @Override
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
        return isUsed() || entryBytes + idBytes() < plainBytes;
    }

    /**
     * Values that are remembered may not outlive their chunk.
     */
    @Override
    void reset()
    {
        super.reset();
        generation++;
        Arrays.fill(recent, null);
        if (entries.size() > KEPT_ENTRIES_MAX) {
            ids = new HashMap<>();
            entries = new ArrayList<>();
        }
        ids.clear();
        entries.clear();
        entryBytes = 0;
        plainBytes = 0;
    }

    @Override
    void endPage()
    {
        super.endPage();
        plainBytes = 0;
    }

    Binary entry(int id)
    {
        return entries.get(id);
    }

    @Override
    int size()
    {
        return entries.size();
    }

    @Override
    void writeEntries(ByteSink page)
    {
        for (Binary entry : entries) {
            byte[] bytes = entry.getBytesUnsafe();
            page.writeInt(bytes.length);
            page.write(bytes, 0, bytes.length);
        }
    }
}

package io.icegate.wal.parquet;

import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

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
    private static final int TABLE_INITIAL = 256;
    private final @Nullable Binary[] recent = new Binary[SLOTS];
    private final int[] recentIds = new int[SLOTS];
    /**
     * One more than the id, 0 for nothing. At most half full, and a power of two.
     */
    private int[] table = new int[TABLE_INITIAL];
    private byte[][] entries = new byte[TABLE_INITIAL / 2][];
    /**
     * Of the entries, so that others need not be compared.
     */
    private int[] hashes = new int[TABLE_INITIAL / 2];
    private int size;
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
     * Adds entries as above.
     */
    void add(ForeignDictionary foreign, char[] values, int from, int to)
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
     * Adds the entries of a row, which are looked up once for each chunk.
     */
    void add(EntryRow row)
    {
        int[] ids = row.known(this, generation);
        if (ids == null) {
            int[] values = row.entries();
            ids = new int[values.length];
            int[] known = row.dictionary().known(this, generation);
            for (int i = 0; i < ids.length; i++) {
                if (known[values[i]] < 0) {
                    known[values[i]] = id(row.dictionary().entry(values[i]));
                }
                ids[i] = known[values[i]];
            }
            row.remember(this, generation, ids);
        }
        addIds(ids);
        plainBytes += row.bytes() + (long) ids.length * LENGTH_BYTES;
    }

    /**
     * Adds an entry of each of these dictionaries.
     */
    void add(ForeignDictionary[] foreign, int[] values, int count)
    {
        int from = 0;
        while (from < count) {
            int to = from + 1;
            while (to < count && foreign[to] == foreign[from]) {
                to++;
            }
            add(foreign[from], values, from, to);
            from = to;
        }
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

    /**
     * Adds a value that is a part of an array. It is copied when it is new.
     */
    void add(byte[] bytes, int offset, int length)
    {
        addId(id(bytes, offset, length, false));
        plainBytes += length + LENGTH_BYTES;
    }

    private int id(Binary value)
    {
        byte[] bytes = value.getBytesUnsafe();
        return id(bytes, 0, bytes.length, true);
    }

    /**
     * @param constant whether the array is all of the value, and stays as it is
     */
    private int id(byte[] bytes, int offset, int length, boolean constant)
    {
        int hash = TextHash.of(bytes, offset, length);
        int slot = hash & (table.length - 1);
        while (table[slot] != 0) {
            int id = table[slot] - 1;
            byte[] entry = entries[id];
            if (hashes[id] == hash && Arrays.equals(entry, 0, entry.length, bytes, offset, offset + length)) {
                return id;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        if (size == entries.length) {
            grow();
        }
        entries[size] = constant ? bytes : Arrays.copyOfRange(bytes, offset, offset + length);
        hashes[size] = hash;
        table[free(hash)] = size + 1;
        entryBytes += length + LENGTH_BYTES;
        return size++;
    }

    private int free(int hash)
    {
        int slot = hash & (table.length - 1);
        while (table[slot] != 0) {
            slot = (slot + 1) & (table.length - 1);
        }
        return slot;
    }

    private void grow()
    {
        entries = Arrays.copyOf(entries, 2 * size);
        hashes = Arrays.copyOf(hashes, 2 * size);
        table = new int[2 * table.length];
        for (int id = 0; id < size; id++) {
            table[free(hashes[id])] = id + 1;
        }
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
        if (size > KEPT_ENTRIES_MAX) {
            table = new int[TABLE_INITIAL];
            entries = new byte[TABLE_INITIAL / 2][];
            hashes = new int[TABLE_INITIAL / 2];
        }
        else {
            Arrays.fill(table, 0);
            Arrays.fill(entries, 0, size, null);
        }
        size = 0;
        entryBytes = 0;
        plainBytes = 0;
    }

    @Override
    void endPage()
    {
        super.endPage();
        plainBytes = 0;
    }

    byte[] entry(int id)
    {
        return entries[id];
    }

    @Override
    long bufferBytes()
    {
        return super.bufferBytes() + (long) (table.length + hashes.length + entries.length) * Integer.BYTES;
    }

    @Override
    int size()
    {
        return size;
    }

    @Override
    void writeEntries(ByteSink page)
    {
        for (int id = 0; id < size; id++) {
            page.writeInt(entries[id].length);
            page.write(entries[id], 0, entries[id].length);
        }
    }
}

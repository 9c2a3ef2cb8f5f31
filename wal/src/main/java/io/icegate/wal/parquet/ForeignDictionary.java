package io.icegate.wal.parquet;

import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * The dictionary of a chunk, or of a column, that is read, with the ids of its entries in the chunk that is written. Values that are
 * copied from chunk to chunk are so looked up once and not for every row. Belongs to one column, and is not safe for use by several threads.
 */
public final class ForeignDictionary
{
    private static final int UNKNOWN = -1;
    private static final int ENTRIES_MIN = 256;

    private Binary[] entries;
    private int[] ids;
    /**
     * Asked of every row, which would otherwise have to load the entry.
     */
    private int[] lengths;
    private int lengthMax;
    private int size;
    private @Nullable BytesDictionary owner;
    private int generation;

    /**
     * @param entries in the order of their ids; arrays behind them may not change
     */
    public ForeignDictionary(Binary[] entries)
    {
        this.entries = entries.clone();
        ids = new int[entries.length];
        Arrays.fill(ids, UNKNOWN);
        lengths = Arrays.stream(entries).mapToInt(Binary::length).toArray();
        lengthMax = Arrays.stream(lengths).max().orElse(0);
        size = entries.length;
    }

    /**
     * Begins without an entry.
     */
    public ForeignDictionary()
    {
        this(new Binary[0]);
    }

    /**
     * Adds an entry, which no other one is equal to.
     *
     * @param entry the array behind it may not change
     * @return its id
     */
    public int add(Binary entry)
    {
        if (size == entries.length) {
            int room = Math.max(ENTRIES_MIN, 2 * size);
            entries = Arrays.copyOf(entries, room);
            lengths = Arrays.copyOf(lengths, room);
            ids = Arrays.copyOf(ids, room);
            Arrays.fill(ids, size, room, UNKNOWN);
        }
        entries[size] = entry;
        lengths[size] = entry.length();
        lengthMax = Math.max(lengthMax, entry.length());
        return size++;
    }

    public Binary entry(int entry)
    {
        return entries[entry];
    }

    /**
     * Returns the bytes of an entry.
     */
    public int length(int entry)
    {
        return lengths[entry];
    }

    /**
     * Returns the bytes of the longest entry.
     */
    public int lengthMax()
    {
        return lengthMax;
    }

    public int size()
    {
        return size;
    }

    /**
     * Returns the ids that entries have in the chunk that is written, negative where an entry has none yet.
     */
    @SuppressWarnings("ReferenceEquality") // one instance per column
    int[] known(BytesDictionary dictionary, int chunk)
    {
        if (owner != dictionary || generation != chunk) {
            owner = dictionary;
            generation = chunk;
            Arrays.fill(ids, UNKNOWN);
        }
        return ids;
    }

    /**
     * Returns the bytes of each entry.
     */
    int[] lengths()
    {
        return lengths;
    }
}

package io.icegate.wal.parquet;

import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * The dictionary of a chunk that is read, with the ids of its entries in the chunk that is written. Values that are copied from
 * chunk to chunk are so looked up once and not for every row. Belongs to one column, and is not safe for use by several threads.
 */
public final class ForeignDictionary
{
    private static final int UNKNOWN = -1;

    private final Binary[] entries;
    private final int[] ids;
    /**
     * Asked of every row, which would otherwise have to load the entry.
     */
    private final int[] lengths;
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

    public int size()
    {
        return entries.length;
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

package io.icegate.wal.parquet;

import org.jspecify.annotations.Nullable;

/**
 * What a row has in a column of lists or maps, as entries of a dictionary. Rows that have the same share one of these, so that their
 * values are looked up once for each chunk that is written. Belongs to one column, and is not safe for use by several threads.
 */
public final class EntryRow
{
    private final ForeignDictionary dictionary;
    private final byte @Nullable [] repetitions;
    private final byte @Nullable [] definitions;
    private final int levels;
    private final int[] entries;
    private final int bytes;
    private @Nullable BytesDictionary owner;
    private int generation;
    private int @Nullable [] ids;

    /**
     * @param repetitions levels; null when the column has none
     * @param definitions levels; null when every value is there
     * @param levels how many there are
     * @param entries of the values that are there
     */
    public EntryRow(ForeignDictionary dictionary, byte @Nullable [] repetitions, byte @Nullable [] definitions, int levels, int[] entries)
    {
        this.dictionary = dictionary;
        this.repetitions = repetitions;
        this.definitions = definitions;
        this.levels = levels;
        this.entries = entries;
        int length = 0;
        for (int entry : entries) {
            length += dictionary.length(entry);
        }
        bytes = length;
    }

    ForeignDictionary dictionary()
    {
        return dictionary;
    }

    byte @Nullable [] repetitions()
    {
        return repetitions;
    }

    byte @Nullable [] definitions()
    {
        return definitions;
    }

    public int levels()
    {
        return levels;
    }

    public int[] entries()
    {
        return entries;
    }

    /**
     * Bytes of all values.
     */
    public int bytes()
    {
        return bytes;
    }

    /**
     * Returns the ids of the values in the chunk that is written; null when they were not looked up yet.
     */
    @SuppressWarnings("ReferenceEquality") // one instance per column
    int @Nullable [] known(BytesDictionary written, int chunk)
    {
        return owner == written && generation == chunk ? ids : null;
    }

    void remember(BytesDictionary written, int chunk, int[] found)
    {
        owner = written;
        generation = chunk;
        ids = found;
    }
}

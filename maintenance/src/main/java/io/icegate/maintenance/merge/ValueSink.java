package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.PageValues.Constant;
import io.icegate.wal.parquet.ForeignDictionary;

/**
 * Is shown the values of a column while they are copied, in the order of the merge. Arrays may be used again when a method returns,
 * what dictionaries hold stays.
 */
interface ValueSink
{
    /**
     * One value, or its absence, of some rows.
     */
    void add(Constant constant);

    void addNumbers(long[] numbers, int size);

    /**
     * @param contents what has the text of each
     */
    void addTexts(byte[][] contents, int[] offsets, int[] lengths, int size);

    /**
     * An entry of each of these dictionaries.
     */
    void addEntries(ForeignDictionary[] dictionaries, int[] entries, int size);
}

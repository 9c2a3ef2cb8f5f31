package io.icegate.maintenance.merge;

import io.icegate.wal.parquet.ForeignDictionary;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * The dictionary of a chunk of texts.
 */
final class ChunkTexts
{
    private final SharedValues shared;
    private final ForeignDictionary dictionary;
    /**
     * What its entries are in the dictionary of all chunks; null when it stays on its own.
     */
    private final int @Nullable [] ids;

    ChunkTexts(SharedValues shared, Binary[] entries)
    {
        this.shared = shared;
        ids = shared.ids(entries);
        ForeignDictionary all = shared.dictionary();
        dictionary = ids == null || all == null ? new ForeignDictionary(entries) : all;
    }

    /**
     * @param entries of the values, which may be changed
     */
    PageValues page(PageValues.Rows rows, int[] entries)
    {
        if (ids != null) {
            for (int i = 0; i < entries.length; i++) {
                entries[i] = ids[entries[i]];
            }
        }
        return shared.entries(rows, dictionary, entries);
    }
}

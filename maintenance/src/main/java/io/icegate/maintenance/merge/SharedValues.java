package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.PageValues.DictionaryTexts;
import io.icegate.wal.parquet.EntryRow;
import io.icegate.wal.parquet.ForeignDictionary;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * What pages of one column of all inputs have in common, so that each of them holds little and is copied fast. Not safe for use by
 * several threads.
 */
final class SharedValues
{
    private final RowShapes shapes;
    private final @Nullable TextInterner texts;
    private final @Nullable EntryRows rows;

    /**
     * @param hasTexts whether texts are looked for; worth it when they are written with a dictionary
     */
    SharedValues(int definitionMax, boolean hasTexts)
    {
        shapes = new RowShapes(definitionMax);
        texts = hasTexts ? new TextInterner() : null;
        rows = texts == null ? null : new EntryRows(texts.dictionary());
    }

    RowShapes shapes()
    {
        return shapes;
    }

    /**
     * Returns the dictionary of all pages; null when there is none.
     */
    @Nullable
    ForeignDictionary dictionary()
    {
        return texts == null ? null : texts.dictionary();
    }

    /**
     * Returns the ids of the entries of a chunk's dictionary; null when there is no room for all of them.
     */
    int @Nullable [] ids(Binary[] entries)
    {
        if (texts == null) {
            return null;
        }
        int[] ids = new int[entries.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = texts.id(entries[i].getBytesUnsafe(), 0, entries[i].length());
            if (ids[i] < 0) {
                return null;
            }
        }
        return ids;
    }

    /**
     * Finds texts that are no entries of a dictionary.
     *
     * @return their ids; null when some are not found
     */
    int @Nullable [] ids(byte[] content, int[] offsets, int gap)
    {
        if (texts == null || texts.isFull()) {
            return null;
        }
        int[] ids = new int[offsets.length - 1];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = texts.id(content, offsets[i], offsets[i + 1] - gap - offsets[i]);
            if (ids[i] < 0) {
                return null;
            }
        }
        return ids;
    }

    /**
     * Makes a page of entries, of {@link #dictionary} or of one of its own.
     */
    @SuppressWarnings("ReferenceEquality") // one instance per column
    PageValues entries(PageValues.Rows pageRows, ForeignDictionary dictionary, int[] ids)
    {
        DictionaryTexts page = new DictionaryTexts(pageRows, dictionary, ids);
        if (rows == null || dictionary != dictionary() || !pageRows.hasShapes() || page.constant() != null) {
            return page;
        }
        EntryRow[] found = rows.find(pageRows, ids);
        return found == null ? page : new PageValues.RowTexts(pageRows, found);
    }
}

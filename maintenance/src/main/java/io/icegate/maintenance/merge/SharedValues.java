package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.PageValues.DictionaryTexts;
import io.icegate.wal.parquet.EntryRow;
import io.icegate.wal.parquet.ForeignDictionary;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

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
     * Finds texts that are no entries of a dictionary. A row of lists that has the bytes of the one before is compared with it, and not
     * searched.
     *
     * @param offsets as in {@link PageValues.PlainTexts}
     * @return their ids; null when some are not found
     */
    int @Nullable [] ids(PageValues.Rows pageRows, byte[] content, int[] offsets, int gap)
    {
        if (texts == null || texts.isFull()) {
            return null;
        }
        int[] ids = new int[offsets.length - 1];
        if (!pageRows.hasShapes() || gap == 0) {
            return find(texts, content, offsets, gap, ids, 0, ids.length) ? ids : null;
        }
        int from = 0;
        int before = 0;
        for (int row = 0; row < pageRows.count(); row++) {
            int to = pageRows.valueStart(row + 1);
            int values = to - from;
            if (values == from - before && Arrays.equals(content, offsets[before] - gap, offsets[from] - gap, content, offsets[from] - gap, offsets[to] - gap)) {
                System.arraycopy(ids, before, ids, from, values);
            }
            else if (!find(texts, content, offsets, gap, ids, from, to)) {
                return null;
            }
            before = from;
            from = to;
        }
        return ids;
    }

    private static boolean find(TextInterner texts, byte[] content, int[] offsets, int gap, int[] ids, int from, int to)
    {
        for (int i = from; i < to; i++) {
            ids[i] = texts.id(content, offsets[i], offsets[i + 1] - gap - offsets[i]);
            if (ids[i] < 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Makes a page of entries, of {@link #dictionary} or of one of its own.
     */
    @SuppressWarnings("ReferenceEquality") // one instance per column
    PageValues entries(PageValues.Rows pageRows, ForeignDictionary dictionary, int[] ids)
    {
        if (rows != null && dictionary == dictionary() && pageRows.hasShapes() && ids.length > 0) {
            EntryRow[] found = rows.find(pageRows, ids);
            if (found != null) {
                return new PageValues.RowTexts(pageRows, found);
            }
        }
        return new DictionaryTexts(pageRows, dictionary, ids);
    }
}

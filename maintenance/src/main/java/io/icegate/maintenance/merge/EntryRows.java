package io.icegate.maintenance.merge;

import io.icegate.wal.parquet.EntryRow;
import io.icegate.wal.parquet.ForeignDictionary;
import io.icegate.wal.parquet.TextHash;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * The different rows of a column of lists or maps, as long as they are few: all records of a resource have its attributes, and most
 * have the same keys. Not safe for use by several threads.
 */
final class EntryRows
{
    private static final int TABLE_INITIAL = 1024;
    private static final int ROWS_MAX = 1 << 16;
    /**
     * With fewer different rows it does not matter how often they repeat.
     */
    private static final int DIFFERENT_MIN = 1024;
    private static final int REPEATED_MIN = 4;

    private final ForeignDictionary dictionary;
    /**
     * At most half full, and a power of two.
     */
    private @Nullable Known[] table = new Known[TABLE_INITIAL];
    private int different;
    private long seen;
    private boolean stopped;

    private record Known(int hash, RowShape shape, EntryRow row) {}

    EntryRows(ForeignDictionary dictionary)
    {
        this.dictionary = dictionary;
    }

    /**
     * Finds the rows of a page.
     *
     * @param entries of its values
     * @return null when rows seldom repeat
     */
    EntryRow @Nullable [] find(PageValues.Rows rows, int[] entries)
    {
        seen += rows.count();
        stopped |= different > ROWS_MAX || (different > DIFFERENT_MIN && (long) different * REPEATED_MIN > seen);
        if (stopped) {
            return null;
        }
        EntryRow[] found = new EntryRow[rows.count()];
        Known last = null;
        for (int row = 0; row < found.length; row++) {
            RowShape shape = rows.shape(row);
            int from = rows.valueStart(row);
            int to = from + shape.values();
            if (last == null || !isSame(last, shape, entries, from, to)) {
                last = find(shape, entries, from, to);
            }
            found[row] = last.row();
        }
        return found;
    }

    @SuppressWarnings("ReferenceEquality") // most shapes are shared, and another instance is only found less often
    private static boolean isSame(Known known, RowShape shape, int[] entries, int from, int to)
    {
        return known.shape() == shape && Arrays.equals(known.row().entries(), 0, to - from, entries, from, to);
    }

    private Known find(RowShape shape, int[] entries, int from, int to)
    {
        int hash = TextHash.of(shape.levels(), entries, from, to);
        int slot = hash & (table.length - 1);
        for (Known known = table[slot]; known != null; known = table[slot]) {
            if (known.hash() == hash && isSame(known, shape, entries, from, to)) {
                return known;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        Known added = new Known(hash, shape, new EntryRow(dictionary, shape.repetitions(), shape.definitions(), shape.levels(), Arrays.copyOfRange(entries, from, to)));
        table[slot] = added;
        if (2 * ++different > table.length) {
            grow();
        }
        return added;
    }

    private void grow()
    {
        @Nullable Known[] old = table;
        table = new Known[2 * old.length];
        for (Known known : old) {
            if (known != null) {
                int slot = known.hash() & (table.length - 1);
                while (table[slot] != null) {
                    slot = (slot + 1) & (table.length - 1);
                }
                table[slot] = known;
            }
        }
    }
}

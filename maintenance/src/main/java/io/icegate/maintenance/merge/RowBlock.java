package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.PageValues.Booleans;
import io.icegate.maintenance.merge.PageValues.Constant;
import io.icegate.maintenance.merge.PageValues.DictionaryTexts;
import io.icegate.maintenance.merge.PageValues.Numbers;
import io.icegate.maintenance.merge.PageValues.PlainTexts;
import io.icegate.maintenance.merge.PageValues.RowTexts;
import io.icegate.maintenance.merge.PageValues.SingleValues;
import io.icegate.maintenance.merge.PageValues.Texts;
import io.icegate.wal.parquet.BooleanLeaf;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.EntryRow;
import io.icegate.wal.parquet.ForeignDictionary;
import io.icegate.wal.parquet.Leaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.SegmentLayout;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Copies rows of one column from the pages of many inputs, hundreds at a time: which class pages and column have is asked once for
 * all of them, so that what is done for each value is a loop over arrays. Not safe for use by several threads.
 */
final class RowBlock
{
    private static final int ROWS_MAX = 512;
    /**
     * Fewer rows of one value are copied as others are.
     */
    private static final int CONSTANT_ROWS_MIN = 32;
    /**
     * Texts of more bytes are copied in several blocks, because pages end between blocks.
     */
    private static final int BYTES_MAX = SegmentLayout.PAGE_BYTES / 4;

    /**
     * Levels of rows of lists that are copied together, unless one row has more.
     */
    private static final int LEVELS_MAX = 1_024;

    private final MergeOrder order;
    private final PageValues[] pages = new PageValues[ROWS_MAX];
    /**
     * Rows within their pages.
     */
    private final int[] rows = new int[ROWS_MAX];
    /**
     * Where those end that stand next to each other in a page.
     */
    private final int[] ends = new int[ROWS_MAX];
    private final byte[] definitions = new byte[ROWS_MAX];
    private final long[] numbers = new long[ROWS_MAX];
    private final ForeignDictionary[] dictionaries = new ForeignDictionary[ROWS_MAX];
    private final byte[][] contents = new byte[ROWS_MAX][];
    /**
     * Where each value is in its content or dictionary.
     */
    private final int[] positions = new int[ROWS_MAX];
    private final int[] lengths = new int[ROWS_MAX];
    /**
     * Rows {@code [next, gathered)} are still to be copied.
     */
    private int next;
    private int gathered;
    private int found;

    RowBlock(MergeOrder order)
    {
        this.order = order;
    }

    /**
     * Copies some of the rows {@code [from, to)} of the order, at least one.
     *
     * @param sinks get the values too
     * @return how many
     */
    int copy(int from, int to, ColumnCursor[] cursors, Leaf leaf, List<ValueSink> sinks)
            throws IOException
    {
        if (next == gathered) {
            next = 0;
            gathered = 0;
            PageValues page = cursors[order.input(from)].at(order.row(from));
            Constant constant = page.constant();
            if (constant != null) {
                int end = Math.min(to, from + constant.rowsMax());
                int times = gather(page, constant, from, end, cursors);
                if (times >= CONSTANT_ROWS_MIN || from + times == end || page instanceof PageValues.Absent) {
                    gathered = 0;
                    return copy(constant, times, leaf, sinks);
                }
            }
            gather(page.getClass(), from + gathered, Math.min(to, from + ROWS_MAX), cursors);
        }
        int copied = leaf.repetitionMax() > 0 ? copyLists(leaf) : copyValues(leaf, sinks);
        next += copied;
        if (next == gathered) {
            // what is held here would hold the pages
            Arrays.fill(pages, 0, gathered, null);
            Arrays.fill(contents, null);
            Arrays.fill(dictionaries, null);
        }
        return copied;
    }

    /**
     * Writes rows that all have one value.
     *
     * @return how many
     */
    static int copy(Constant constant, int rows, Leaf leaf, List<ValueSink> sinks)
    {
        constant.write(leaf, rows);
        sinks.forEach(sink -> sink.add(constant));
        return rows;
    }

    /**
     * Counts rows of one value. Inputs may be read forward only, so that what is found of a short run is kept.
     */
    @SuppressWarnings("ReferenceEquality") // equal constants are one
    private int gather(PageValues first, Constant constant, int from, int to, ColumnCursor[] cursors)
            throws IOException
    {
        int at = from;
        while (at < to) {
            int row = order.row(at);
            PageValues page = cursors[order.input(at)].at(row);
            if (page.constant() != constant || page.getClass() != first.getClass()) {
                break;
            }
            int end = runEnd(at, to, page, row);
            if (gathered < CONSTANT_ROWS_MIN) {
                keep(page, row, Math.min(end - at, CONSTANT_ROWS_MIN - gathered));
            }
            at = end;
        }
        return at - from;
    }

    /**
     * Where the rows end that stand next to each other in a page.
     */
    private int runEnd(int at, int to, PageValues page, int row)
    {
        return order.runEnd(at, Math.min(to, at + page.end() - row));
    }

    /**
     * Finds the pages of rows as long as they are of this class.
     */
    private void gather(Class<?> type, int from, int to, ColumnCursor[] cursors)
            throws IOException
    {
        int at = from;
        while (at < to) {
            int row = order.row(at);
            PageValues page = cursors[order.input(at)].at(row);
            if (page.getClass() != type) {
                return;
            }
            int end = runEnd(at, to, page, row);
            keep(page, row, end - at);
            at = end;
        }
    }

    private void keep(PageValues page, int row, int count)
    {
        int end = gathered + count;
        for (int i = row - page.first(); gathered < end; i++) {
            pages[gathered] = page;
            rows[gathered] = i;
            ends[gathered++] = end;
        }
    }

    private int copyLists(Leaf leaf)
    {
        int row = next;
        do {
            row = pages[next] instanceof RowTexts ? copyRows(row, (BytesLeaf) leaf) : copyShape(row, leaf);
        }
        while (row < gathered && !leaf.isPageFull());
        return row - next;
    }

    /**
     * Copies the rows from this one on that share what they have.
     *
     * @return the row behind them
     */
    @SuppressWarnings("ReferenceEquality") // rows that have the same share one
    private int copyRows(int row, BytesLeaf leaf)
    {
        EntryRow entries = ((RowTexts) pages[row]).entries(rows[row]);
        int to = Math.min(rowsEnd(row, entries.levels()), row + Math.max(1, BYTES_MAX / (entries.bytes() + 1)));
        int end = row + 1;
        while (end < to && ((RowTexts) pages[end]).entries(rows[end]) == entries) {
            end++;
        }
        leaf.addRows(entries, end - row);
        return end;
    }

    /**
     * Copies the rows from this one on that have the same levels, unless their texts are long.
     *
     * @return the row behind them
     */
    private int copyShape(int row, Leaf leaf)
    {
        RowShape shape = pages[row].shape(rows[row]);
        int end = shape.values() > 0 && pages[row] instanceof Texts ? textsEnd(row, shape) : shapeEnd(row, shape);
        int absent = shape.levels() - shape.values();
        leaf.addLevels(shape.repetitions(), shape.definitions(), 0, shape.levels(), absent);
        leaf.repeatLevels(shape.levels(), absent, end - row - 1);
        int at = shape.values() == 0 ? end : row;
        while (at < end) {
            SingleValues page = (SingleValues) pages[at];
            int first = rows[at];
            int count = Math.min(end, ends[at]) - at;
            page.copyValues(page.valueStart(first), page.valueStart(first + count), leaf);
            at += count;
        }
        return end;
    }

    @SuppressWarnings("ReferenceEquality") // most shapes are shared by all pages of a column
    private int shapeEnd(int row, RowShape shape)
    {
        int to = rowsEnd(row, shape.levels());
        int end = row + 1;
        while (end < to && pages[end].shape(rows[end]) == shape) {
            end++;
        }
        return end;
    }

    @SuppressWarnings("ReferenceEquality") // as above
    private int textsEnd(int row, RowShape shape)
    {
        int to = rowsEnd(row, shape.levels());
        int end = row;
        long bytes = 0;
        do {
            Texts page = (Texts) pages[end];
            bytes += page.bytesMax(page.valueStart(rows[end]), page.valueStart(rows[end] + 1));
            end++;
        }
        while (end < to && bytes < BYTES_MAX && pages[end].shape(rows[end]) == shape);
        return end;
    }

    /**
     * Where the rows end that may be copied together with one: pages end between.
     */
    private int rowsEnd(int row, int levels)
    {
        return Math.min(gathered, row + Math.max(1, LEVELS_MAX / levels));
    }

    private int copyValues(Leaf leaf, List<ValueSink> sinks)
    {
        found = 0;
        int count;
        if (leaf instanceof NumberLeaf numberLeaf) {
            count = gatherNumbers();
            numberLeaf.addValues(numbers, 0, found);
            sinks.forEach(sink -> sink.addNumbers(numbers, found));
        }
        else if (leaf instanceof BytesLeaf texts && pages[next] instanceof DictionaryTexts) {
            count = gatherEntries();
            texts.addEntries(dictionaries, positions, found);
            sinks.forEach(sink -> sink.addEntries(dictionaries, positions, found));
        }
        else if (leaf instanceof BytesLeaf texts) {
            count = gatherTexts();
            texts.addTexts(contents, positions, lengths, found);
            sinks.forEach(sink -> sink.addTexts(contents, positions, lengths, found));
        }
        else {
            count = copyBooleans((BooleanLeaf) leaf);
        }
        leaf.addLevels(null, found == count ? null : definitions, 0, count, count - found);
        return count;
    }

    private int gatherNumbers()
    {
        for (int at = next; at < gathered; at = ends[at]) {
            found += ((Numbers) pages[at]).copy(rows[at], ends[at] - at, definitions, at - next, numbers, found);
        }
        return gathered - next;
    }

    private int copyBooleans(BooleanLeaf leaf)
    {
        int count = gathered - next;
        for (int i = 0; i < count; i++) {
            Booleans page = (Booleans) pages[next + i];
            int row = rows[next + i];
            int value = page.value(row);
            definitions[i] = page.definition(row);
            if (value >= 0) {
                leaf.addValue(page.flag(value));
                found++;
            }
        }
        return count;
    }

    private int gatherEntries()
    {
        int at = next;
        int bytes = 0;
        while (at < gathered && bytes < BYTES_MAX) {
            DictionaryTexts page = (DictionaryTexts) pages[at];
            ForeignDictionary dictionary = page.dictionary();
            int end = ends[at];
            int row = rows[at];
            int value = page.valuesBefore(row);
            while (at < end && bytes < BYTES_MAX) {
                byte definition = page.definition(row++);
                definitions[at++ - next] = definition;
                if (definition == page.definitionMax()) {
                    int entry = page.id(value++);
                    dictionaries[found] = dictionary;
                    positions[found++] = entry;
                    bytes += dictionary.length(entry);
                }
            }
        }
        return at - next;
    }

    private int gatherTexts()
    {
        int count = gathered - next;
        int bytes = 0;
        int i = 0;
        while (i < count && bytes < BYTES_MAX) {
            PlainTexts page = (PlainTexts) pages[next + i];
            int row = rows[next + i];
            int value = page.value(row);
            definitions[i++] = page.definition(row);
            if (value >= 0) {
                contents[found] = page.bytes(value);
                positions[found] = page.offset(value);
                lengths[found] = page.length(value);
                bytes += lengths[found++];
            }
        }
        return i;
    }
}

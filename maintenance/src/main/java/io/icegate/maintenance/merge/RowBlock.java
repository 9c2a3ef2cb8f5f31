package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.PageValues.Booleans;
import io.icegate.maintenance.merge.PageValues.Constant;
import io.icegate.maintenance.merge.PageValues.DictionaryTexts;
import io.icegate.maintenance.merge.PageValues.Numbers;
import io.icegate.maintenance.merge.PageValues.PlainTexts;
import io.icegate.maintenance.merge.PageValues.RowTexts;
import io.icegate.wal.parquet.BooleanLeaf;
import io.icegate.wal.parquet.BytesLeaf;
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

    private final MergeOrder order;
    private final PageValues[] pages = new PageValues[ROWS_MAX];
    /**
     * Rows within their pages.
     */
    private final int[] rows = new int[ROWS_MAX];
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
                    constant.write(leaf, times);
                    sinks.forEach(sink -> sink.add(constant));
                    return times;
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
            if (gathered < CONSTANT_ROWS_MIN) {
                keep(page, row);
            }
            at++;
        }
        return at - from;
    }

    /**
     * Finds the pages of rows as long as they are of this class.
     */
    private void gather(Class<?> type, int from, int to, ColumnCursor[] cursors)
            throws IOException
    {
        for (int at = from; at < to; at++) {
            int row = order.row(at);
            PageValues page = cursors[order.input(at)].at(row);
            if (page.getClass() != type) {
                return;
            }
            keep(page, row);
        }
    }

    private void keep(PageValues page, int row)
    {
        pages[gathered] = page;
        rows[gathered++] = row - page.first();
    }

    private int copyLists(Leaf leaf)
    {
        if (leaf instanceof NumberLeaf numberLeaf) {
            return copyNumberLists(numberLeaf);
        }
        if (leaf instanceof BytesLeaf texts) {
            return pages[next] instanceof RowTexts ? copyRows(texts) : pages[next] instanceof DictionaryTexts ? copyEntryLists(texts) : copyTextLists(texts);
        }
        return copyBooleanLists((BooleanLeaf) leaf);
    }

    private int copyNumberLists(NumberLeaf leaf)
    {
        int row = next;
        do {
            Numbers page = (Numbers) pages[row];
            page.copyLevels(rows[row], leaf);
            page.copyValues(page.valueStart(rows[row]), page.valueStart(rows[row] + 1), leaf);
            row++;
        }
        while (row < gathered && !leaf.isPageFull());
        return row - next;
    }

    private int copyRows(BytesLeaf leaf)
    {
        int row = next;
        do {
            leaf.addRow(((RowTexts) pages[row]).entries(rows[row]));
            row++;
        }
        while (row < gathered && !leaf.isPageFull());
        return row - next;
    }

    private int copyEntryLists(BytesLeaf leaf)
    {
        int row = next;
        do {
            DictionaryTexts page = (DictionaryTexts) pages[row];
            page.copyLevels(rows[row], leaf);
            page.copyValues(page.valueStart(rows[row]), page.valueStart(rows[row] + 1), leaf);
            row++;
        }
        while (row < gathered && !leaf.isPageFull());
        return row - next;
    }

    private int copyTextLists(BytesLeaf leaf)
    {
        int row = next;
        do {
            PlainTexts page = (PlainTexts) pages[row];
            page.copyLevels(rows[row], leaf);
            page.copyValues(page.valueStart(rows[row]), page.valueStart(rows[row] + 1), leaf);
            row++;
        }
        while (row < gathered && !leaf.isPageFull());
        return row - next;
    }

    private int copyBooleanLists(BooleanLeaf leaf)
    {
        int row = next;
        do {
            Booleans page = (Booleans) pages[row];
            page.copyLevels(rows[row], leaf);
            for (int value = page.valueStart(rows[row]); value < page.valueStart(rows[row] + 1); value++) {
                leaf.addValue(page.flag(value));
            }
            row++;
        }
        while (row < gathered && !leaf.isPageFull());
        return row - next;
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
        int count = gathered - next;
        for (int i = 0; i < count; i++) {
            Numbers page = (Numbers) pages[next + i];
            int row = rows[next + i];
            int value = page.value(row);
            definitions[i] = page.definition(row);
            if (value >= 0) {
                numbers[found++] = page.number(value);
            }
        }
        return count;
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
        int count = gathered - next;
        int bytes = 0;
        int i = 0;
        while (i < count && bytes < BYTES_MAX) {
            DictionaryTexts page = (DictionaryTexts) pages[next + i];
            int row = rows[next + i];
            int value = page.value(row);
            definitions[i++] = page.definition(row);
            if (value >= 0) {
                ForeignDictionary dictionary = page.dictionary();
                int entry = page.id(value);
                dictionaries[found] = dictionary;
                positions[found++] = entry;
                bytes += dictionary.length(entry);
            }
        }
        return i;
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

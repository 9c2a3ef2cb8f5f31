package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.PageValues.Constant;
import io.icegate.maintenance.merge.PageValues.PlainTexts;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One column of one input. An input in the order of the table is read page by page; of one in another order all pages of the
 * column are kept, texts on the local disk unless they are entries of a dictionary.
 */
final class ColumnCursor
{
    private final @Nullable PageReader reader;
    private final List<PageValues> kept;
    private final Map<Constant, Constant> constants;
    private PageValues current;
    private int first;
    private int end;

    private ColumnCursor(@Nullable PageReader reader, List<PageValues> kept, PageValues current, Map<Constant, Constant> constants)
    {
        this.reader = reader;
        this.kept = kept;
        this.constants = constants;
        this.current = current;
        this.first = current.first();
        this.end = current.end();
    }

    /**
     * @param reader null when the input does not have the column
     * @param spill for texts when rows are asked for in another order than the input has them; null when they are not
     * @param constants of the pages of all inputs
     */
    static ColumnCursor open(@Nullable PageReader reader, int rows, @Nullable TextSpill spill, Map<Constant, Constant> constants)
            throws IOException
    {
        PageValues first = reader == null ? new PageValues.Absent(rows) : reader.next();
        if (first == null) {
            first = new PageValues.Absent(0);
        }
        List<PageValues> kept = new ArrayList<>();
        if (spill != null && reader != null) {
            for (PageValues page = first; page != null; page = reader.next()) {
                page.intern(constants);
                kept.add(page instanceof PlainTexts texts ? texts.spilled(spill) : page);
            }
        }
        first.intern(constants);
        return new ColumnCursor(reader, kept, kept.isEmpty() ? first : kept.get(0), constants);
    }

    /**
     * Returns the page that has a row of the input.
     */
    PageValues at(int row)
            throws IOException
    {
        if (row >= first && row < end) {
            return current;
        }
        current = kept.isEmpty() ? forward(row) : kept(row);
        first = current.first();
        end = current.end();
        return current;
    }

    /**
     * What all rows of the input have; null when they differ, or when their pages are not read yet.
     */
    @SuppressWarnings("ReferenceEquality") // equal constants are one
    @Nullable
    Constant constant()
    {
        Constant constant = current.constant();
        if (kept.isEmpty()) {
            return reader == null ? constant : null;
        }
        return kept.stream().allMatch(page -> page.constant() == constant) ? constant : null;
    }

    private PageValues forward(int row)
            throws IOException
    {
        PageValues page = current;
        while (row >= page.end()) {
            PageValues next = reader == null ? null : reader.next();
            if (next == null) {
                throw new IllegalStateException("row %s lies behind the last page".formatted(row));
            }
            page = next;
        }
        page.intern(constants);
        return page;
    }

    private PageValues kept(int row)
    {
        int low = 0;
        int high = kept.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (row >= kept.get(middle).end()) {
                low = middle + 1;
            }
            else {
                high = middle;
            }
        }
        return kept.get(low);
    }
}

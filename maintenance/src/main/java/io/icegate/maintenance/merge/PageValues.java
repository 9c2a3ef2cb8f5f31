package io.icegate.maintenance.merge;

import io.icegate.wal.parquet.BooleanLeaf;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.EntryRow;
import io.icegate.wal.parquet.ForeignDictionary;
import io.icegate.wal.parquet.Leaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.SegmentLayout;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * The values of one page, decoded into arrays so that any row of it can be copied.
 */
abstract sealed class PageValues
{
    private final int first;
    private final int count;
    private final int definitionMax;
    private final byte @Nullable [] definitions;
    private final RowShape @Nullable [] shapes;
    private final int @Nullable [] valueStarts;
    private @Nullable Constant constant;

    /**
     * One value, or its absence, of many rows.
     *
     * @param value null when it is absent
     * @param definition level up to which the levels above are there, when it is absent
     */
    record Constant(@Nullable Object value, int definition)
    {
        /**
         * Rows that are written at once: a part of a page.
         */
        private static final int ROWS_MAX = 4_000;

        int rowsMax()
        {
            return value instanceof Binary text ? Math.max(1, Math.min(ROWS_MAX, SegmentLayout.PAGE_BYTES / (text.length() + 1))) : ROWS_MAX;
        }

        void write(Leaf leaf, int rows)
        {
            if (value == null) {
                leaf.absentRows(definition, rows);
            }
            else if (leaf instanceof NumberLeaf numbers) {
                numbers.repeat((Long) value, rows);
            }
            else if (leaf instanceof BytesLeaf texts) {
                texts.repeat((Binary) value, rows);
            }
            else {
                ((BooleanLeaf) leaf).repeat((Boolean) value, rows);
            }
        }
    }

    /**
     * Where the values of each row are.
     *
     * @param first row of the page within its file
     * @param count of rows
     * @param definitions of a column without lists; null when every value is there
     * @param shapes of a column with lists
     * @param values of the rows before each row; null when every row has one
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    record Rows(int first, int count, int definitionMax, byte @Nullable [] definitions, RowShape @Nullable [] shapes, int @Nullable [] values)
    {
        boolean hasShapes()
        {
            return shapes != null;
        }

        RowShape shape(int row)
        {
            return requireNonNull(shapes, "shapes is null")[row];
        }

        int valueStart(int row)
        {
            return requireNonNull(values, "values is null")[row];
        }
    }

    private PageValues(Rows rows, @Nullable Constant constant)
    {
        first = rows.first();
        count = rows.count();
        definitionMax = rows.definitionMax();
        definitions = rows.definitions();
        shapes = rows.shapes();
        valueStarts = rows.values();
        this.constant = constant;
    }

    private PageValues(PageValues page)
    {
        first = page.first;
        count = page.count;
        definitionMax = page.definitionMax;
        definitions = page.definitions;
        shapes = page.shapes;
        valueStarts = page.valueStarts;
        constant = page.constant;
    }

    /**
     * @param values how many are there
     * @param same of all values; asked only when every row has one
     */
    private static @Nullable Constant constant(Rows rows, int values, Supplier<@Nullable Object> same)
    {
        if (rows.count() == 0) {
            return null;
        }
        if (rows.hasShapes()) {
            // a value within a list is not told apart from one that stands alone
            return values > 0 ? null : absent(rows);
        }
        byte[] definitions = rows.definitions();
        if (definitions == null) {
            Object value = same.get();
            return value == null ? null : new Constant(value, rows.definitionMax());
        }
        if (values > 0) {
            return null;
        }
        for (byte definition : definitions) {
            if (definition != definitions[0]) {
                return null;
            }
        }
        return new Constant(null, definitions[0]);
    }

    /**
     * Says up to which level all rows of a column with lists are there, if none has a value.
     */
    @SuppressWarnings("ReferenceEquality") // shapes of one level are shared by all pages of a column
    private static @Nullable Constant absent(Rows rows)
    {
        byte[] definitions = rows.shape(0).definitions();
        if (definitions == null || definitions.length != 1) {
            return null;
        }
        for (int row = 1; row < rows.count(); row++) {
            if (rows.shape(row) != rows.shape(0)) {
                return null;
            }
        }
        return new Constant(null, definitions[0]);
    }

    final int first()
    {
        return first;
    }

    final int end()
    {
        return first + count;
    }

    /**
     * What all rows of the page have, in a column without lists or with empty ones; null when rows differ.
     */
    final @Nullable Constant constant()
    {
        return constant;
    }

    /**
     * Replaces the constant by an equal one, so that those of all pages can be told apart by identity.
     */
    final void intern(Map<Constant, Constant> known)
    {
        if (constant != null) {
            Constant same = known.putIfAbsent(constant, constant);
            constant = same == null ? constant : same;
        }
    }

    /**
     * Returns where the value of a row is in a column without lists; negative when there is none.
     *
     * @param row within the page
     */
    final int value(int row)
    {
        if (definitions == null) {
            return row;
        }
        return definitions[row] == definitionMax ? requireNonNull(valueStarts, "valueStarts is null")[row] : -1;
    }

    /**
     * Returns how many values rows before have in a column without lists: there is where its own is, if it has one.
     */
    final int valuesBefore(int row)
    {
        return definitions == null ? row : requireNonNull(valueStarts, "valueStarts is null")[row];
    }

    /**
     * Level of a value that is there.
     */
    final int definitionMax()
    {
        return definitionMax;
    }

    /**
     * Returns up to which level the value of a row is there, in a column without lists.
     */
    final byte definition(int row)
    {
        return definitions == null ? (byte) definitionMax : definitions[row];
    }

    /**
     * Returns where the values of a row begin in a column with lists; those of the next row begin where its values end.
     */
    final int valueStart(int row)
    {
        return requireNonNull(valueStarts, "valueStarts is null")[row];
    }

    /**
     * Returns the levels of a row of a column with lists.
     */
    final RowShape shape(int row)
    {
        return requireNonNull(shapes, "shapes is null")[row];
    }

    /**
     * Rows of a column that the file does not have.
     */
    static final class Absent
            extends PageValues
    {
        Absent(int rows)
        {
            super(new Rows(0, rows, 1, null, null, null), new Constant(null, 0));
        }
    }

    /**
     * Values that can be copied without the rows that they belong to.
     */
    abstract static sealed class SingleValues
            extends PageValues
    {
        private SingleValues(Rows rows, @Nullable Constant constant)
        {
            super(rows, constant);
        }

        private SingleValues(SingleValues page)
        {
            super(page);
        }

        /**
         * Adds the values {@code [from, to)} to a column of their type, without levels.
         */
        abstract void copyValues(int from, int to, Leaf leaf);
    }

    static final class Numbers
            extends SingleValues
    {
        private final long[] values;

        Numbers(Rows rows, long[] values)
        {
            super(rows, PageValues.constant(rows, values.length, () -> same(values)));
            this.values = values;
        }

        private static @Nullable Object same(long[] values)
        {
            for (long value : values) {
                if (value != values[0]) {
                    return null;
                }
            }
            return values[0];
        }

        long number(int value)
        {
            return values[value];
        }

        /**
         * Copies rows of a column without lists.
         *
         * @param levels gets the level up to which each value is there
         * @param to gets the values that are there
         * @return how many are there
         */
        int copy(int row, int rows, byte[] levels, int firstLevel, long[] to, int first)
        {
            for (int i = 0; i < rows; i++) {
                levels[firstLevel + i] = definition(row + i);
            }
            int from = valuesBefore(row);
            int count = valuesBefore(row + rows) - from;
            for (int i = 0; i < count; i++) {
                to[first + i] = values[from + i];
            }
            return count;
        }

        @Override
        void copyValues(int from, int to, Leaf leaf)
        {
            ((NumberLeaf) leaf).addValues(values, from, to);
        }
    }

    static final class Booleans
            extends SingleValues
    {
        private final boolean[] values;

        Booleans(Rows rows, boolean[] values)
        {
            super(rows, PageValues.constant(rows, values.length, () -> same(values)));
            this.values = values;
        }

        private static @Nullable Object same(boolean[] values)
        {
            for (boolean value : values) {
                if (value != values[0]) {
                    return null;
                }
            }
            return values[0];
        }

        boolean flag(int value)
        {
            return values[value];
        }

        @Override
        void copyValues(int from, int to, Leaf leaf)
        {
            for (int value = from; value < to; value++) {
                ((BooleanLeaf) leaf).addValue(values[value]);
            }
        }
    }

    /**
     * Texts or bytes: ids of a dictionary, or slices of the page.
     */
    abstract static sealed class Texts
            extends SingleValues
    {
        private Texts(Rows rows, @Nullable Constant constant)
        {
            super(rows, constant);
        }

        private Texts(Texts page)
        {
            super(page);
        }

        abstract Binary text(int value);

        /**
         * Returns how many bytes the values {@code [from, to)} have at most.
         */
        abstract long bytesMax(int from, int to);
    }

    static final class DictionaryTexts
            extends Texts
    {
        private final ForeignDictionary dictionary;
        private final int @Nullable [] ids;
        /**
         * Instead, when the dictionary has few entries.
         */
        private final char @Nullable [] narrow;

        DictionaryTexts(Rows rows, ForeignDictionary dictionary, int[] ids)
        {
            super(rows, PageValues.constant(rows, ids.length, () -> same(dictionary, ids)));
            this.dictionary = requireNonNull(dictionary, "dictionary is null");
            narrow = dictionary.size() <= Character.MAX_VALUE ? narrow(ids) : null;
            this.ids = narrow == null ? ids : null;
        }

        private static char[] narrow(int[] ids)
        {
            char[] narrow = new char[ids.length];
            for (int i = 0; i < narrow.length; i++) {
                narrow[i] = (char) ids[i];
            }
            return narrow;
        }

        private static @Nullable Object same(ForeignDictionary dictionary, int[] ids)
        {
            for (int id : ids) {
                if (id != ids[0]) {
                    return null;
                }
            }
            return dictionary.entry(ids[0]);
        }

        ForeignDictionary dictionary()
        {
            return dictionary;
        }

        int id(int value)
        {
            return narrow == null ? requireNonNull(ids, "ids is null")[value] : narrow[value];
        }

        @Override
        void copyValues(int from, int to, Leaf leaf)
        {
            if (narrow == null) {
                ((BytesLeaf) leaf).addEntries(dictionary, requireNonNull(ids, "ids is null"), from, to);
            }
            else {
                ((BytesLeaf) leaf).addEntries(dictionary, narrow, from, to);
            }
        }

        @Override
        Binary text(int value)
        {
            return dictionary.entry(id(value));
        }

        @Override
        long bytesMax(int from, int to)
        {
            return (long) (to - from) * dictionary.lengthMax();
        }
    }

    /**
     * Rows of lists or maps of texts, many of which are the same. They are copied whole.
     */
    static final class RowTexts
            extends PageValues
    {
        private final EntryRow[] entries;

        RowTexts(Rows rows, EntryRow[] entries)
        {
            // levels and values are those of the rows
            super(new Rows(rows.first(), rows.count(), rows.definitionMax(), null, null, null), null);
            this.entries = entries;
        }

        EntryRow entries(int row)
        {
            return entries[row];
        }
    }

    static final class PlainTexts
            extends Texts
    {
        /**
         * Empty when the texts are on the disk.
         */
        private final byte[] content;
        private final int[] offsets;
        private final int gap;
        private final @Nullable SpilledPage spilled;

        /**
         * @param offsets of the texts in the content, and where one behind the last would begin
         * @param gap bytes between texts
         */
        PlainTexts(Rows rows, byte[] content, int[] offsets, int gap)
        {
            super(rows, PageValues.constant(rows, offsets.length - 1, () -> null));
            this.content = content;
            this.offsets = offsets;
            this.gap = gap;
            this.spilled = null;
        }

        private PlainTexts(PlainTexts page, SpilledPage spilled)
        {
            super(page);
            this.content = new byte[0];
            this.offsets = page.offsets;
            this.gap = page.gap;
            this.spilled = spilled;
        }

        /**
         * Returns the same page, whose texts are on the disk.
         */
        PlainTexts spilled(TextSpill spill)
                throws IOException
        {
            return new PlainTexts(this, new SpilledPage(spill, spill.add(content), offsets, gap));
        }

        /**
         * Returns what has the text of a value. It stays as it is.
         */
        byte[] bytes(int value)
        {
            return spilled == null ? content : spilled.block(offsets[value]);
        }

        /**
         * Returns where the text of a value is in {@link #bytes}, which was asked for before.
         */
        int offset(int value)
        {
            return spilled == null ? offsets[value] : offsets[value] - spilled.start(offsets[value]);
        }

        int length(int value)
        {
            return offsets[value + 1] - gap - offsets[value];
        }

        @Override
        void copyValues(int from, int to, Leaf leaf)
        {
            for (int value = from; value < to; value++) {
                byte[] bytes = bytes(value);
                ((BytesLeaf) leaf).addText(bytes, offset(value), length(value));
            }
        }

        @Override
        Binary text(int value)
        {
            byte[] bytes = bytes(value);
            return Binary.fromConstantByteArray(bytes, offset(value), length(value));
        }

        @Override
        long bytesMax(int from, int to)
        {
            return (long) offsets[to] - offsets[from];
        }
    }
}

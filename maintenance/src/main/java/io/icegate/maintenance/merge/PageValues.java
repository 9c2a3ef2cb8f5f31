package io.icegate.maintenance.merge;

import io.icegate.wal.parquet.BooleanLeaf;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.ForeignDictionary;
import io.icegate.wal.parquet.Leaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.SegmentLayout;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

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
    private final byte @Nullable [] repetitions;
    private final byte @Nullable [] definitions;
    private final int @Nullable [] starts;
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
     * @param starts of the rows among the levels; null when every row has one
     * @param values of the rows before each row; null when every row has one
     * @param definitions null when every value is there
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    record Rows(int first, int count, int definitionMax, byte @Nullable [] repetitions, byte @Nullable [] definitions, int @Nullable [] starts, int @Nullable [] values) {}

    private PageValues(Rows rows, @Nullable Constant constant)
    {
        first = rows.first();
        count = rows.count();
        definitionMax = rows.definitionMax();
        repetitions = rows.repetitions();
        definitions = rows.definitions();
        starts = rows.starts();
        valueStarts = rows.values();
        this.constant = constant;
    }

    /**
     * @param values how many are there
     * @param same of all values; asked only when every row has one
     */
    private static @Nullable Constant constant(Rows rows, int values, Supplier<@Nullable Object> same)
    {
        byte[] definitions = rows.definitions();
        int levels = definitions == null ? values : definitions.length;
        if (levels != rows.count() || levels == 0) {
            return null;
        }
        if (values == levels) {
            // a value within a list is not told apart from one that stands alone
            Object value = rows.repetitions() == null ? same.get() : null;
            return value == null ? null : new Constant(value, rows.definitionMax());
        }
        if (values > 0 || definitions == null) {
            return null;
        }
        for (byte definition : definitions) {
            if (definition != definitions[0]) {
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
     * Copies the levels of a row of a column with lists.
     */
    final void copyLevels(int row, Leaf leaf)
    {
        int[] levels = requireNonNull(starts, "starts is null");
        leaf.addLevels(repetitions, definitions, levels[row], levels[row + 1], levels[row + 1] - levels[row] - (valueStart(row + 1) - valueStart(row)));
    }

    /**
     * Rows of a column that the file does not have.
     */
    static final class Absent
            extends PageValues
    {
        Absent(int rows)
        {
            super(new Rows(0, rows, 1, null, null, null, null), new Constant(null, 0));
        }
    }

    static final class Numbers
            extends PageValues
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
         * Adds the values {@code [from, to)} to a column.
         */
        void copyValues(int from, int to, NumberLeaf leaf)
        {
            leaf.addValues(values, from, to);
        }
    }

    static final class Booleans
            extends PageValues
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
    }

    /**
     * Texts or bytes: ids of a dictionary, or slices of the page.
     */
    abstract static sealed class Texts
            extends PageValues
    {
        private Texts(Rows rows, @Nullable Constant constant)
        {
            super(rows, constant);
        }

        abstract Binary text(int value);
    }

    static final class DictionaryTexts
            extends Texts
    {
        private final ForeignDictionary dictionary;
        private final int[] ids;

        DictionaryTexts(Rows rows, ForeignDictionary dictionary, int[] ids)
        {
            super(rows, PageValues.constant(rows, ids.length, () -> same(dictionary, ids)));
            this.dictionary = requireNonNull(dictionary, "dictionary is null");
            this.ids = ids;
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
            return ids[value];
        }

        void copyValues(int from, int to, BytesLeaf leaf)
        {
            leaf.addEntries(dictionary, ids, from, to);
        }

        @Override
        Binary text(int value)
        {
            return dictionary.entry(ids[value]);
        }
    }

    static final class PlainTexts
            extends Texts
    {
        private final byte[] bytes;
        private final int[] offsets;
        private final int[] lengths;

        PlainTexts(Rows rows, byte[] bytes, int[] offsets, int[] lengths)
        {
            super(rows, PageValues.constant(rows, offsets.length, () -> null));
            this.bytes = bytes;
            this.offsets = offsets;
            this.lengths = lengths;
        }

        byte[] bytes()
        {
            return bytes;
        }

        int offset(int value)
        {
            return offsets[value];
        }

        int length(int value)
        {
            return lengths[value];
        }

        void copyValues(int from, int to, BytesLeaf leaf)
        {
            leaf.addTexts(bytes, offsets, lengths, from, to);
        }

        @Override
        Binary text(int value)
        {
            return Binary.fromConstantByteArray(bytes, offsets[value], lengths[value]);
        }
    }
}

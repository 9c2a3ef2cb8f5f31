package io.icegate.maintenance.merge;

import io.icegate.wal.parquet.BooleanLeaf;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.ForeignDictionary;
import io.icegate.wal.parquet.Leaf;
import io.icegate.wal.parquet.NumberLeaf;
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
    private final Rows rows;
    private @Nullable Constant constant;

    /**
     * One value, or its absence, of many rows.
     *
     * @param value null when it is absent
     * @param definition level up to which the levels above are there, when it is absent
     */
    record Constant(@Nullable Object value, int definition)
    {
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
        this.rows = rows;
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
        return rows.first();
    }

    final int end()
    {
        return rows.first() + rows.count();
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
     * Writes a row to a column of this type.
     *
     * @param fileRow number of the row within the file
     */
    void copy(int fileRow, Leaf leaf)
    {
        int row = fileRow - rows.first();
        int[] starts = rows.starts();
        int[] values = rows.values();
        byte[] definitions = rows.definitions();
        int at = starts == null ? row : starts[row];
        int end = starts == null ? row + 1 : starts[row + 1];
        int value = values == null ? at : values[row];
        if (starts != null && values != null && end - at == values[row + 1] - value && leaf.repetitionMax() == 1) {
            writeList(leaf, value, end - at);
            return;
        }
        for (; at < end; at++) {
            int repetition = rows.repetitions() == null ? 0 : rows.repetitions()[at];
            if (definitions == null || definitions[at] == rows.definitionMax()) {
                write(leaf, value, repetition);
                value++;
            }
            else {
                leaf.absent(repetition, definitions[at]);
            }
        }
    }

    /**
     * Returns where the value of a row is in a column without levels above it; negative when there is none.
     */
    int value(int fileRow)
    {
        int row = fileRow - rows.first();
        byte[] definitions = rows.definitions();
        if (definitions != null && definitions[row] != rows.definitionMax()) {
            return -1;
        }
        return rows.values() == null ? row : rows.values()[row];
    }

    abstract void write(Leaf leaf, int value, int repetition);

    /**
     * Writes a row of a list that is in no other list.
     *
     * @param count of values, at least one
     */
    void writeList(Leaf leaf, int value, int count)
    {
        for (int i = 0; i < count; i++) {
            write(leaf, value + i, i == 0 ? 0 : 1);
        }
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

        @Override
        void copy(int fileRow, Leaf leaf)
        {
            leaf.absent(0, 0);
        }

        @Override
        int value(int fileRow)
        {
            return -1;
        }

        @Override
        void write(Leaf leaf, int value, int repetition)
        {
            throw new IllegalStateException("no value is there");
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

        @Override
        void write(Leaf leaf, int value, int repetition)
        {
            ((NumberLeaf) leaf).write(values[value], repetition);
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

        @Override
        void write(Leaf leaf, int value, int repetition)
        {
            ((BooleanLeaf) leaf).write(values[value], repetition);
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

        /**
         * Returns the dictionary; null when the values are in the page.
         */
        @Nullable
        ForeignDictionary dictionary()
        {
            return null;
        }
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

        @Override
        ForeignDictionary dictionary()
        {
            return dictionary;
        }

        int id(int value)
        {
            return ids[value];
        }

        @Override
        Binary text(int value)
        {
            return dictionary.entry(ids[value]);
        }

        @Override
        void write(Leaf leaf, int value, int repetition)
        {
            ((BytesLeaf) leaf).writeEntry(dictionary, ids, value, repetition);
        }

        @Override
        void writeList(Leaf leaf, int value, int count)
        {
            ((BytesLeaf) leaf).writeEntries(dictionary, ids, value, count);
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

        @Override
        Binary text(int value)
        {
            return Binary.fromConstantByteArray(bytes, offsets[value], lengths[value]);
        }

        @Override
        void write(Leaf leaf, int value, int repetition)
        {
            ((BytesLeaf) leaf).write(bytes, offsets[value], lengths[value], repetition);
        }

        @Override
        void writeList(Leaf leaf, int value, int count)
        {
            ((BytesLeaf) leaf).write(bytes, bytes, offsets, lengths, value, count, 1);
        }
    }
}

package io.icegate.wal.parquet;

import org.apache.parquet.format.Encoding;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

import static java.util.Objects.requireNonNull;

/**
 * A leaf of texts or bytes. Arrays are neither copied before the page ends nor changed.
 */
public final class BytesLeaf
        extends Leaf
{
    private final boolean bounded;
    private final PageLimit limit;
    private final ByteSink plain = new ByteSink(256);
    private final @Nullable BytesDictionary dictionary;
    private final @Nullable TextLengths lengthsApart;
    private boolean usesDictionary;
    private @Nullable Binary last;
    private byte @Nullable [] min;
    private byte @Nullable [] max;
    private byte @Nullable [] chunkMin;
    private byte @Nullable [] chunkMax;

    BytesLeaf(LeafLayout layout, ColumnChunkWriter chunk, PageLimit limit)
    {
        super(layout, chunk, limit);
        this.limit = limit;
        bounded = layout.bounded();
        usesDictionary = layout.hasDictionary();
        dictionary = usesDictionary ? new BytesDictionary() : null;
        lengthsApart = layout.isDelta() ? new TextLengths() : null;
    }

    /**
     * Writes a value of a column without levels above it; null when there is none.
     */
    public void write(@Nullable Binary value)
    {
        if (value == null) {
            absent(0, 0);
        }
        else {
            write(value, 0);
        }
    }

    /**
     * Writes a value of a column without levels above it; null when there is none.
     */
    public void writeBytes(byte @Nullable [] value)
    {
        write(value == null ? null : Binary.fromConstantByteArray(value));
    }

    public void write(Binary value, int repetition)
    {
        present(repetition);
        add(value);
    }

    /**
     * Writes a value of a list's element; null when there is none.
     *
     * @param element definition level of the element
     */
    public void write(@Nullable Binary value, int repetition, int element)
    {
        if (value == null) {
            absent(repetition, element);
        }
        else {
            write(value, repetition);
        }
    }

    /**
     * Writes one value, or none, for so many rows of a column without levels above it.
     */
    public void repeat(@Nullable Binary value, int rows)
    {
        if (value == null) {
            absentRows(rows);
            return;
        }
        presentRows(rows);
        if (rows == 0) {
            return;
        }
        add(value);
        if (usesDictionary) {
            entries().repeat(1, value.length(), rows - 1);
            return;
        }
        for (int i = 1; i < rows; i++) {
            add(value);
        }
    }

    /**
     * Writes a value, or none, for each of the rows {@code [from, to)} of a column without levels above it.
     */
    @SuppressWarnings("NullAway") // does not see that array components are @Nullable
    public void write(@Nullable Binary[] values, int from, int to)
    {
        for (int i = from; i < to; i++) {
            write(values[i]);
        }
    }

    /**
     * Writes rows of a repeated column that all have the same values, at least one.
     */
    public void repeat(Binary[] values, int rows)
    {
        presentRows(values.length, rows);
        int row = 0;
        while (row < rows) {
            int bytes = 0;
            for (Binary value : values) {
                add(value);
                bytes += value.length();
            }
            row++;
            if (usesDictionary) {
                entries().repeat(values.length, bytes, rows - row);
                return;
            }
        }
    }

    /**
     * Writes rows of a repeated column that have so many values each, at least one. They are copied.
     *
     * @param slices where each value begins: in {@code texts}, or when negative at the complement in {@code others}
     * @param first of the first row, in {@code slices}
     */
    public void write(byte[] texts, byte[] others, int[] slices, int[] lengths, int first, int values, int rows)
    {
        presentRows(values, rows);
        add(texts, others, slices, lengths, first, first + Math.multiplyExact(values, rows));
    }

    /**
     * Writes values, or none, of the rows {@code [from, to)} of a column without levels above it. They are copied.
     *
     * @param slices as in {@link #write(byte[], byte[], int[], int[], int, int, int)}
     * @param lengths negative for none
     */
    public void write(byte[] texts, byte[] others, int[] slices, int[] lengths, int from, int to)
    {
        int at = from;
        while (at < to) {
            int start = at;
            while (at < to && lengths[at] >= 0) {
                at++;
            }
            presentRows(at - start);
            add(texts, others, slices, lengths, start, at);
            start = at;
            while (at < to && lengths[at] < 0) {
                at++;
            }
            absentRows(at - start);
        }
    }

    private void add(byte[] texts, byte[] others, int[] slices, int[] lengths, int from, int to)
    {
        if (usesDictionary || bounded || lengthsApart != null) {
            for (int i = from; i < to; i++) {
                int slice = slices[i];
                add(slice >= 0 ? texts : others, slice >= 0 ? slice : ~slice, lengths[i]);
            }
            return;
        }
        plain.writeTexts(texts, others, slices, lengths, from, to);
        checkPlain();
    }

    private void checkPlain()
    {
        if (plain.size() >= SegmentLayout.PAGE_BYTES) {
            limit.reach();
        }
    }

    /**
     * Writes a value, which is copied.
     */
    public void write(byte[] bytes, int offset, int length, int repetition)
    {
        present(repetition);
        add(bytes, offset, length);
    }

    /**
     * Adds values whose levels are added on their own. They are copied.
     *
     * @param contents what has the value of each
     */
    public void addTexts(byte[][] contents, int[] offsets, int[] lengths, int count)
    {
        if (usesDictionary) {
            for (int i = 0; i < count; i++) {
                add(contents[i], offsets[i], lengths[i]);
            }
            return;
        }
        if (bounded) {
            for (int i = 0; i < count; i++) {
                bound(contents[i], offsets[i], lengths[i]);
            }
        }
        if (lengthsApart != null) {
            for (int i = 0; i < count; i++) {
                lengthsApart.add(lengths[i], 1);
            }
        }
        plain.writeTexts(contents, offsets, lengths, count, lengthsApart == null);
        checkPlain();
    }

    /**
     * Adds entries of dictionaries of other files, whose levels are added on their own.
     *
     * @param foreign the dictionary of each
     */
    public void addEntries(ForeignDictionary[] foreign, int[] entries, int count)
    {
        if (!usesDictionary) {
            for (int i = 0; i < count; i++) {
                add(foreign[i].entry(entries[i]));
            }
            return;
        }
        if (bounded) {
            for (int i = 0; i < count; i++) {
                bound(foreign[i].entry(entries[i]));
            }
        }
        BytesDictionary known = entries();
        known.add(foreign, entries, count);
        if (known.isFull()) {
            fallBack();
        }
    }

    /**
     * Adds entries of another file's dictionary, whose levels are added on their own.
     */
    public void addEntries(ForeignDictionary foreign, int[] entries, int from, int to)
    {
        if (!usesDictionary) {
            for (int i = from; i < to; i++) {
                add(foreign.entry(entries[i]));
            }
            return;
        }
        if (bounded) {
            for (int i = from; i < to; i++) {
                bound(foreign.entry(entries[i]));
            }
        }
        BytesDictionary known = entries();
        known.add(foreign, entries, from, to);
        if (known.isFull()) {
            fallBack();
        }
    }

    /**
     * Adds entries as above, of a dictionary that is small enough for such numbers.
     */
    public void addEntries(ForeignDictionary foreign, char[] entries, int from, int to)
    {
        if (!usesDictionary || bounded) {
            for (int i = from; i < to; i++) {
                add(foreign.entry(entries[i]));
            }
            return;
        }
        BytesDictionary known = entries();
        known.add(foreign, entries, from, to);
        if (known.isFull()) {
            fallBack();
        }
    }

    /**
     * Adds so many rows that have the same, with their levels.
     */
    public void addRows(EntryRow row, int rows)
    {
        int[] values = row.entries();
        int absent = row.levels() - values.length;
        addLevels(row.repetitions(), row.definitions(), 0, row.levels(), absent);
        repeatLevels(row.levels(), absent, rows - 1);
        if (!usesDictionary || bounded) {
            for (int i = 0; i < rows; i++) {
                addEntries(row.dictionary(), values, 0, values.length);
            }
            return;
        }
        BytesDictionary known = entries();
        known.add(row);
        if (values.length > 0) {
            known.repeat(values.length, row.bytes(), rows - 1);
        }
        if (known.isFull()) {
            fallBack();
        }
    }

    /**
     * Adds a value whose levels are added on their own. It is copied.
     */
    public void addText(byte[] bytes, int offset, int length)
    {
        add(bytes, offset, length);
    }

    /**
     * Writes the lower-case hex text of bytes.
     */
    public void writeHex(byte[] bytes, int offset, int length, int repetition)
    {
        present(repetition);
        addHex(bytes, offset, length);
    }

    private void addHex(byte[] bytes, int offset, int length)
    {
        if (usesDictionary || bounded) {
            ByteSink hex = new ByteSink(2 * length);
            hex.writeHex(bytes, offset, length);
            add(Binary.fromConstantByteArray(hex.array()));
            return;
        }
        startPlain(Math.multiplyExact(2, length));
        plain.writeHex(bytes, offset, length);
        checkPlain();
    }

    /**
     * Writes the lower-case hex texts of ids of the rows {@code [from, to)} of a column without levels above it.
     *
     * @param offsets of the ids in {@code bytes}, negative for none
     * @param length of each
     */
    public void writeHex(byte[] bytes, int[] offsets, int length, int from, int to)
    {
        int at = from;
        while (at < to) {
            int start = at;
            while (at < to && offsets[at] >= 0) {
                at++;
            }
            presentRows(at - start);
            addHex(bytes, offsets, length, start, at);
            start = at;
            while (at < to && offsets[at] < 0) {
                at++;
            }
            absentRows(at - start);
        }
    }

    private void addHex(byte[] bytes, int[] offsets, int length, int from, int to)
    {
        if (lengthsApart == null || bounded) {
            for (int i = from; i < to; i++) {
                addHex(bytes, offsets[i], length);
            }
            return;
        }
        lengthsApart.add(Math.multiplyExact(2, length), to - from);
        for (int i = from; i < to; i++) {
            plain.writeHex(bytes, offsets[i], length);
        }
        checkPlain();
    }

    private void add(byte[] bytes, int offset, int length)
    {
        if (bounded) {
            bound(bytes, offset, length);
        }
        if (!usesDictionary) {
            writePlain(bytes, offset, length);
            return;
        }
        BytesDictionary entries = entries();
        entries.add(bytes, offset, length);
        if (entries.isFull()) {
            fallBack();
        }
    }

    private void add(Binary value)
    {
        if (bounded) {
            bound(value);
        }
        if (!usesDictionary) {
            writePlain(value.getBytesUnsafe());
            return;
        }
        BytesDictionary entries = entries();
        entries.add(value);
        if (entries.isFull()) {
            fallBack();
        }
    }

    private void writePlain(byte[] value)
    {
        writePlain(value, 0, value.length);
    }

    private void writePlain(byte[] bytes, int offset, int length)
    {
        startPlain(length);
        plain.write(bytes, offset, length);
        checkPlain();
    }

    /**
     * Begins a text that goes through no dictionary.
     */
    private void startPlain(int length)
    {
        if (lengthsApart == null) {
            plain.writeInt(length);
        }
        else {
            lengthsApart.add(length, 1);
        }
    }

    /**
     * Writes the values of this page and all that follow plain; pages before keep the dictionary.
     */
    private void fallBack()
    {
        BytesDictionary entries = entries();
        entries.takePage(id -> writePlain(entries.entry(id)));
        usesDictionary = false;
    }

    @SuppressWarnings("ReferenceEquality") // the same instance needs no comparison
    private void bound(Binary value)
    {
        if (value == last) {
            return;
        }
        last = value;
        byte[] bytes = value.getBytesUnsafe();
        if (min == null || Arrays.compareUnsigned(bytes, min) < 0) {
            min = bytes;
        }
        if (max == null || Arrays.compareUnsigned(bytes, max) > 0) {
            max = bytes;
        }
    }

    /**
     * As {@link #bound(Binary)} for a part of an array, which is copied if it is a bound.
     */
    private void bound(byte[] bytes, int offset, int length)
    {
        if (min == null || Arrays.compareUnsigned(bytes, offset, offset + length, min, 0, min.length) < 0) {
            min = Arrays.copyOfRange(bytes, offset, offset + length);
        }
        if (max == null || Arrays.compareUnsigned(bytes, offset, offset + length, max, 0, max.length) > 0) {
            max = Arrays.copyOfRange(bytes, offset, offset + length);
        }
    }

    @Override
    int valueBytes()
    {
        return usesDictionary ? (int) entries().idBytes() : plain.size();
    }

    @Override
    Encoding writeValues(ByteSink page)
    {
        if (usesDictionary && !entries().pays()) {
            fallBack();
        }
        if (usesDictionary) {
            entries().writePage(page);
            entries().endPage();
            return Encoding.RLE_DICTIONARY;
        }
        Encoding encoding = Encoding.PLAIN;
        if (lengthsApart != null && !lengthsApart.isEmpty()) {
            lengthsApart.write(page);
            encoding = Encoding.DELTA_LENGTH_BYTE_ARRAY;
        }
        page.write(plain.array(), 0, plain.size());
        plain.reset();
        return encoding;
    }

    @Override
    void resetValues()
    {
        usesDictionary = dictionary != null;
        chunkMin = null;
        chunkMax = null;
    }

    @Override
    long plainBufferBytes()
    {
        return plain.capacity() + (lengthsApart == null ? 0 : lengthsApart.bufferBytes());
    }

    @Override
    @Nullable
    PageBounds takePageBounds()
    {
        if (min == null || max == null) {
            return null;
        }
        PageBounds bounds = new PageBounds(min, max);
        chunkMin = chunkMin == null || Arrays.compareUnsigned(min, chunkMin) < 0 ? min : chunkMin;
        chunkMax = chunkMax == null || Arrays.compareUnsigned(max, chunkMax) > 0 ? max : chunkMax;
        min = null;
        max = null;
        last = null;
        return bounds;
    }

    @Override
    @Nullable
    PageBounds chunkBounds()
    {
        return chunkMin == null || chunkMax == null ? null : new PageBounds(chunkMin, chunkMax);
    }

    private BytesDictionary entries()
    {
        return requireNonNull(dictionary, "dictionary is null");
    }

    @Override
    @Nullable
    PageDictionary dictionary()
    {
        return dictionary;
    }
}

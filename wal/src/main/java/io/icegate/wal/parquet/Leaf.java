package io.icegate.wal.parquet;

import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.Encoding;
import org.jspecify.annotations.Nullable;

/**
 * One leaf column of a row group. Collects the values of a page and their levels, and hands the page to the chunk. Every row
 * gives every leaf at least one value or says that it is absent.
 */
public abstract sealed class Leaf
        permits BooleanLeaf,
                BytesLeaf,
                NumberLeaf
{
    private final ColumnChunkWriter chunk;
    private final PageLimit limit;
    private final int repetitionMax;
    private final int definitionMax;
    private final Levels repetitions;
    private final Levels definitions;
    private int nulls;
    private int firstRow;

    Leaf(LeafLayout layout, ColumnChunkWriter chunk, PageLimit limit)
    {
        this.chunk = chunk;
        this.limit = limit;
        repetitionMax = layout.repetitionMax();
        definitionMax = layout.definitionMax();
        repetitions = new Levels(repetitionMax);
        definitions = new Levels(definitionMax);
    }

    static Leaf open(LeafLayout layout, ColumnChunkWriter chunk, PageLimit limit)
    {
        return switch (layout.type()) {
            case BYTE_ARRAY -> new BytesLeaf(layout, chunk, limit);
            case INT32, INT64, DOUBLE -> new NumberLeaf(layout, chunk, limit);
            case BOOLEAN -> new BooleanLeaf(layout, chunk, limit);
            case INT96, FLOAT, FIXED_LEN_BYTE_ARRAY -> throw FooterSchema.unsupported(layout.type());
        };
    }

    /**
     * Repetition level of a value that follows another one in the innermost list or map.
     */
    public final int repetitionMax()
    {
        return repetitionMax;
    }

    /**
     * Definition level of a value that is there.
     */
    public final int definitionMax()
    {
        return definitionMax;
    }

    /**
     * Says that there is no value.
     *
     * @param definition how many of the levels above are there
     */
    public final void absent(int repetition, int definition)
    {
        repetitions.add(repetition);
        definitions.add(definition);
        nulls++;
        checkCount();
    }

    /**
     * Says of so many rows of a column without levels above it that there is no value.
     */
    public final void absentRows(int rows)
    {
        absentRows(0, rows);
    }

    /**
     * Adds levels as a page of another file has them. Their values are added on their own.
     *
     * @param others repetition levels; null when the column has none
     * @param present definition levels; null when every value is there
     * @param absent how many of them have no value
     */
    public final void addLevels(byte @Nullable [] others, byte @Nullable [] present, int from, int to, int absent)
    {
        if (others == null) {
            repetitions.add(0, to - from);
        }
        else {
            repetitions.add(others, from, to);
        }
        if (present == null) {
            definitions.add(definitionMax, to - from);
        }
        else {
            definitions.add(present, from, to);
        }
        nulls += absent;
        checkCount();
    }

    /**
     * Adds the levels that were added last again.
     *
     * @param last how many of them, at least one
     * @param absent how many of those have no value
     */
    public final void repeatLevels(int last, int absent, int times)
    {
        repetitions.repeat(last, times);
        definitions.repeat(last, times);
        nulls += absent * times;
        checkCount();
    }

    /**
     * True when the page should end with the row that was written last.
     */
    public final boolean isPageFull()
    {
        return limit.isReached();
    }

    /**
     * Says of so many rows that there is no value.
     *
     * @param definition how many of the levels above are there
     */
    public final void absentRows(int definition, int rows)
    {
        repetitions.add(0, rows);
        definitions.add(definition, rows);
        nulls += rows;
        checkCount();
    }

    final void present(int repetition)
    {
        repetitions.add(repetition);
        definitions.add(definitionMax);
        checkCount();
    }

    final void presentRows(int rows)
    {
        repetitions.add(0, rows);
        definitions.add(definitionMax, rows);
        checkCount();
    }

    /**
     * Rows of so many values each.
     */
    final void presentRows(int values, int rows)
    {
        repetitions.addRows(0, 1, values, rows);
        definitions.add(definitionMax, Math.multiplyExact(values, rows));
        checkCount();
    }

    private void checkCount()
    {
        if (definitions.count() >= SegmentLayout.PAGE_VALUES_MAX) {
            limit.reach();
        }
    }

    /**
     * Ends the page before a row if it is large enough.
     *
     * @return the first row of the page that is open then
     */
    final int endFullPage(int row)
    {
        if (row - firstRow >= SegmentLayout.PAGE_ROWS_MAX || definitions.count() >= SegmentLayout.PAGE_VALUES_MAX || valueBytes() >= SegmentLayout.PAGE_BYTES) {
            endPage(row);
        }
        return firstRow;
    }

    private void endPage(int row)
    {
        int rows = row - firstRow;
        if (rows == 0) {
            return;
        }
        ByteSink page = chunk.startPage();
        repetitions.write(page);
        definitions.write(page);
        Encoding encoding = writeValues(page);
        chunk.endPage(definitions.count(), rows, nulls, encoding, takePageBounds());
        repetitions.reset();
        definitions.reset();
        nulls = 0;
        firstRow = row;
    }

    /**
     * Ends the last page, and the chunk, and writes it.
     */
    final ColumnChunk finish(int rows, ByteSink file)
    {
        endPage(rows);
        PageDictionary dictionary = dictionary();
        if (dictionary != null && dictionary.isUsed()) {
            dictionary.writeEntries(chunk.startPage());
            chunk.endDictionary(dictionary.size());
        }
        ColumnChunk written = chunk.append(file, chunkBounds());
        if (dictionary != null) {
            dictionary.reset();
        }
        firstRow = 0;
        resetValues();
        return written;
    }

    /**
     * Takes where the pages of the chunk that ended lie, and begins another chunk.
     */
    final ChunkPages takePages()
    {
        return chunk.takePages();
    }

    /**
     * Bytes of the buffers that are kept from chunk to chunk.
     */
    final long bufferBytes()
    {
        PageDictionary dictionary = dictionary();
        return chunk.bufferBytes() + repetitions.bufferBytes() + definitions.bufferBytes() + plainBufferBytes() + (dictionary == null ? 0 : dictionary.bufferBytes());
    }

    /**
     * Begins another chunk; the values of the last page have been written.
     */
    abstract void resetValues();

    abstract long plainBufferBytes();

    /**
     * Size of the values of this page, before compression and about.
     */
    abstract int valueBytes();

    /**
     * Appends the values of this page, and forgets them.
     */
    abstract Encoding writeValues(ByteSink page);

    /**
     * Bounds of the page that ends; null when readers shall find none, or there is no value.
     */
    abstract @Nullable PageBounds takePageBounds();

    abstract @Nullable PageBounds chunkBounds();

    /**
     * Null when the column has none.
     */
    abstract @Nullable PageDictionary dictionary();
}

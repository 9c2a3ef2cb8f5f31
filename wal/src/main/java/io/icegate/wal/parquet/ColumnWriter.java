package io.icegate.wal.parquet;

import org.apache.parquet.format.ColumnChunk;

/**
 * Writes one column, chunk after chunk, for a file whose columns are made one after the other. Not safe for use by several
 * threads.
 */
public final class ColumnWriter
{
    private final PageLimit limit = new PageLimit();
    private final Leaf leaf;
    private int rows;
    private int nextCheck = SegmentLayout.PAGE_ROWS_MAX;

    /**
     * A finished chunk. Offsets in it count from where the chunk begins.
     */
    public record Chunk(ColumnChunk chunk, ChunkPages pages) {}

    ColumnWriter(LeafLayout layout, ColumnChunkWriter chunk)
    {
        leaf = Leaf.open(layout, chunk, limit);
    }

    /**
     * Returns where values go.
     */
    public Leaf leaf()
    {
        return leaf;
    }

    /**
     * Ends rows, whose values have all been written. Pages end only here.
     */
    public void endRows(int count)
    {
        rows += count;
        if (limit.take() || rows >= nextCheck) {
            nextCheck = leaf.endFullPage(rows) + SegmentLayout.PAGE_ROWS_MAX;
        }
    }

    /**
     * Ends the chunk. The next row begins another one.
     *
     * @param out an empty sink, which then holds the chunk
     */
    public Chunk finish(ByteSink out)
    {
        ColumnChunk chunk = leaf.finish(rows, out);
        rows = 0;
        nextCheck = SegmentLayout.PAGE_ROWS_MAX;
        limit.take();
        return new Chunk(chunk, leaf.takePages());
    }
}

package io.icegate.wal.parquet;

import com.github.luben.zstd.ZstdCompressCtx;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.schema.MessageType;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns of row groups that are written one after the other. Each {@link Leaf} turns values into pages, {@link ColumnChunkWriter} turns pages into chunks.
 * Not safe for use by several threads.
 */
public final class RowGroupWriter
{
    private final MessageType message;
    private final Map<String, Leaf> leaves = new LinkedHashMap<>();
    private final PageLimit limit = new PageLimit();
    private int rows;
    private int nextCheck = SegmentLayout.PAGE_ROWS_MAX;

    public RowGroupWriter(SegmentLayout layout, ZstdCompressCtx zstd, ByteSink scratch)
    {
        message = layout.message();
        layout.leaves().forEach((path, leaf) -> leaves.put(path, Leaf.open(leaf, new ColumnChunkWriter(leaf, zstd, scratch), limit)));
    }

    /**
     * Returns the writer of a leaf column of texts or bytes.
     *
     * @param path names of the levels with dots between them, those of maps and lists included
     */
    public BytesLeaf bytes(String path)
    {
        return leaf(path, BytesLeaf.class);
    }

    /**
     * Returns the writer of a leaf column of integers or doubles.
     *
     * @param path names of the levels with dots between them, those of maps and lists included
     */
    public NumberLeaf number(String path)
    {
        return leaf(path, NumberLeaf.class);
    }

    /**
     * Returns the writer of a leaf column of booleans.
     *
     * @param path names of the levels with dots between them, those of maps and lists included
     */
    public BooleanLeaf booleans(String path)
    {
        return leaf(path, BooleanLeaf.class);
    }

    private <T extends Leaf> T leaf(String path, Class<T> kind)
    {
        Leaf leaf = leaves.get(path);
        if (leaf == null) {
            throw new IllegalArgumentException("Cannot write column '%s': the table has none".formatted(path));
        }
        if (!kind.isInstance(leaf)) {
            throw new IllegalArgumentException("Cannot write column '%s': it is of another type".formatted(path));
        }
        return kind.cast(leaf);
    }

    /**
     * Returns the definition level at which a field is there. For a list this is the level of an empty one.
     *
     * @param path as for {@link #bytes}
     */
    public int definition(String path)
    {
        return message.getMaxDefinitionLevel(path.split("\\."));
    }

    /**
     * Ends a row; every leaf has got its values.
     */
    public void endRow()
    {
        endRows(1);
    }

    /**
     * Ends rows; every leaf has got the values of all of them. Pages end only here.
     */
    public void endRows(int count)
    {
        rows += count;
        if (limit.take() || rows >= nextCheck) {
            int firstRow = rows;
            for (Leaf leaf : leaves.values()) {
                firstRow = Math.min(firstRow, leaf.endFullPage(rows));
            }
            nextCheck = firstRow + SegmentLayout.PAGE_ROWS_MAX;
        }
    }

    /**
     * Writes the chunks, after the last row of the group. The next row begins another group, which uses the same buffers.
     */
    public Written finish(ByteSink file)
    {
        long start = file.size();
        List<ColumnChunk> written = new ArrayList<>();
        List<ChunkPages> pages = new ArrayList<>();
        long uncompressed = 0;
        for (Leaf leaf : leaves.values()) {
            ColumnChunk chunk = leaf.finish(rows, file);
            uncompressed += chunk.getMeta_data().getTotal_uncompressed_size();
            written.add(chunk);
            pages.add(leaf.takePages());
        }
        RowGroup group = new RowGroup(written, uncompressed, rows)
                .setFile_offset(start)
                .setTotal_compressed_size(file.size() - start);
        rows = 0;
        nextCheck = SegmentLayout.PAGE_ROWS_MAX;
        limit.take();
        return new Written(group, pages);
    }

    /**
     * Returns how many bytes the buffers take that are kept from group to group.
     */
    public long bufferBytes()
    {
        return leaves.values().stream().mapToLong(Leaf::bufferBytes).sum();
    }

    /**
     * @param pages of the chunks, in order
     */
    public record Written(RowGroup group, List<ChunkPages> pages) {}
}

package io.icegate.maintenance.merge;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import io.icegate.maintenance.merge.PageValues.Constant;
import io.icegate.wal.parquet.ByteSink;
import io.icegate.wal.parquet.ColumnWriter;
import io.icegate.wal.parquet.Leaf;
import io.icegate.wal.parquet.SegmentLayout;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Copies one column after the other from all inputs, in the order of the merge. Not safe for use by several threads.
 */
final class ColumnMerger
        implements AutoCloseable
{
    /**
     * Rows of one value that are written at once: a part of a page.
     */
    private static final int REPEATED_MAX = 4_000;

    private final TableColumns columns;
    private final List<LocalFile> inputs;
    private final MergeOrder order;
    private final ZstdDecompressCtx decompress;
    private final ZstdCompressCtx compress = new ZstdCompressCtx();
    private final ByteSink scratch = new ByteSink(2 * SegmentLayout.PAGE_BYTES);
    private final ByteSink content = new ByteSink(SegmentLayout.PAGE_BYTES);

    ColumnMerger(TableColumns columns, List<LocalFile> inputs, MergeOrder order, ZstdDecompressCtx decompress, int level)
    {
        this.columns = columns;
        this.inputs = List.copyOf(inputs);
        this.order = order;
        this.decompress = decompress;
        compress.setLevel(level);
    }

    void mergeAll(MergedChunks chunks)
            throws IOException
    {
        for (int leaf = 0; leaf < columns.leaves().size(); leaf++) {
            chunks.startColumn();
            merge(leaf, chunks);
        }
    }

    private void merge(int leaf, MergedChunks chunks)
            throws IOException
    {
        Map<Constant, Constant> constants = new HashMap<>();
        ColumnCursor[] cursors = new ColumnCursor[inputs.size()];
        for (int input = 0; input < cursors.length; input++) {
            LocalFile file = inputs.get(input);
            cursors[input] = ColumnCursor.open(columns.open(file, leaf, decompress), file.rows(), order.isPermuted(input), constants);
        }
        ColumnWriter writer = columns.layout().open(leaf, compress, scratch);
        OptionalDouble fpp = columns.bloomFpp(leaf);
        BloomHashes hashes = fpp.isPresent() ? new BloomHashes(columns.leaves().get(leaf).getPrimitiveType().getPrimitiveTypeName(), fpp.getAsDouble()) : null;
        for (MergeOrder.Group group : order.groups()) {
            copy(group, cursors, writer, hashes);
            content.reset();
            ColumnWriter.Chunk chunk = writer.finish(content);
            chunks.add(chunk, content, hashes == null ? Optional.empty() : hashes.take());
        }
    }

    @SuppressWarnings("ReferenceEquality") // equal constants are one
    private void copy(MergeOrder.Group group, ColumnCursor[] cursors, ColumnWriter writer, @Nullable BloomHashes hashes)
            throws IOException
    {
        Leaf leaf = writer.leaf();
        Constant repeated = null;
        int times = 0;
        for (int at = group.from(); at < group.to(); at++) {
            int row = order.row(at);
            PageValues page = cursors[order.input(at)].at(row);
            Constant constant = page.constant();
            if (repeated != null && (constant != repeated || times == REPEATED_MAX)) {
                repeated.write(leaf, times);
                writer.endRows(times);
                times = 0;
            }
            if (hashes != null && (constant == null || constant != repeated)) {
                hashes.add(page, row);
            }
            repeated = constant;
            if (constant == null) {
                page.copy(row, leaf);
                writer.endRows(1);
            }
            else {
                times++;
            }
        }
        if (repeated != null) {
            repeated.write(leaf, times);
            writer.endRows(times);
        }
    }

    @Override
    public void close()
    {
        compress.close();
    }
}

package io.icegate.maintenance.merge;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import io.icegate.maintenance.merge.PageValues.Constant;
import io.icegate.maintenance.statistics.ThetaSketch;
import io.icegate.wal.parquet.ByteSink;
import io.icegate.wal.parquet.ColumnWriter;
import io.icegate.wal.parquet.SegmentLayout;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
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
    private final TableColumns columns;
    private final List<LocalFile> inputs;
    private final MergeOrder order;
    private final RowBlock block;
    private final TextSpill spill;
    private final ZstdDecompressCtx decompress;
    private final ZstdCompressCtx compress = new ZstdCompressCtx();
    private final ByteSink scratch = new ByteSink(2 * SegmentLayout.PAGE_BYTES);
    private final ByteSink content = new ByteSink(SegmentLayout.PAGE_BYTES);

    ColumnMerger(TableColumns columns, List<LocalFile> inputs, MergeOrder order, TextSpill spill, ZstdDecompressCtx decompress, int level)
    {
        this.columns = columns;
        this.inputs = List.copyOf(inputs);
        this.order = order;
        this.block = new RowBlock(order);
        this.spill = spill;
        this.decompress = decompress;
        compress.setLevel(level);
    }

    /**
     * @param distinct gets the values of columns whose values are counted, by field
     */
    void mergeAll(MergedChunks chunks, Map<Integer, ThetaSketch> distinct)
            throws IOException
    {
        for (int leaf = 0; leaf < columns.leaves().size(); leaf++) {
            chunks.startColumn();
            merge(leaf, chunks, distinct);
        }
    }

    private void merge(int leaf, MergedChunks chunks, Map<Integer, ThetaSketch> distinct)
            throws IOException
    {
        Map<Constant, Constant> constants = new HashMap<>();
        SharedValues shared = columns.share(leaf);
        spill.startColumn();
        ColumnCursor[] cursors = new ColumnCursor[inputs.size()];
        for (int input = 0; input < cursors.length; input++) {
            LocalFile file = inputs.get(input);
            cursors[input] = ColumnCursor.open(columns.open(file, leaf, shared, decompress), file.rows(), order.isPermuted(input) ? spill : null, constants);
        }
        ColumnWriter writer = columns.layout().open(leaf, compress, scratch);
        PrimitiveTypeName type = columns.leaves().get(leaf).getPrimitiveType().getPrimitiveTypeName();
        OptionalDouble fpp = columns.bloomFpp(leaf);
        BloomHashes hashes = fpp.isPresent() ? new BloomHashes(type, fpp.getAsDouble()) : null;
        DistinctValues values = columns.isCounted(leaf) ? new DistinctValues(type) : null;
        List<ValueSink> sinks = new ArrayList<>();
        if (hashes != null) {
            sinks.add(hashes);
        }
        if (values != null) {
            sinks.add(values);
        }
        Constant constant = constant(cursors);
        for (MergeOrder.Group group : order.groups()) {
            int at = group.from();
            while (at < group.to()) {
                int copied = constant == null
                        ? block.copy(at, group.to(), cursors, writer.leaf(), sinks)
                        : RowBlock.copy(constant, Math.min(constant.rowsMax(), group.to() - at), writer.leaf(), sinks);
                writer.endRows(copied);
                at += copied;
            }
            content.reset();
            ColumnWriter.Chunk chunk = writer.finish(content);
            chunks.add(chunk, content, hashes == null ? Optional.empty() : hashes.take());
            if (values != null) {
                values.endChunk();
            }
        }
        if (values != null) {
            distinct.put(columns.field(leaf), values.sketch());
        }
    }

    /**
     * What all rows of all inputs have; null when they differ, or when that is not known yet.
     */
    @SuppressWarnings("ReferenceEquality") // equal constants are one
    private static @Nullable Constant constant(ColumnCursor[] cursors)
    {
        Constant constant = cursors[0].constant();
        return Arrays.stream(cursors).allMatch(cursor -> cursor.constant() == constant) ? constant : null;
    }

    @Override
    public void close()
    {
        compress.close();
    }
}

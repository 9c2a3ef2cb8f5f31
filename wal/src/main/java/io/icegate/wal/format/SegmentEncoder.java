package io.icegate.wal.format;

import io.icegate.schema.TableShape;
import io.icegate.wal.BatchRange;
import io.icegate.wal.EarlierSegment;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.parquet.ByteSink;
import io.icegate.wal.parquet.RowGroupWriter;
import io.icegate.wal.parquet.RowGroupWriter.Written;
import io.icegate.wal.parquet.SegmentLayout;
import org.apache.iceberg.Schema;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnIndex;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;

import static java.util.Objects.requireNonNull;

/**
 * Encodes rows as a segment: a Parquet file that is a valid data file of the table's unpartitioned spec, see
 * docs/format/segment.md. Safe for use by many threads.
 */
public final class SegmentEncoder
{
    /**
     * Rows of a row group. A segment has one, unless a single request brings more rows than fit.
     */
    public static final int ROW_GROUP_ROWS_MAX = 131_072;

    /**
     * Encodings at once that find buffers ready, and how large these may be. Others make their own and drop them.
     */
    private static final int KEPT_BUFFERS_MAX = 2;
    private static final int KEPT_BYTES_MAX = 16 * 1024 * 1024;

    private final TableShape shape;
    private final ArrayBlockingQueue<EncoderBuffers> kept = new ArrayBlockingQueue<>(KEPT_BUFFERS_MAX);
    private volatile @Nullable SegmentLayout lastLayout;

    /**
     * @param shape that all batches have
     */
    public SegmentEncoder(TableShape shape)
    {
        this.shape = requireNonNull(shape, "shape is null");
    }

    /**
     * Batches come to lie one after the other, grouped by tenant; batches without rows leave no trace.
     *
     * @param schemaId of the table schema
     * @throws IllegalArgumentException when there are no rows at all, or the table does not fit
     */
    public EncodedSegment encode(SegmentHeader header, int schemaId, Schema tableSchema, List<? extends RowBatch> batches)
    {
        return encode(header, List.of(), schemaId, tableSchema, batches);
    }

    /**
     * As above.
     *
     * @param earlier segments that readers of this one learn of, as {@link io.icegate.wal.writer.WalLane#earlier} tells them
     */
    public EncodedSegment encode(SegmentHeader header, List<EarlierSegment> earlier, int schemaId, Schema tableSchema, List<? extends RowBatch> batches)
    {
        List<RowBatch> sorted = batches.stream()
                .filter(batch -> batch.rowCount() > 0)
                .sorted(Comparator.comparing(RowBatch::tenant))
                .<RowBatch>map(batch -> batch)
                .toList();
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("Cannot encode segment %s: it has no rows".formatted(header.key().objectKey()));
        }
        SegmentLayout layout = layout(tableSchema);
        EncoderBuffers buffers = kept.poll();
        if (buffers == null) {
            buffers = new EncoderBuffers();
        }
        EncodedSegment segment;
        try {
            segment = encode(header, EarlierSegments.encode(earlier), schemaId, layout, sorted, buffers);
        }
        catch (Throwable e) {
            // with rows of the segment that failed in them
            buffers.close();
            throw e;
        }
        if (buffers.bytes() > KEPT_BYTES_MAX || !kept.offer(buffers)) {
            buffers.close();
        }
        return segment;
    }

    private static EncodedSegment encode(SegmentHeader header, String earlier, int schemaId, SegmentLayout layout, List<? extends RowBatch> sorted, EncoderBuffers buffers)
    {
        ByteSink file = buffers.file(estimate(sorted));
        file.writeBytes(FooterKeys.MAGIC);
        List<Written> groups = new ArrayList<>();
        writeRows(buffers.group(layout), header.ingestMicros(), sorted, file, groups);
        Map<String, String> properties = SegmentFile.properties(header, SegmentKind.DATA, schemaId, layout.sourceJson());
        properties.put(FooterKeys.INGEST_TIME, Long.toString(header.ingestMicros()));
        properties.put(FooterKeys.BATCHES, batches(sorted));
        if (!earlier.isEmpty()) {
            properties.put(FooterKeys.EARLIER, earlier);
        }
        properties.put(FooterKeys.EVENT_TIME, eventTime(sorted));
        try {
            writeIndexes(file, groups);
            return SegmentFile.finish(file, layout.elements(), groups.stream().map(Written::group).toList(), properties);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @throws IllegalArgumentException when rows cannot be written with this schema of the table
     */
    public void requireFit(Schema tableSchema)
    {
        layout(tableSchema);
    }

    @SuppressWarnings("ReferenceEquality") // one instance per version of the table metadata
    private SegmentLayout layout(Schema tableSchema)
    {
        SegmentLayout layout = lastLayout;
        if (layout == null || layout.source() != tableSchema) {
            layout = SegmentLayout.of(shape, tableSchema);
            lastLayout = layout;
        }
        return layout;
    }

    private static int estimate(List<? extends RowBatch> batches)
    {
        long bytes = batches.stream().mapToLong(RowBatch::requestBytes).sum();
        return (int) Math.min(bytes / 3 + 32 * 1024, 64 * 1024 * 1024);
    }

    private static void writeRows(RowGroupWriter group, long ingestMicros, List<? extends RowBatch> batches, ByteSink file, List<Written> groups)
    {
        ColumnWriters columns = batches.get(0).openColumns(group, ingestMicros);
        int rows = 0;
        for (RowBatch batch : batches) {
            int from = 0;
            while (from < batch.rowCount()) {
                if (rows == ROW_GROUP_ROWS_MAX) {
                    groups.add(group.finish(file));
                    columns = batch.openColumns(group, ingestMicros);
                    rows = 0;
                }
                int to = Math.min(batch.rowCount(), from + ROW_GROUP_ROWS_MAX - rows);
                batch.writeTo(columns, from, to);
                rows += to - from;
                from = to;
            }
        }
        groups.add(group.finish(file));
    }

    private static String batches(List<? extends RowBatch> batches)
    {
        ByteBuffer entries = ByteBuffer.allocate(Math.multiplyExact(batches.size(), FooterKeys.BATCH_BYTES));
        int row = 0;
        for (RowBatch batch : batches) {
            BatchRange range = new BatchRange(batch.id(), batch.acceptedMillis(), row, batch.rowCount());
            entries.putLong(range.id().high()).putLong(range.id().low()).putInt(range.firstRow()).putInt(range.rows()).putLong(range.acceptedMillis());
            row = Math.addExact(row, range.rows());
        }
        return Base64.getEncoder().encodeToString(entries.array());
    }

    private static String eventTime(List<? extends RowBatch> batches)
    {
        RowBatch.Times times = batches.stream().map(RowBatch::times).reduce(RowBatch.Times.NONE, RowBatch.Times::and);
        return times.minMicros() + "," + times.maxMicros();
    }

    private static void writeIndexes(ByteSink file, List<Written> groups)
            throws IOException
    {
        for (Written written : groups) {
            for (int i = 0; i < written.pages().size(); i++) {
                ColumnChunk chunk = written.group().getColumns().get(i);
                Optional<ColumnIndex> index = written.pages().get(i).columnIndex();
                if (index.isPresent()) {
                    int start = file.size();
                    Util.writeColumnIndex(index.orElseThrow(), file);
                    chunk.setColumn_index_offset(start).setColumn_index_length(file.size() - start);
                }
            }
        }
        for (Written written : groups) {
            for (int i = 0; i < written.pages().size(); i++) {
                ColumnChunk chunk = written.group().getColumns().get(i);
                ColumnMetaData metadata = requireNonNull(chunk.getMeta_data(), "metadata is null");
                int start = file.size();
                Util.writeOffsetIndex(written.pages().get(i).offsetIndex(metadata.getData_page_offset()), file);
                chunk.setOffset_index_offset(start).setOffset_index_length(file.size() - start);
            }
        }
    }
}

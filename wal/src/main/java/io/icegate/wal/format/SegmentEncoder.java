package io.icegate.wal.format;

import com.github.luben.zstd.ZstdCompressCtx;
import io.icegate.schema.DecodedLogs;
import io.icegate.schema.LogRow;
import io.icegate.schema.SignalTable;
import io.icegate.wal.BatchRange;
import io.icegate.wal.format.RowGroupWriter.Written;
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

import static java.util.Objects.requireNonNull;

/**
 * Encodes rows as a segment: a Parquet file that is a valid data file of the table's unpartitioned spec, see
 * docs/format/segment.md. The simple encoder, on parquet-java's column writers; a faster one is measured against it.
 * Safe for use by many threads.
 */
public final class SegmentEncoder
{
    /**
     * Rows of a row group. A segment has one, unless a single request brings more rows than fit.
     */
    public static final int ROW_GROUP_ROWS_MAX = 131_072;

    private static final int ZSTD_LEVEL = 1;

    private volatile @Nullable SegmentLayout lastLayout;

    /**
     * Batches come to lie one after the other, grouped by tenant; batches without rows leave no trace.
     *
     * @param schemaId of the table schema
     * @throws IllegalArgumentException when there are no rows at all, or the table does not fit
     */
    public EncodedSegment encode(SegmentHeader header, int schemaId, Schema tableSchema, List<DecodedLogs> batches)
    {
        List<DecodedLogs> sorted = batches.stream()
                .filter(batch -> !batch.rows().isEmpty())
                .sorted(Comparator.comparing(DecodedLogs::tenant))
                .toList();
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("Cannot encode segment %s: it has no rows".formatted(header.key().objectKey()));
        }
        SegmentLayout layout = layout(tableSchema);
        ByteSink file = new ByteSink(estimate(sorted));
        List<Written> groups = new ArrayList<>();
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            zstd.setLevel(ZSTD_LEVEL);
            file.writeBytes(SegmentKeys.MAGIC);
            writeRows(layout, zstd, sorted, file, groups);
        }
        Map<String, String> properties = SegmentFile.properties(header, SegmentKind.DATA, schemaId, layout.sourceJson());
        properties.put(SegmentKeys.BATCHES, batches(sorted));
        properties.put(SegmentKeys.EVENT_TIME, eventTime(sorted));
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
            layout = SegmentLayout.of(SignalTable.LOGS, tableSchema);
            lastLayout = layout;
        }
        return layout;
    }

    private static int estimate(List<DecodedLogs> batches)
    {
        long bytes = batches.stream().mapToLong(DecodedLogs::bytes).sum();
        return (int) Math.min(bytes / 3 + 32 * 1024, 64 * 1024 * 1024);
    }

    private static void writeRows(SegmentLayout layout, ZstdCompressCtx zstd, List<DecodedLogs> batches, ByteSink file, List<Written> groups)
    {
        ByteSink scratch = new ByteSink(SegmentLayout.PAGE_BYTES);
        RowGroupWriter group = new RowGroupWriter(layout, zstd, scratch);
        LogColumnWriters columns = new LogColumnWriters(group);
        int rows = 0;
        for (DecodedLogs batch : batches) {
            for (LogRow row : batch.rows()) {
                if (rows == ROW_GROUP_ROWS_MAX) {
                    groups.add(group.finish(file));
                    group = new RowGroupWriter(layout, zstd, scratch);
                    columns = new LogColumnWriters(group);
                    rows = 0;
                }
                columns.write(batch.tenant(), row);
                rows++;
            }
        }
        groups.add(group.finish(file));
    }

    private static String batches(List<DecodedLogs> batches)
    {
        ByteBuffer entries = ByteBuffer.allocate(Math.multiplyExact(batches.size(), SegmentKeys.BATCH_BYTES));
        int row = 0;
        for (DecodedLogs batch : batches) {
            BatchRange range = new BatchRange(batch.id(), row, batch.rows().size());
            entries.putLong(range.id().high()).putLong(range.id().low()).putInt(range.firstRow()).putInt(range.rows());
            row = Math.addExact(row, range.rows());
        }
        return Base64.getEncoder().encodeToString(entries.array());
    }

    private static String eventTime(List<DecodedLogs> batches)
    {
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        for (DecodedLogs batch : batches) {
            for (LogRow row : batch.rows()) {
                min = Math.min(min, row.timestampMicros());
                max = Math.max(max, row.timestampMicros());
            }
        }
        return min + "," + max;
    }

    private static void writeIndexes(ByteSink file, List<Written> groups)
            throws IOException
    {
        for (Written written : groups) {
            for (int i = 0; i < written.writers().size(); i++) {
                ColumnChunk chunk = written.group().getColumns().get(i);
                Optional<ColumnIndex> index = written.writers().get(i).columnIndex();
                if (index.isPresent()) {
                    int start = file.size();
                    Util.writeColumnIndex(index.orElseThrow(), file);
                    chunk.setColumn_index_offset(start).setColumn_index_length(file.size() - start);
                }
            }
        }
        for (Written written : groups) {
            for (int i = 0; i < written.writers().size(); i++) {
                ColumnChunk chunk = written.group().getColumns().get(i);
                ColumnMetaData metadata = requireNonNull(chunk.getMeta_data(), "metadata is null");
                int start = file.size();
                Util.writeOffsetIndex(written.writers().get(i).offsetIndex(metadata.getData_page_offset()), file);
                chunk.setOffset_index_offset(start).setOffset_index_length(file.size() - start);
            }
        }
    }
}

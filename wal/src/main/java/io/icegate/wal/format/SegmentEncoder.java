package io.icegate.wal.format;

import com.github.luben.zstd.ZstdCompressCtx;
import io.icegate.schema.DecodedLogs;
import io.icegate.schema.LogRow;
import io.icegate.schema.SignalTable;
import io.icegate.wal.BatchRange;
import io.icegate.wal.format.RowGroupWriter.Written;
import org.apache.iceberg.Schema;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.ColumnOrder;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.TypeDefinedOrder;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
    private static final String CREATED_BY = "icegate version 0.1.0";

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
        Map<String, String> properties = properties(header, SegmentKind.DATA, schemaId, layout);
        properties.put(SegmentKeys.BATCHES, batches(sorted));
        properties.put(SegmentKeys.EVENT_TIME, eventTime(sorted));
        return finish(layout, file, groups, properties);
    }

    /**
     * A segment without rows that ends its writer.
     */
    public EncodedSegment encodeSeal(SegmentHeader header, int schemaId, Schema tableSchema)
    {
        SegmentLayout layout = layout(tableSchema);
        ByteSink file = new ByteSink(16 * 1024);
        file.writeBytes(SegmentKeys.MAGIC);
        Map<String, String> properties = properties(header, SegmentKind.SEAL, schemaId, layout);
        properties.put(SegmentKeys.BATCHES, "");
        return finish(layout, file, List.of(), properties);
    }

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

    private static Map<String, String> properties(SegmentHeader header, SegmentKind kind, int schemaId, SegmentLayout layout)
    {
        Map<String, String> properties = new TreeMap<>();
        properties.put(SegmentKeys.KIND, SegmentFooterParser.text(kind));
        properties.put(SegmentKeys.TABLE, header.key().table().toString());
        properties.put(SegmentKeys.WRITER, header.key().writer().toString());
        properties.put(SegmentKeys.SEQUENCE, Long.toString(header.key().sequence().value()));
        properties.put(SegmentKeys.SEGMENT_ID, header.id().hex());
        properties.put(SegmentKeys.SCHEMA_ID, Integer.toString(schemaId));
        properties.put(SegmentKeys.CREATED_MILLIS, Long.toString(header.created().toEpochMilli()));
        properties.put(SegmentKeys.ICEBERG_SCHEMA, layout.sourceJson());
        return properties;
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

    private static EncodedSegment finish(SegmentLayout layout, ByteSink file, List<Written> groups, Map<String, String> properties)
    {
        try {
            writeIndexes(file, groups);
            properties.put(SegmentKeys.CRC32C, "%08x".formatted(file.crc32c()));
            properties.put(SegmentKeys.DATA_BYTES, Integer.toString(file.size()));
            byte[] footer = footer(layout, groups, properties);
            file.writeBytes(footer);
            file.writeInt(footer.length);
            file.writeBytes(SegmentKeys.MAGIC);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] content = file.toByteArray();
        // the property that readers rely on is checked before anything is stored
        return new EncodedSegment(content, SegmentFooterParser.parse(content, content.length));
    }

    private static void writeIndexes(ByteSink file, List<Written> groups)
            throws IOException
    {
        for (Written written : groups) {
            for (int i = 0; i < written.writers().size(); i++) {
                ColumnChunk chunk = written.group().getColumns().get(i);
                Optional<org.apache.parquet.format.ColumnIndex> index = written.writers().get(i).columnIndex();
                if (index.isPresent()) {
                    int start = file.size();
                    Util.writeColumnIndex(index.get(), file);
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

    /**
     * The footer ends with its own checksum, computed with zeros in its place.
     */
    private static byte[] footer(SegmentLayout layout, List<Written> groups, Map<String, String> properties)
            throws IOException
    {
        List<RowGroup> rowGroups = groups.stream().map(Written::group).toList();
        List<KeyValue> keyValues = new ArrayList<>();
        properties.forEach((key, value) -> keyValues.add(new KeyValue(key).setValue(value)));
        keyValues.add(new KeyValue(SegmentKeys.FOOTER_CRC32C).setValue(SegmentKeys.NO_CRC));
        FileMetaData metadata = new FileMetaData(1, layout.elements(), rowGroups.stream().mapToLong(RowGroup::getNum_rows).sum(), rowGroups)
                .setKey_value_metadata(keyValues)
                .setCreated_by(CREATED_BY)
                .setColumn_orders(Collections.nCopies(layout.message().getColumns().size(), ColumnOrder.TYPE_ORDER(new TypeDefinedOrder())));
        ByteSink footer = new ByteSink(16 * 1024);
        Util.writeFileMetaData(metadata, footer);
        byte[] bytes = footer.toByteArray();
        int at = SegmentFooterParser.checksumOffset(bytes, 0, bytes.length).orElseThrow();
        byte[] checksum = "%08x".formatted(footer.crc32c()).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(checksum, 0, bytes, at, checksum.length);
        return bytes;
    }
}

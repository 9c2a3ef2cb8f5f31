package io.icegate.wal.format;

import io.icegate.schema.TableShape;
import io.icegate.wal.BatchId;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.table.TableProfile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;

import static java.lang.Math.toIntExact;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Encodes batches of one signal and checks what a reader finds.
 *
 * @param <B> a batch
 */
final class SegmentCheck<B extends RowBatch>
{
    private final TableShape shape;
    private final Function<B, List<List<@Nullable Object>>> values;
    private final Function<Record, List<@Nullable Object>> stored;
    private final SegmentEncoder encoder;

    /**
     * Generates a batch.
     */
    @FunctionalInterface
    interface RandomBatch<B>
    {
        B create(Random random, BatchId id, String tenant, int rows);
    }

    /**
     * @param values of the rows of a batch, comparable
     * @param stored the same of a row that was read
     */
    SegmentCheck(TableShape shape, Function<B, List<List<@Nullable Object>>> values, Function<Record, List<@Nullable Object>> stored)
    {
        this.shape = shape;
        this.values = values;
        this.stored = stored;
        encoder = new SegmentEncoder(shape);
    }

    void assertRandomBatchesReadBack(RandomBatch<B> batch, int rounds, int rowsMax)
    {
        for (long seed = 0; seed < rounds; seed++) {
            Random random = new Random(seed);
            List<B> batches = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(5); i++) {
                batches.add(batch.create(random, new BatchId(random.nextLong(), i), "tenant-" + random.nextInt(3), random.nextInt(rowsMax)));
            }
            batches.add(batch.create(random, new BatchId(1, 1), "tenant-1", 1));
            assertReadsBack(shape.schema(), batches);
        }
    }

    /**
     * Checks tables as CREATE OR REPLACE TABLE AS SELECT leaves them.
     */
    void assertReadsBackFromOptional(List<B> batches)
    {
        Schema nested = new Schema(shape.schema().columns().stream().map(column -> NestedField.from(column).ofType(SegmentRows.optional(column.type())).build()).toList());
        for (Schema table : List.of(nested, SegmentRows.optional(shape.schema()))) {
            assertReadsBack(table, batches);
        }
    }

    EncodedSegment assertReadsBack(List<B> batches)
    {
        return assertReadsBack(shape.schema(), batches);
    }

    private EncodedSegment assertReadsBack(Schema table, List<B> batches)
    {
        EncodedSegment segment = encoder.encode(TestSegmentEncoder.HEADER, 3, table, batches);
        List<Object> expected = new ArrayList<>();
        batches.stream()
                .sorted(Comparator.comparing(RowBatch::tenant))
                .forEach(batch -> values.apply(batch).forEach(row -> expected.add(List.of(batch.tenant(), row))));
        List<Record> rows = SegmentRows.read(segment.content(), table);
        assertThat(rows).allMatch(row -> LogRows.micros(row.getField("ingest_time")) == TestSegmentEncoder.HEADER.ingestMicros(), "has the time of the segment");
        List<Object> actual = rows.stream()
                .<Object>map(row -> List.of(row.getField("tenant_id"), stored.apply(row)))
                .toList();
        assertThat(actual).isEqualTo(expected);
        return segment;
    }

    /**
     * What the table is told of a segment of this batch.
     */
    DataFile dataFile(B batch)
    {
        return SegmentMetrics.toDataFile(
                encoder.encode(TestSegmentEncoder.HEADER, 0, shape.schema(), List.of(batch)).footer(),
                PartitionSpec.builderFor(shape.schema()).build(),
                MetricsConfig.from(TableProfile.properties(shape), shape.schema(), SortOrder.unsorted()),
                "file");
    }

    /**
     * Bytes of the largest page of each leaf column before compression.
     */
    static Map<String, Integer> largestPages(EncodedSegment segment)
    {
        byte[] content = segment.content();
        int footerLength = ByteBuffer.wrap(content, content.length - 8, Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).getInt();
        Map<String, Integer> largest = new TreeMap<>();
        try {
            FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(content, content.length - 8 - footerLength, footerLength));
            for (RowGroup group : footer.getRow_groups()) {
                for (ColumnChunk chunk : group.getColumns()) {
                    ColumnMetaData column = chunk.getMeta_data();
                    long start = column.isSetDictionary_page_offset() ? column.getDictionary_page_offset() : column.getData_page_offset();
                    ByteArrayInputStream pages = new ByteArrayInputStream(content, toIntExact(start), toIntExact(column.getTotal_compressed_size()));
                    while (pages.available() > 0) {
                        PageHeader page = Util.readPageHeader(pages);
                        pages.skipNBytes(page.getCompressed_page_size());
                        largest.merge(String.join(".", column.getPath_in_schema()), page.getUncompressed_page_size(), Math::max);
                    }
                }
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return largest;
    }

    /**
     * Bounds as text, by column.
     */
    Map<String, String> bounds(DataFile file)
    {
        Map<String, String> bounds = new TreeMap<>();
        for (NestedField column : shape.schema().columns()) {
            ByteBuffer low = file.lowerBounds().get(column.fieldId());
            ByteBuffer high = file.upperBounds().get(column.fieldId());
            if (low != null || high != null) {
                bounds.put(column.name(), "%s to %s".formatted(bound(column, low), bound(column, high)));
            }
        }
        return bounds;
    }

    private static Object bound(NestedField column, @Nullable ByteBuffer bound)
    {
        return bound == null ? "none" : Conversions.fromByteBuffer(column.type(), bound);
    }
}

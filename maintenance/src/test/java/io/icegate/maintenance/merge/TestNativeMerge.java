package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.MergeResult.Outcome;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.schema.AttributeValue;
import io.icegate.schema.AttributeValue.Entry;
import io.icegate.schema.Attributes;
import io.icegate.schema.LogRow;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentCodec.EncodedDeletes;
import io.icegate.wal.copies.CopyFolder;
import io.icegate.wal.copies.SegmentCopies;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.MetricRows;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.SpanRows;
import io.icegate.wal.parquet.SegmentLayout;
import io.icegate.wal.table.TableSpecs;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageEncodingStats;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsFirst;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestNativeMerge
{
    private static final MergeSettings SMALL = new MergeSettings(128, 256L << 20, 64L << 20, 1_000_000, 1);

    @TempDir
    private Path scratch;

    /**
     * Rows with every type and extreme, of two tenants, in several segments.
     */
    @Test
    void testRowsOfLogsStay()
            throws Exception
    {
        Random random = new Random(1);
        try (MergeFixture fixture = new MergeFixture(Signal.LOGS)) {
            WalWriter writer = fixture.writer();
            for (int segment = 0; segment < 4; segment++) {
                fixture.append(
                        writer,
                        LogRows.random(random, new BatchId(segment, 1), "b", 140),
                        LogRows.random(random, new BatchId(segment, 2), "a", 160));
            }
            fixture.commit();
            checkMerged(fixture, 1_200);
        }
    }

    @Test
    void testRowsOfSpansStay()
            throws Exception
    {
        Random random = new Random(2);
        try (MergeFixture fixture = new MergeFixture(Signal.SPANS)) {
            WalWriter writer = fixture.writer();
            for (int segment = 0; segment < 3; segment++) {
                fixture.append(writer, SpanRows.random(random, new BatchId(segment, 1), "a", 200));
            }
            fixture.commit();
            checkMerged(fixture, 600);
        }
    }

    @Test
    void testRowsOfMetricsStay()
            throws Exception
    {
        Random random = new Random(3);
        try (MergeFixture fixture = new MergeFixture(Signal.METRICS)) {
            WalWriter writer = fixture.writer();
            for (int segment = 0; segment < 3; segment++) {
                fixture.append(writer, MetricRows.random(random, new BatchId(segment, 1), "a", 200));
            }
            fixture.commit();
            checkMerged(fixture, 600);
        }
    }

    /**
     * A batch that came twice has position deletes. Its rows and the deletes are gone afterwards.
     */
    @Test
    void testDeletedRowsAreLeftOut()
            throws Exception
    {
        try (MergeFixture fixture = new MergeFixture(Signal.LOGS)) {
            fixture.append(fixture.writer(), LogRows.batch(1, "a", 50), LogRows.batch(2, "a", 50));
            fixture.commit();
            fixture.append(fixture.writer(), LogRows.batch(3, "a", 50), LogRows.batch(2, "a", 50));
            fixture.commit();
            assertThat(fixture.table.currentSnapshot().summary()).containsEntry("total-position-deletes", "50");
            checkMerged(fixture, 150);
            assertThat(fixture.table.currentSnapshot().summary()).containsEntry("total-delete-files", "0");
        }
    }

    /**
     * Segments that were committed meanwhile are no conflict. Columns are found by id, and a new one is null.
     */
    @Test
    void testTableChangesMeanwhile()
            throws Exception
    {
        try (MergeFixture fixture = new MergeFixture(Signal.LOGS)) {
            WalWriter writer = fixture.writer();
            fixture.append(writer, LogRows.batch(1, "a", 50));
            fixture.append(writer, LogRows.batch(2, "a", 50));
            fixture.commit();
            MergePlan plan = plan(fixture);
            fixture.append(writer, LogRows.batch(3, "a", 50));
            fixture.commit();
            fixture.table.updateSchema().addColumn("extra", Types.StringType.get()).renameColumn("severity_text", "level").commit();
            Map<Record, Integer> before = fixture.rows();
            assertThat(before).hasSize(150);
            assertThat(merge(fixture.table, plan).outcome()).isEqualTo(Outcome.COMMITTED);
            assertThat(fixture.files()).hasSize(2);
            assertThat(fixture.rows()).isEqualTo(before);
        }
    }

    /**
     * Rows that were deleted after the plan must not come back.
     */
    @Test
    void testLoserDeletesItsFiles()
            throws Exception
    {
        try (MergeFixture fixture = twoSegments()) {
            MergePlan plan = plan(fixture);
            String deletes = fixture.table.locationProvider().newDataLocation("deletes.parquet");
            PartitionSpec unpartitioned = TableSpecs.unpartitioned("logs", fixture.table.specs().values());
            EncodedDeletes encoded = new ParquetSegmentCodec().encodeDeletes(plan.inputs().get(0).file().location(), List.of(new BatchRange(new BatchId(0, 1), 0, 0, 10)), unpartitioned, deletes);
            try (PositionOutputStream out = fixture.table.io().newOutputFile(deletes).create()) {
                out.write(encoded.content());
            }
            fixture.table.newRowDelta().addDeletes(encoded.file()).commit();
            Map<Record, Integer> before = fixture.rows();
            assertThat(before).hasSize(90);

            assertThat(merge(fixture.table, plan).outcome()).isEqualTo(Outcome.LOST);
            assertThat(fixture.rows()).isEqualTo(before);
            assertThat(fixture.merged()).isEmpty();
        }
    }

    @Test
    void testLostAnswerOfACommit()
            throws Exception
    {
        try (MergeFixture fixture = twoSegments()) {
            Map<Record, Integer> before = fixture.rows();
            Table uncertain = new BaseTable(new UncertainOperations(((BaseTable) fixture.table).operations(), true), "logs");
            MergeResult result = merge(uncertain, plan(fixture));
            assertThat(result.outcome()).isEqualTo(Outcome.COMMITTED);
            fixture.table.refresh();
            assertThat(result.snapshotId()).contains(fixture.table.currentSnapshot().snapshotId());
            assertThat(fixture.rows()).isEqualTo(before);
            assertThat(fixture.merged()).hasSize(1);
        }
    }

    /**
     * A commit of which nobody knows may still come, so its files stay.
     */
    @Test
    void testUnknownOutcomeKeepsFiles()
            throws Exception
    {
        try (MergeFixture fixture = twoSegments()) {
            Table uncertain = new BaseTable(new UncertainOperations(((BaseTable) fixture.table).operations(), false), "logs");
            assertThat(merge(uncertain, plan(fixture)).outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(fixture.merged()).hasSize(1);
        }
    }

    /**
     * A byte that changed in the store stays where it is, and is not copied under a new checksum.
     */
    @Test
    void testBrokenPageIsNotMerged()
            throws Exception
    {
        try (MergeFixture fixture = twoSegments()) {
            MergePlan plan = plan(fixture);
            String location = plan.inputs().get(1).file().location();
            byte[] content = fixture.read(location);
            ColumnMetaData body = footer(content).getRow_groups().get(0).getColumns().stream()
                    .map(ColumnChunk::getMeta_data)
                    .filter(column -> column.getPath_in_schema().equals(List.of("body")))
                    .findFirst()
                    .orElseThrow();
            content[(int) (body.getData_page_offset() + body.getTotal_compressed_size() - 1)] ^= 1;
            fixture.store.put(fixture.warehouse.key(location).orElseThrow(), content);
            assertThatThrownBy(() -> merge(fixture.table, plan))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("column body has a page whose checksum is wrong");
            assertThat(fixture.merged()).isEmpty();
            assertScratchEmpty();
        }
    }

    /**
     * What lies on this disk is not read from the store, and the rest is.
     */
    @Test
    void testCopiesAreMerged()
            throws Exception
    {
        Path folder = Files.createDirectory(scratch.resolve("copies"));
        try (MergeFixture fixture = twoSegments()) {
            Map<Record, Integer> before = fixture.rows();
            MergePlan plan = plan(fixture);
            ObjectKey copied = fixture.warehouse.key(plan.inputs().get(0).file().location()).orElseThrow();
            byte[] content = fixture.store.get(copied).orElseThrow().content();
            SegmentCopies.open(folder, 1L << 20, Runnable::run).around(new MemoryObjectStore(Instant::now)).putIfAbsent(copied, content);
            fixture.store.delete(List.of(copied));
            MergeResult result = new NativeMerge(SMALL, scratch, new Random(), Optional.of(new CopyFolder(fixture.warehouse, folder))).run(fixture.table, plan);
            assertThat(result.inputs()).isEqualTo(2);
            assertThat(fixture.rows()).isEqualTo(before);
            try (Stream<Path> left = Files.list(folder)) {
                assertThat(left).isEmpty();
            }
        }
    }

    /**
     * Only as many files are taken as fit into memory.
     */
    @Test
    void testMemoryBoundsInputs()
            throws Exception
    {
        try (MergeFixture fixture = twoSegments()) {
            Map<Record, Integer> before = fixture.rows();
            MergeResult result = new NativeMerge(new MergeSettings(128, 256L << 20, 1, 1_000_000, 1), scratch, new Random()).run(fixture.table, plan(fixture));
            assertThat(result.inputs()).isEqualTo(1);
            assertThat(fixture.rows()).isEqualTo(before);
        }
    }

    /**
     * Another target makes more files, none of which has rows of two row groups of others.
     */
    @Test
    void testTargetSize()
            throws Exception
    {
        try (MergeFixture fixture = new MergeFixture(Signal.LOGS)) {
            fixture.append(fixture.writer(), LogRows.batch(1, "a", 600));
            fixture.commit();
            Map<Record, Integer> before = fixture.rows();
            MergePlan plan = new MergePlanner(MergePolicy.DEFAULT).plan(fixture.table, Instant.now().plusSeconds(3_600)).get(0);
            MergeResult result = new NativeMerge(new MergeSettings(100, 1, 64L << 20, 1_000_000, 1), scratch, new Random()).run(fixture.table, plan);
            assertThat(result.outputs()).isEqualTo(6);
            assertThat(fixture.rows()).isEqualTo(before);
        }
    }

    /**
     * Bounds of the columns that the table asks for, and bloom filters that find what is there.
     */
    @Test
    void testStatistics()
            throws Exception
    {
        Random random = new Random(4);
        try (MergeFixture fixture = new MergeFixture(Signal.LOGS)) {
            fixture.append(fixture.writer(), LogRows.random(random, new BatchId(1, 1), "a", 300), LogRows.random(random, new BatchId(1, 2), "a", 300));
            fixture.commit();
            merge(fixture.table, new MergePlanner(MergePolicy.DEFAULT).plan(fixture.table, Instant.now().plusSeconds(3_600)).get(0));
            DataFile file = fixture.files().get(0);
            for (String bounded : List.of("tenant_id", "timestamp", "time_unix_nano", "severity_number", "trace_id")) {
                assertThat(file.lowerBounds()).containsKey(fixture.table.schema().findField(bounded).fieldId());
            }
            assertThat(file.lowerBounds()).doesNotContainKey(fixture.table.schema().findField("body").fieldId());
            int traceId = fixture.table.schema().findField("trace_id").fieldId();
            List<String> traces = fixture.rows(file).stream().map(row -> (String) row.getField("trace_id")).filter(Objects::nonNull).toList();
            assertThat(Conversions.<CharSequence>fromByteBuffer(Types.StringType.get(), file.lowerBounds().get(traceId)).toString()).isLessThanOrEqualTo(Collections.min(traces)).isGreaterThan("");
            assertThat(Conversions.<CharSequence>fromByteBuffer(Types.StringType.get(), file.upperBounds().get(traceId)).toString()).isGreaterThanOrEqualTo(Collections.max(traces));
            byte[] content = fixture.read(file.location());
            FileMetaData footer = footer(content);
            assertThat(file.splitOffsets()).hasSize(footer.getRow_groups().size()).hasSize(5);
            List<Record> rows = fixture.rows(file);
            int group = 0;
            int next = 0;
            for (RowGroup rowGroup : footer.getRow_groups()) {
                BlockSplitBloomFilter filter = bloomFilter(content, rowGroup, "trace_id");
                for (int row = next; row < next + rowGroup.getNum_rows(); row++) {
                    Object trace = rows.get(row).getField("trace_id");
                    if (trace != null) {
                        assertThat(filter.findHash(filter.hash(Binary.fromString(trace.toString())))).isTrue();
                    }
                }
                assertThat(filter.findHash(filter.hash(Binary.fromString("nobody-" + group)))).isFalse();
                next += (int) rowGroup.getNum_rows();
                group++;
            }
        }
    }

    /**
     * What Iceberg's own writer leaves, with other encodings and other pages.
     */
    @Test
    void testFilesOfOthers()
            throws Exception
    {
        try (MergeFixture fixture = twoSegments()) {
            Map<Record, Integer> before = fixture.rows();
            List<Record> rows = fixture.files().stream().flatMap(file -> fixture.rows(file).stream()).toList();
            String location = fixture.table.locationProvider().newDataLocation("foreign.parquet");
            FileAppender<Record> appender = Parquet.write(fixture.table.io().newOutputFile(location))
                    .schema(fixture.table.schema())
                    .createWriterFunc(GenericParquetWriter::create)
                    .set("write.parquet.compression-codec", "zstd")
                    .writerVersion(ParquetProperties.WriterVersion.PARQUET_2_0)
                    .build();
            try (appender) {
                appender.addAll(rows);
            }
            DataFile foreign = DataFiles.builder(TableSpecs.unpartitioned("logs", fixture.table.specs().values()))
                    .withPath(location)
                    .withFormat(FileFormat.PARQUET)
                    .withFileSizeInBytes(appender.length())
                    .withMetrics(appender.metrics())
                    .build();
            DeleteFiles delete = fixture.table.newDelete();
            fixture.files().forEach(delete::deleteFile);
            delete.commit();
            fixture.table.newAppend().appendFile(foreign).commit();
            fixture.table.refresh();
            merge(fixture.table, new MergePlanner(MergePolicy.DEFAULT).plan(fixture.table, Instant.now().plusSeconds(3_600)).get(0));
            assertThat(fixture.merged()).hasSize(1);
            assertThat(fixture.rows()).isEqualTo(before);
        }
    }

    /**
     * Files that are sorted are read page by page, and pages end within what is copied at once: long lists fill them.
     */
    @Test
    void testSortedFiles()
            throws Exception
    {
        Random random = new Random(5);
        MergeSettings large = new MergeSettings(65_536, 256L << 20, 64L << 20, 1_000_000, 1);
        try (MergeFixture fixture = new MergeFixture(Signal.SPANS)) {
            WalWriter writer = fixture.writer();
            for (int file = 0; file < 3; file++) {
                fixture.append(writer, SpanRows.random(random, new BatchId(file, 1), "a", 1_500));
                fixture.append(writer, SpanRows.random(random, new BatchId(file, 2), "a", 1_500));
                fixture.commit();
                assertThat(new NativeMerge(large, scratch, new Random()).run(fixture.table, plan(fixture)).outputs()).isEqualTo(1);
            }
            Map<Record, Integer> before = fixture.rows();
            MergePlan plan = new MergePlanner(MergePolicy.DEFAULT).plan(fixture.table, Instant.now().plusSeconds(3_600)).get(0);
            assertThat(plan.inputs()).hasSize(3);
            assertThat(new NativeMerge(large, scratch, new Random()).run(fixture.table, plan).outputs()).isEqualTo(1);
            assertThat(fixture.rows()).isEqualTo(before);
            assertSorted(fixture, fixture.files().get(0));
            long pages = footer(fixture.read(fixture.files().get(0).location())).getRow_groups().get(0).getColumns().stream()
                    .map(ColumnChunk::getMeta_data)
                    .filter(column -> column.getPath_in_schema().equals(List.of("events", "list", "element", "attributes", "key_value", "value")))
                    .flatMap(column -> column.getEncoding_stats().stream())
                    .mapToInt(PageEncodingStats::getCount)
                    .sum();
            assertThat(pages).isGreaterThan(2);
        }
    }

    /**
     * Values of attributes, which a segment has one by one, are in the dictionary of a merged row group where they repeat.
     */
    @Test
    void testRepeatedAttributesHaveDictionary()
            throws Exception
    {
        try (MergeFixture fixture = twoSegments()) {
            assertThat(fixture.files()).allSatisfy(file -> assertThat(attributeValues(fixture, file).isSetDictionary_page_offset()).isFalse());
            checkMerged(fixture, 100);
            assertThat(fixture.files()).isNotEmpty().allSatisfy(file -> assertThat(attributeValues(fixture, file).isSetDictionary_page_offset()).isTrue());
        }
    }

    /**
     * Rows of lists are copied many at once, but not so many that their texts make a page too long.
     */
    @Test
    void testPagesOfLongTexts()
            throws Exception
    {
        Random random = new Random(6);
        try (MergeFixture fixture = new MergeFixture(Signal.LOGS)) {
            List<LogRow> rows = LogRows.batch(1, "a", 2_500).rows().stream().map(row -> withLongTexts(row, random)).toList();
            fixture.append(fixture.writer(), new LogBatch(new BatchId(1, 1), "a", rows, 1));
            fixture.commit();
            Map<Record, Integer> before = fixture.rows();
            MergePlan plan = new MergePlanner(MergePolicy.DEFAULT).plan(fixture.table, Instant.now().plusSeconds(3_600)).get(0);
            assertThat(new NativeMerge(MergeSettings.DEFAULT, scratch, new Random()).run(fixture.table, plan).outputs()).isEqualTo(1);
            assertThat(fixture.rows()).isEqualTo(before);
            ColumnMetaData values = attributeValues(fixture, fixture.files().get(0));
            int pages = values.getEncoding_stats().stream().mapToInt(PageEncodingStats::getCount).sum();
            assertThat(values.getTotal_uncompressed_size()).isGreaterThan(20L << 20);
            assertThat(values.getTotal_uncompressed_size() / pages).isLessThan(SegmentLayout.PAGE_BYTES * 3L / 2);
        }
    }

    @SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
    private static LogRow withLongTexts(LogRow row, Random random)
    {
        List<Entry> entries = IntStream.range(0, 3)
                .mapToObj(i -> new Entry("key" + i, new AttributeValue.Text("%016x".formatted(random.nextLong()).repeat(200))))
                .toList();
        return new LogRow(
                row.resource(),
                row.scope(),
                row.timestampMicros(),
                row.receivedMicros(),
                row.timeUnixNano(),
                row.observedTimeUnixNano(),
                row.severityNumber(),
                row.severityText(),
                row.eventName(),
                row.body(),
                row.traceId(),
                row.spanId(),
                row.flags(),
                Attributes.of(entries),
                row.droppedAttributesCount(),
                row.residual());
    }

    private static ColumnMetaData attributeValues(MergeFixture fixture, DataFile file)
            throws IOException
    {
        return footer(fixture.read(file.location())).getRow_groups().get(0).getColumns().stream()
                .map(ColumnChunk::getMeta_data)
                .filter(column -> column.getPath_in_schema().equals(List.of("attributes", "key_value", "value")))
                .findFirst()
                .orElseThrow();
    }

    private static BlockSplitBloomFilter bloomFilter(byte[] content, RowGroup group, String column)
            throws IOException
    {
        ColumnMetaData metadata = group.getColumns().stream()
                .map(ColumnChunk::getMeta_data)
                .filter(chunk -> chunk.getPath_in_schema().equals(List.of(column)))
                .findFirst()
                .orElseThrow();
        ByteArrayInputStream in = new ByteArrayInputStream(content, (int) metadata.getBloom_filter_offset(), metadata.getBloom_filter_length());
        int bytes = Util.readBloomFilterHeader(in).getNumBytes();
        return new BlockSplitBloomFilter(in.readNBytes(bytes));
    }

    private static MergeFixture twoSegments()
            throws Exception
    {
        MergeFixture fixture = new MergeFixture(Signal.LOGS);
        WalWriter writer = fixture.writer();
        fixture.append(writer, LogRows.batch(1, "a", 50));
        fixture.append(writer, LogRows.batch(2, "a", 50));
        fixture.commit();
        return fixture;
    }

    private void checkMerged(MergeFixture fixture, int rows)
            throws IOException
    {
        Map<Record, Integer> before = fixture.rows();
        String offsets = fixture.table.properties().get(OffsetVector.PROPERTY);
        MergeResult result = merge(fixture.table, plan(fixture));
        assertThat(result.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(result.rows()).isEqualTo(rows);
        assertThat(fixture.rows()).isEqualTo(before);
        assertThat(fixture.table.properties().get(OffsetVector.PROPERTY)).isEqualTo(offsets);
        for (DataFile file : fixture.files()) {
            assertThat(file.sortOrderId()).isEqualTo(fixture.table.sortOrder().orderId());
            assertThat(file.specId()).isEqualTo(fixture.table.spec().specId());
            assertSorted(fixture, file);
            assertReadableByAll(fixture, file);
        }
        // and once more, now from sorted files
        if (fixture.files().size() == 1) {
            DataFile file = fixture.files().get(0);
            MergePlan again = new MergePlan(fixture.table.currentSnapshot().snapshotId(), fixture.table.currentSnapshot().sequenceNumber(), List.of(new MergePlan.Input(file, List.of())), Instant.EPOCH, "test");
            assertThat(merge(fixture.table, again).outcome()).isEqualTo(Outcome.COMMITTED);
            assertThat(fixture.rows()).isEqualTo(before);
        }
        assertScratchEmpty();
    }

    private void assertScratchEmpty()
            throws IOException
    {
        try (Stream<Path> left = Files.list(scratch)) {
            assertThat(left).isEmpty();
        }
    }

    private static MergePlan plan(MergeFixture fixture)
    {
        List<MergePlan> plans = new MergePlanner(MergeFixture.ALL).plan(fixture.table, Instant.now());
        assertThat(plans).hasSize(1);
        return plans.get(0);
    }

    private MergeResult merge(Table table, MergePlan plan)
    {
        return new NativeMerge(SMALL, scratch, new Random()).run(table, plan);
    }

    private static void assertSorted(MergeFixture fixture, DataFile file)
            throws IOException
    {
        List<Record> rows = fixture.rows(file);
        Comparator<Record> order = Comparator.comparing(row -> 0);
        if (fixture.table.schema().findField("metric_name") != null) {
            order = order.thenComparing(row -> bytes(row.getField("metric_name")), nullsFirst(Arrays::compareUnsigned));
        }
        order = order.thenComparing(row -> bytes(row.getField("service_name")), nullsFirst(Arrays::compareUnsigned))
                .thenComparing(row -> (OffsetDateTime) row.getField("timestamp"), nullsFirst(naturalOrder()));
        assertThat(rows).isSortedAccordingTo(order);
        assertThat(rows).allMatch(row -> row.getField("tenant_id").equals(file.partition().get(0, String.class)));
    }

    private static byte @Nullable [] bytes(@Nullable Object text)
    {
        return text == null ? null : text.toString().getBytes(UTF_8);
    }

    /**
     * No page without values has an encoding that older readers fail on, and a chunk announces a dictionary only if it has one.
     */
    private static void assertReadableByAll(MergeFixture fixture, DataFile file)
            throws IOException
    {
        for (RowGroup group : footer(fixture.read(file.location())).getRow_groups()) {
            for (ColumnChunk chunk : group.getColumns()) {
                ColumnMetaData column = chunk.getMeta_data();
                assertThat(chunk.isSetOffset_index_offset()).isTrue();
                if (column.isSetStatistics() && column.getStatistics().getNull_count() == column.getNum_values()) {
                    assertThat(column.getEncodings()).containsOnly(Encoding.PLAIN, Encoding.RLE);
                    assertThat(column.isSetDictionary_page_offset()).isFalse();
                }
            }
        }
    }

    private static FileMetaData footer(byte[] content)
            throws IOException
    {
        int length = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getInt(content.length - 8);
        return Util.readFileMetaData(new ByteArrayInputStream(content, content.length - 8 - length, length));
    }
}

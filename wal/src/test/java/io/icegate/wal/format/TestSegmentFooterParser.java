package io.icegate.wal.format;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.fault.TracingObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.WalException;
import io.icegate.wal.table.TableProfile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.junit.jupiter.api.Test;

import java.io.FileNotFoundException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

import static io.icegate.wal.format.TestSegmentEncoder.HEADER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestSegmentFooterParser
{
    private static final Schema SCHEMA = Signal.LOGS.shape().schema();

    private final SegmentEncoder encoder = new SegmentEncoder(Signal.LOGS.shape());

    @Test
    void testFooter()
            throws Exception
    {
        EncodedSegment segment = encoder.encode(HEADER, 3, SCHEMA, List.of(LogRows.batch(5, "b", 10), LogRows.batch(6, "a", 20), LogRows.batch(7, "b", 30), LogRows.batch(8, "c", 0)));
        SegmentFooter footer = segment.footer();
        assertThat(footer.header()).isEqualTo(HEADER);
        assertThat(footer.kind()).isEqualTo(SegmentKind.DATA);
        assertThat(footer.schemaId()).isEqualTo(3);
        // grouped by tenant, otherwise in the given order
        assertThat(footer.batches()).containsExactly(new BatchRange(new BatchId(0, 6), 0, 0, 20), new BatchRange(new BatchId(0, 5), 0, 20, 10), new BatchRange(new BatchId(0, 7), 0, 30, 30));
        assertThat(footer.rows()).isEqualTo(60);
        assertThat(footer.size()).isEqualTo(segment.content().length);
        assertThat(footer.splitOffsets()).containsExactly(4L);
        assertThat(SegmentFooterParser.dataChecksum(segment.content(), footer)).isEqualTo(footer.crc32c());

        TracingObjectStore store = store(segment, HEADER.key());
        assertThat(text(SegmentFooterParser.read(store, head(store, HEADER.key())))).isEqualTo(text(footer));
    }

    @Test
    void testSeal()
            throws Exception
    {
        EncodedSegment seal = SealEncoder.encode(HEADER, 3, SCHEMA);
        assertThat(seal.footer().kind()).isEqualTo(SegmentKind.SEAL);
        assertThat(seal.footer().rows()).isZero();
        assertThat(seal.footer().batches()).isEmpty();
        assertThat(SegmentRows.read(seal.content(), SCHEMA)).isEmpty();
        TracingObjectStore store = store(seal, HEADER.key());
        assertThat(text(SegmentFooterParser.read(store, head(store, HEADER.key())))).isEqualTo(text(seal.footer()));
    }

    @Test
    void testRefusesNoRows()
    {
        assertThatThrownBy(() -> encoder.encode(HEADER, 3, SCHEMA, List.of(LogRows.batch(1, "a", 0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot encode segment %s: it has no rows".formatted(HEADER.key().objectKey()));
    }

    @Test
    void testRequests()
            throws Exception
    {
        EncodedSegment ordinary = encoder.encode(HEADER, 3, SCHEMA, List.of(LogRows.batch(5, "b", 1000)));
        TracingObjectStore store = store(ordinary, HEADER.key());
        ObjectHead head = head(store, HEADER.key());
        store.takeRequests();
        SegmentFooterParser.read(store, head);
        assertThat(store.takeRequests()).hasSize(1);

        List<LogBatch> many = IntStream.range(0, 5000).mapToObj(i -> LogRows.batch(i, "b", 1)).toList();
        EncodedSegment large = encoder.encode(HEADER, 3, SCHEMA, many);
        TracingObjectStore another = store(large, HEADER.key());
        head = head(another, HEADER.key());
        another.takeRequests();
        assertThat(SegmentFooterParser.read(another, head).batches()).hasSize(5000);
        assertThat(another.takeRequests()).hasSize(2);
    }

    @Test
    void testAnotherKey()
            throws Exception
    {
        EncodedSegment segment = encoder.encode(HEADER, 3, SCHEMA, List.of(LogRows.batch(5, "b", 1)));
        SegmentKey other = new SegmentKey(HEADER.key().table(), HEADER.key().writer(), HEADER.key().sequence().next());
        TracingObjectStore store = store(segment, other);
        assertThatThrownBy(() -> SegmentFooterParser.read(store, head(store, other)))
                .isInstanceOfSatisfying(WalException.class, e -> assertThat(e.kind()).isEqualTo(WalException.Kind.CORRUPT))
                .hasMessage("Cannot read segment %s: its footer says that it is %s".formatted(other.objectKey(), HEADER.key().objectKey()));
    }

    @Test
    void testAbsent()
            throws Exception
    {
        EncodedSegment segment = encoder.encode(HEADER, 3, SCHEMA, List.of(LogRows.batch(5, "b", 1)));
        TracingObjectStore store = store(segment, HEADER.key());
        ObjectHead head = head(store, HEADER.key());
        store.delete(List.of(HEADER.key().objectKey()));
        assertThatThrownBy(() -> SegmentFooterParser.read(store, head)).isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void testForeignFiles()
    {
        byte[] deletes = PositionDeleteEncoder.encode("s3://x", List.of(new BatchRange(new BatchId(1, 1), 0, 0, 1))).content();
        assertCorrupt(deletes, deletes.length);
        for (int length : new int[] {0, 1, 7, 8, 9, 12, 100}) {
            assertCorrupt(new byte[length], length);
            byte[] magic = new byte[length + 8];
            Arrays.fill(magic, (byte) 'P');
            System.arraycopy(FooterKeys.MAGIC, 0, magic, magic.length - 4, 4);
            assertCorrupt(magic, magic.length);
        }
    }

    @Test
    void testEveryDamagedByteIsNoticed()
    {
        EncodedSegment segment = encoder.encode(HEADER, 3, SCHEMA, List.of(LogRows.random(new Random(3), new BatchId(1, 1), "a", 20)));
        byte[] content = segment.content();
        String undamaged = text(segment.footer());
        Random random = new Random(4);
        int dataBytes = content.length - 8 - ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getInt(content.length - 8);
        for (int i = 0; i < content.length; i++) {
            byte[] damaged = content.clone();
            damaged[i] ^= (byte) (1 << random.nextInt(8));
            if (i >= dataBytes) {
                assertCorrupt(damaged, damaged.length);
            }
            else {
                // the footer is not concerned, the checksum of the data is
                assertThat(text(SegmentFooterParser.parse(damaged, damaged.length))).isEqualTo(undamaged);
                assertThat(SegmentFooterParser.dataChecksum(damaged, segment.footer())).isNotEqualTo(segment.footer().crc32c());
            }
        }
        for (int length = 0; length < content.length; length++) {
            assertCorrupt(Arrays.copyOf(content, length), length);
        }
        // bytes lost or added before the footer
        assertCorrupt(Arrays.copyOfRange(content, 1, content.length), content.length - 1);
        assertCorrupt(content, content.length + 1);
        assertCorrupt(content, content.length - 1);
    }

    @Test
    void testDataFile()
    {
        EncodedSegment segment = encoder.encode(HEADER, 3, SCHEMA, List.of(LogRows.batch(5, "b", 10), LogRows.batch(6, "a", 20)));
        DataFile file = dataFile(segment, TableProfile.properties(Signal.LOGS.shape()));
        assertThat(file.location()).isEqualTo("s3://lake/wh/segment.parquet");
        assertThat(file.recordCount()).isEqualTo(30);
        assertThat(file.fileSizeInBytes()).isEqualTo(segment.content().length);
        assertThat(file.splitOffsets()).containsExactly(4L);
        assertThat(file.sortOrderId()).satisfiesAnyOf(id -> assertThat(id).isNull(), id -> assertThat(id).isZero());
        assertThat(lower(file, "tenant_id")).isEqualTo("a");
        assertThat(upper(file, "tenant_id")).isEqualTo("b");
        assertThat(lower(file, "timestamp")).isEqualTo(LogRows.micros(LogRows.NOW));
        assertThat(upper(file, "timestamp")).isEqualTo(LogRows.micros(LogRows.NOW) + 19);
        assertThat(lower(file, "severity_number")).isEqualTo(9);
        assertThat(upper(file, "time_unix_nano")).isEqualTo((LogRows.micros(LogRows.NOW) + 19) * 1000);
        assertThat(lower(file, "service_name")).isEqualTo("shop");
        // only counted
        assertThat(file.lowerBounds()).doesNotContainKey(id("body"));
        assertThat(file.valueCounts()).containsEntry(id("body"), 30L).containsEntry(id("trace_id"), 30L);
        assertThat(file.nullValueCounts()).containsEntry(id("body"), 0L).containsEntry(id("trace_id"), 30L).containsEntry(id("event_name"), 30L);
        // nested columns have nothing
        assertThat(file.valueCounts().keySet()).allMatch(field -> SCHEMA.asStruct().field(field) != null && SCHEMA.findType(field).isPrimitiveType());
    }

    @Test
    void testMetricsModes()
    {
        EncodedSegment segment = encoder.encode(HEADER, 3, SCHEMA, List.of(LogRows.batch(5, "tenant-b\u00fc", 10), LogRows.batch(6, "tenant-a", 20)));
        DataFile truncated = dataFile(segment, Map.of("write.metadata.metrics.default", "truncate(8)"));
        assertThat(lower(truncated, "tenant_id")).isEqualTo("tenant-a");
        assertThat(upper(truncated, "tenant_id")).isEqualTo("tenant-c");
        assertThat(upper(truncated, "timestamp")).isEqualTo(LogRows.micros(LogRows.NOW) + 19);
        DataFile none = dataFile(segment, Map.of("write.metadata.metrics.default", "none"));
        assertThat(none.recordCount()).isEqualTo(30);
        assertThat(none.valueCounts()).isNullOrEmpty();
        assertThat(none.lowerBounds()).isNullOrEmpty();
        DataFile counts = dataFile(segment, Map.of("write.metadata.metrics.default", "counts"));
        assertThat(counts.valueCounts()).containsEntry(id("tenant_id"), 30L);
        assertThat(counts.lowerBounds()).isNullOrEmpty();
    }

    @Test
    void testBoundsOfSeveralRowGroups()
    {
        EncodedSegment segment = encoder.encode(HEADER, 3, SCHEMA, List.of(LogRows.batch(5, "b", 140_000)));
        assertThat(segment.footer().splitOffsets()).hasSize(2);
        DataFile file = dataFile(segment, TableProfile.properties(Signal.LOGS.shape()));
        assertThat(file.splitOffsets()).isEqualTo(segment.footer().splitOffsets());
        assertThat(lower(file, "timestamp")).isEqualTo(LogRows.micros(LogRows.NOW));
        assertThat(upper(file, "timestamp")).isEqualTo(LogRows.micros(LogRows.NOW) + 139_999);
    }

    @Test
    void testLongValuesHaveNoBounds()
    {
        EncodedSegment segment = encoder.encode(HEADER, 3, SCHEMA, List.of(LogRows.batch(5, "t".repeat(1000), 10)));
        assertThat(dataFile(segment, TableProfile.properties(Signal.LOGS.shape())).lowerBounds()).doesNotContainKey(id("tenant_id"));
        assertThat(SegmentRows.read(segment.content(), SCHEMA)).allMatch(row -> row.getField("tenant_id").equals("t".repeat(1000)));
    }

    private static DataFile dataFile(EncodedSegment segment, Map<String, String> properties)
    {
        PartitionSpec spec = PartitionSpec.builderFor(SCHEMA).build();
        return SegmentFooterParser.toDataFile(segment.footer(), spec, MetricsConfig.from(properties, SCHEMA, SortOrder.unsorted()), "s3://lake/wh/segment.parquet");
    }

    private static int id(String column)
    {
        return SCHEMA.findField(column).fieldId();
    }

    private static Object lower(DataFile file, String column)
    {
        return bound(file.lowerBounds(), column);
    }

    private static Object upper(DataFile file, String column)
    {
        return bound(file.upperBounds(), column);
    }

    private static Object bound(Map<Integer, ByteBuffer> bounds, String column)
    {
        Type type = SCHEMA.findType(column);
        Object bound = Conversions.fromByteBuffer(type, bounds.get(id(column)));
        return bound instanceof CharSequence ? bound.toString() : bound;
    }

    private static void assertCorrupt(byte[] tail, long size)
    {
        assertThatThrownBy(() -> SegmentFooterParser.parse(tail, size))
                .isInstanceOfSatisfying(WalException.class, e -> assertThat(e.kind()).isEqualTo(WalException.Kind.CORRUPT));
    }

    private static String text(SegmentFooter footer)
    {
        Metrics metrics = footer.metrics();
        return String.join(
                "\n",
                footer.header().toString(),
                footer.kind() + " " + footer.schemaId() + " " + footer.batches() + " " + footer.crc32c() + " " + footer.size() + " " + footer.splitOffsets(),
                metrics.recordCount() + " " + metrics.columnSizes() + " " + metrics.valueCounts() + " " + metrics.nullValueCounts(),
                bytes(metrics.lowerBounds()) + " " + bytes(metrics.upperBounds()));
    }

    private static String bytes(Map<Integer, ByteBuffer> bounds)
    {
        Map<Integer, String> result = new TreeMap<>();
        bounds.forEach((id, bound) -> result.put(id, Arrays.toString(bound.array())));
        return result.toString();
    }

    private static TracingObjectStore store(EncodedSegment segment, SegmentKey key)
    {
        ObjectStore memory = new MemoryObjectStore(() -> LogRows.NOW);
        TracingObjectStore store = new TracingObjectStore(memory);
        assertThat(store.putIfAbsent(key.objectKey(), segment.content())).isEqualTo(PutOutcome.WRITTEN);
        return store;
    }

    private static ObjectHead head(ObjectStore store, SegmentKey key)
            throws Exception
    {
        return store.head(key.objectKey()).orElseThrow();
    }
}

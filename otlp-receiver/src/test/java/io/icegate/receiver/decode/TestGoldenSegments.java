package io.icegate.receiver.decode;

import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.SegmentEncoder;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks that requests become the same bytes as ever. The files under {@code golden} are those of the first encoder, on
 * parquet-java's column writers, but that pages of {@code groups.parquet} end at other rows since docs/adr/0015, that ids are
 * hex texts since docs/adr/0016, that times and ids are stored as differences since docs/adr/0019, and that batches carry
 * their time of acceptance since docs/adr/0020. A change of the segment format replaces them, with
 * {@code -Dicegate.golden=<directory>}, and nothing else does.
 */
final class TestGoldenSegments
{
    private static final SegmentHeader HEADER = new SegmentHeader(
            new SegmentKey(new UUID(0x0123_4567_89AB_CDEFL, 1), new WriterId(new UUID(0x0199_0000_0000_7000L, 2)), new Sequence(7)),
            new SegmentId("00112233445566778899aabbccddeeff"),
            GoldenRequests.NOW);

    @Test
    void testLogs()
    {
        check("logs.parquet", encode(schema(), varied()));
    }

    @Test
    void testBatchesOfOneTenantKeepTheirOrder()
    {
        check("tenants.parquet", encode(schema(), List.of(
                protobuf(1, "b", GoldenRequests.residuals()),
                json(2, "a", GoldenRequests.json()),
                protobuf(3, "b", GoldenRequests.everyValue()),
                protobuf(4, "ä", GoldenRequests.residuals()),
                json(5, "", GoldenRequests.json()))));
    }

    @Test
    void testSeveralRowGroupsAndPages()
    {
        check("groups.parquet", encode(schema(), List.of(
                protobuf(1, "a", GoldenRequests.many(65_000)),
                protobuf(2, "a", GoldenRequests.manyTexts(3_000)),
                protobuf(3, "b", GoldenRequests.many(65_000)))));
    }

    /**
     * Other ids, another order, columns that others added.
     */
    @Test
    void testEvolvedTable()
    {
        List<NestedField> columns = new ArrayList<>(schema().columns());
        Collections.reverse(columns);
        columns.add(5, NestedField.optional(1_000, "added", Types.MapType.ofOptional(1_001, 1_002, Types.StringType.get(), Types.DoubleType.get())));
        columns.add(NestedField.optional(1_003, "day", Types.DateType.get()));
        int[] next = {100};
        check("evolved.parquet", encode(TypeUtil.assignFreshIds(3, new Schema(columns), () -> next[0] += 3), varied()));
    }

    @Test
    void testSeal()
    {
        check("seal.parquet", new ParquetSegmentCodec().encodeSeal(HEADER, 0, schema()).content());
    }

    @Test
    void testPositionDeletes()
    {
        List<BatchRange> ranges = List.of(new BatchRange(new BatchId(1, 2), 0, 3, 40), new BatchRange(new BatchId(3, 4), 0, 100, 1));
        check("deletes.parquet", new ParquetSegmentCodec().encodeDeletes("s3://bucket/_wal/v1/segment.parquet", ranges, PartitionSpec.unpartitioned(), "s3://bucket/deletes.parquet").content());
    }

    /**
     * As a catalog numbers the columns of a new table.
     */
    private static Schema schema()
    {
        int[] next = {0};
        return TypeUtil.assignFreshIds(0, Signal.LOGS.shape().schema(), () -> ++next[0]);
    }

    private static List<LogBatch> varied()
    {
        return List.of(
                protobuf(1, "shop", GoldenRequests.ordinary()),
                protobuf(2, "empty", GoldenRequests.nothing()),
                protobuf(3, "shop", GoldenRequests.everyValue()),
                json(4, "web", GoldenRequests.json()),
                protobuf(5, "anonymous", GoldenRequests.residuals()));
    }

    private static LogBatch protobuf(int batch, String tenant, byte[] request)
    {
        return admitted(LogsDecoding.decode(request, new BatchId(-batch, batch), tenant, GoldenRequests.NOW, DecodeLimits.DEFAULT));
    }

    private static LogBatch json(int batch, String tenant, byte[] request)
    {
        return admitted(LogsDecoding.decodeJson(request, new BatchId(-batch, batch), tenant, GoldenRequests.NOW, DecodeLimits.DEFAULT));
    }

    private static LogBatch admitted(LogBatch batch)
    {
        return batch.admitted(batch.id(), GoldenRequests.NOW.toEpochMilli() - batch.id().low());
    }

    private static byte[] encode(Schema table, List<LogBatch> batches)
    {
        return new SegmentEncoder(Signal.LOGS.shape()).encode(HEADER, table.schemaId(), table, batches).content();
    }

    private static void check(String name, byte[] content)
    {
        String target = System.getProperty("icegate.golden");
        try (InputStream golden = TestGoldenSegments.class.getResourceAsStream("/golden/" + name)) {
            if (target != null) {
                Files.write(Path.of(target, name), content);
                return;
            }
            assertThat(golden).as(name).isNotNull();
            assertThat(content).as(name).isEqualTo(golden.readAllBytes());
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.icegate.wal.format;

import io.icegate.schema.Attributes;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.parquet.RowGroupWriter;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
final class TestSegmentEncoder
{
    static final SegmentHeader HEADER = new SegmentHeader(
            new SegmentKey(UUID.fromString("0199b4c2-0000-7000-8000-000000000001"), WriterId.parse("0199b4c2-0000-7000-8000-0000000000ff"), new Sequence(7)),
            new SegmentId("00112233445566778899aabbccddeeff"),
            LogRows.NOW,
            20);

    private static final LogRow ABSENT = new LogRow(ResourceValues.EMPTY, ScopeValues.EMPTY, 0, 0, 0, 0, 0, null, null, null, null, null, 0, Attributes.EMPTY, 0, null);

    private final Schema schema = Signal.LOGS.shape().schema();
    private final SegmentCheck<LogBatch> check = new SegmentCheck<>(
            Signal.LOGS.shape(),
            batch -> batch.rows().stream().map(LogRows::values).toList(),
            row -> LogRows.values(LogRows.fromRecord(row)));
    private final SegmentEncoder encoder = new SegmentEncoder(Signal.LOGS.shape());

    @Test
    void testEveryTypeAndExtreme()
    {
        check.assertRandomBatchesReadBack(LogRows::random, 20, 400);
    }

    /**
     * Whatever was encoded before, by whichever thread, in another schema, or up to a failure.
     */
    @Test
    void testKeptBuffersLeaveNoTrace()
            throws Exception
    {
        Schema other = new Schema(schema.columns().stream().map(NestedField::asOptional).toList());
        List<List<RowBatch>> inputs = new ArrayList<>();
        List<byte[]> expected = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Random random = new Random(i);
            List<RowBatch> batches = List.of(i % 4 == 3 ? LogRows.batch(i, "t", 30_000) : LogRows.random(random, new BatchId(i, i), "t", 1 + random.nextInt(600)));
            inputs.add(batches);
            expected.add(new SegmentEncoder(Signal.LOGS.shape()).encode(HEADER, 0, i % 3 == 0 ? other : schema, batches).content());
        }
        RowBatch failing = new FailingBatch(LogRows.random(new Random(1), new BatchId(9, 9), "u", 500));
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> encodings = new ArrayList<>();
            for (int i = 0; i < 96; i++) {
                int input = i % inputs.size();
                encodings.add(executor.submit(() -> {
                    if (input == 5) {
                        assertThatThrownBy(() -> encoder.encode(HEADER, 0, schema, List.of(inputs.get(0).get(0), failing))).hasMessage("stopped");
                    }
                    assertThat(encoder.encode(HEADER, 0, input % 3 == 0 ? other : schema, inputs.get(input)).content()).isEqualTo(expected.get(input));
                }));
            }
            for (Future<?> encoding : encodings) {
                encoding.get(60, TimeUnit.SECONDS);
            }
        }
        finally {
            executor.shutdownNow();
        }
    }

    private record FailingBatch(LogBatch rows)
            implements RowBatch
    {
        @Override
        public BatchId id()
        {
            return rows.id();
        }

        @Override
        public long acceptedMillis()
        {
            return rows.acceptedMillis();
        }

        @Override
        public RowBatch admitted(BatchId id, long acceptedMillis)
        {
            return new FailingBatch(rows.admitted(id, acceptedMillis));
        }

        @Override
        public String tenant()
        {
            return rows.tenant();
        }

        @Override
        public int rowCount()
        {
            return rows.rowCount();
        }

        @Override
        public long requestBytes()
        {
            return rows.requestBytes();
        }

        @Override
        public Times times()
        {
            return rows.times();
        }

        @Override
        public ColumnWriters openColumns(RowGroupWriter group, long ingestMicros)
        {
            return rows.openColumns(group, ingestMicros);
        }

        @Override
        public void writeTo(ColumnWriters columns, int from, int to)
        {
            rows.writeTo(columns, from, to);
            throw new IllegalStateException("stopped");
        }
    }

    @Test
    void testAllAbsent()
    {
        check.assertReadsBack(List.of(new LogBatch(new BatchId(1, 2), "t", Collections.nCopies(1000, ABSENT), 0)));
    }

    /**
     * As CREATE OR REPLACE TABLE AS SELECT leaves a table. An empty list stays an empty list.
     */
    @Test
    void testOptionalNestedFields()
    {
        check.assertReadsBackFromOptional(List.of(
                LogRows.random(new Random(7), new BatchId(1, 1), "tenant", 400),
                new LogBatch(new BatchId(1, 2), "tenant", List.of(ABSENT), 0)));
    }

    /**
     * Readers of older engines fail on a page of DELTA_LENGTH_BYTE_ARRAY without a value.
     */
    @Test
    void testNullColumnsAreReadableForAll()
            throws IOException
    {
        EncodedSegment segment = encoder.encode(HEADER, 0, schema, List.of(new LogBatch(new BatchId(1, 2), "t", Collections.nCopies(1000, ABSENT), 0)));
        byte[] content = segment.content();
        int footerLength = ByteBuffer.wrap(content, content.length - 8, 4).order(ByteOrder.LITTLE_ENDIAN).getInt();
        FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(content, content.length - 8 - footerLength, footerLength));
        assertThat(footer.getRow_groups().get(0).getColumns()).isNotEmpty().allSatisfy(column ->
                assertThat(column.getMeta_data().getEncodings()).doesNotContain(Encoding.DELTA_LENGTH_BYTE_ARRAY));
    }

    @Test
    void testManyPagesAndRowGroups()
    {
        List<LogBatch> batches = List.of(
                LogRows.batch(1, "b", 100_000),
                LogRows.batch(2, "a", 50_000));
        EncodedSegment segment = check.assertReadsBack(batches);
        assertThat(segment.footer().splitOffsets()).hasSize(2);
    }
}

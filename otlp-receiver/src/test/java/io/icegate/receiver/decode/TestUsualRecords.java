package io.icegate.receiver.decode;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.Signal;
import io.icegate.schema.TableShape;
import io.icegate.wal.BatchId;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.format.SegmentRows;
import io.icegate.wal.format.SpanBatch;
import io.icegate.wal.format.SpanRows;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records that are read straight from the wire become what protobuf's classes make of them. {@code -Dicegate.seed} replays one
 * request. {@code -Dicegate.wire-requests} sets how many are tried; {@code -Plong} sets fifty times the default.
 */
final class TestUsualRecords
{
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    /**
     * Small, so that they are reached.
     */
    private static final DecodeLimits LIMITS = new DecodeLimits(8, 200, 6, 2_000, 50, 5_000, Duration.ofDays(365), Duration.ofDays(1));
    private static final SegmentHeader HEADER = new SegmentHeader(
            new SegmentKey(new UUID(1, 1), new WriterId(new UUID(2, 2)), Sequence.FIRST),
            new SegmentId("00112233445566778899aabbccddeeff"),
            NOW);

    private static final int REQUESTS = Integer.getInteger("icegate.wire-requests", 300);

    private final AtomicInteger usual = new AtomicInteger();
    private final AtomicInteger others = new AtomicInteger();

    /**
     * What differs between signals.
     *
     * @param payload generates a request
     * @param rows of a batch, as comparable values
     * @param stored a row that was read, as a comparable value
     */
    private record Kind(
            Descriptor request,
            TableShape shape,
            BiFunction<Random, Boolean, Message> payload,
            Function<DecodeLimits, RecordDecoder> decoder,
            Function<RowBatch, List<List<Object>>> rows,
            Function<Record, List<Object>> stored) {}

    private static final Kind LOGS = new Kind(
            ExportLogsServiceRequest.getDescriptor(),
            Signal.LOGS.shape(),
            (random, odd) -> new OtlpPayloads(random, odd).request(),
            LogRecordDecoder::new,
            batch -> ((LogBatch) batch).rows().stream().map(LogRows::values).toList(),
            row -> LogRows.values(LogRows.fromRecord(row)));

    private static final Kind SPANS = new Kind(
            ExportTraceServiceRequest.getDescriptor(),
            Signal.SPANS.shape(),
            (random, odd) -> new SpanPayloads(random, odd).request(),
            SpanRecordDecoder::new,
            batch -> ((SpanBatch) batch).rows().stream().map(SpanRows::values).toList(),
            row -> SpanRows.values(SpanRows.fromRecord(row)));

    @Test
    void testSameRowsAsFromObjects()
    {
        assertSameRows(LOGS);
    }

    @Test
    void testSameSpansAsFromObjects()
    {
        assertSameRows(SPANS);
    }

    private void assertSameRows(Kind kind)
    {
        for (long seed : seeds(REQUESTS / 4)) {
            Random random = new Random(seed);
            byte[] request = kind.payload().apply(random, random.nextBoolean()).toByteArray();
            assertThat(outcome(kind, request, DecodeLimits.DEFAULT, true)).as("seed %s", seed).isEqualTo(outcome(kind, request, DecodeLimits.DEFAULT, false));
            assertThat(outcome(kind, request, LIMITS, true)).as("limits, seed %s", seed).isEqualTo(outcome(kind, request, LIMITS, false));
        }
        assertThat(usual.get()).as("records read from the wire").isGreaterThan(50);
        assertThat(others.get()).as("records read as objects").isGreaterThan(50);
    }

    @Test
    void testSameOutcomeOfDamagedRequests()
    {
        assertSameOutcomeOfDamage(LOGS);
    }

    @Test
    void testSameOutcomeOfDamagedSpans()
    {
        assertSameOutcomeOfDamage(SPANS);
    }

    private void assertSameOutcomeOfDamage(Kind kind)
    {
        for (long seed : seeds(REQUESTS)) {
            Random random = new Random(seed);
            byte[] request = damaged(random, kind.payload().apply(random, false).toByteArray());
            assertThat(outcome(kind, request, DecodeLimits.DEFAULT, true)).as("seed %s", seed).isEqualTo(outcome(kind, request, DecodeLimits.DEFAULT, false));
        }
        assertThat(usual.get()).as("records read from the wire").isGreaterThan(50);
    }

    @Test
    void testSameSegment()
    {
        assertSameSegment(LOGS);
    }

    @Test
    void testSameSegmentOfSpans()
    {
        assertSameSegment(SPANS);
    }

    private void assertSameSegment(Kind kind)
    {
        for (long seed : seeds(REQUESTS / 20)) {
            Random random = new Random(seed);
            byte[] request = kind.payload().apply(random, random.nextBoolean()).toByteArray();
            RowBatch fast = decode(kind, request, DecodeLimits.DEFAULT, true).batch();
            RowBatch slow = decode(kind, request, DecodeLimits.DEFAULT, false).batch();
            assertThat(fast.times()).as("seed %s", seed).isEqualTo(slow.times());
            if (fast.rowCount() > 0) {
                assertThat(read(kind, fast)).as("seed %s", seed).isEqualTo(read(kind, slow));
            }
        }
    }

    private static List<List<Object>> read(Kind kind, RowBatch batch)
    {
        byte[] content = new SegmentEncoder(kind.shape()).encode(HEADER, 0, kind.shape().schema(), List.of(batch)).content();
        return SegmentRows.read(content, kind.shape().schema()).stream().map(kind.stored()).toList();
    }

    private static byte[] damaged(Random random, byte[] request)
    {
        byte[] damaged = request.clone();
        for (int i = random.nextInt(4); i >= 0 && damaged.length > 0; i--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        }
        return damaged;
    }

    /**
     * Rows and answer, or the reason of the refusal.
     */
    private Object outcome(Kind kind, byte[] request, DecodeLimits limits, boolean fromWire)
    {
        try {
            DecodedRequest decoded = decode(kind, request, limits, fromWire);
            return List.of(decoded.acknowledgement(), kind.rows().apply(decoded.batch()));
        }
        catch (RefusedException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private DecodedRequest decode(Kind kind, byte[] request, DecodeLimits limits, boolean fromWire)
    {
        return new OtlpRequestDecoder(kind.request(), () -> decoder(kind.decoder().apply(limits), fromWire), limits, InstantSource.fixed(NOW))
                .decode(request, Encoding.PROTOBUF, new BatchId(0, 0), "t");
    }

    private RecordDecoder decoder(RecordDecoder decoder, boolean fromWire)
    {
        return new RecordDecoder()
        {
            @Override
            public boolean addUsual(RecordContext record)
            {
                boolean added = fromWire && decoder.addUsual(record);
                if (fromWire) {
                    (added ? usual : others).incrementAndGet();
                }
                return added;
            }

            @Override
            public void add(RecordContext record)
                    throws BadRecordException, InvalidProtocolBufferException
            {
                decoder.add(record);
            }

            @Override
            public RowBatch batch(BatchId id, String tenant, long bytes)
            {
                return decoder.batch(id, tenant, bytes);
            }
        };
    }

    private static long[] seeds(int count)
    {
        Long seed = Long.getLong("icegate.seed");
        return seed != null ? new long[] {seed} : new Random(20_261_127).longs(count).toArray();
    }
}

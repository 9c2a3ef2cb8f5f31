package io.icegate.receiver.decode;

import com.google.protobuf.InvalidProtocolBufferException;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.Signal;
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
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

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

    @Test
    void testSameRowsAsFromObjects()
    {
        for (long seed : seeds(REQUESTS / 4)) {
            Random random = new Random(seed);
            byte[] request = new OtlpPayloads(random, random.nextBoolean()).request().toByteArray();
            assertThat(outcome(request, DecodeLimits.DEFAULT, true)).as("seed %s", seed).isEqualTo(outcome(request, DecodeLimits.DEFAULT, false));
            assertThat(outcome(request, LIMITS, true)).as("limits, seed %s", seed).isEqualTo(outcome(request, LIMITS, false));
        }
        assertThat(usual.get()).as("records read from the wire").isGreaterThan(50);
        assertThat(others.get()).as("records read as objects").isGreaterThan(50);
    }

    @Test
    void testSameOutcomeOfDamagedRequests()
    {
        for (long seed : seeds(REQUESTS)) {
            Random random = new Random(seed);
            byte[] request = damaged(random, new OtlpPayloads(random, false).request().toByteArray());
            assertThat(outcome(request, DecodeLimits.DEFAULT, true)).as("seed %s", seed).isEqualTo(outcome(request, DecodeLimits.DEFAULT, false));
        }
        assertThat(usual.get()).as("records read from the wire").isGreaterThan(50);
    }

    @Test
    void testSameSegment()
    {
        for (long seed : seeds(REQUESTS / 20)) {
            Random random = new Random(seed);
            byte[] request = new OtlpPayloads(random, random.nextBoolean()).request().toByteArray();
            LogBatch fast = batch(request, DecodeLimits.DEFAULT, true);
            LogBatch slow = batch(request, DecodeLimits.DEFAULT, false);
            assertThat(fast.times()).as("seed %s", seed).isEqualTo(slow.times());
            if (fast.rowCount() > 0) {
                assertThat(read(fast)).as("seed %s", seed).isEqualTo(read(slow));
            }
        }
    }

    private static List<List<Object>> read(LogBatch batch)
    {
        byte[] content = new SegmentEncoder(Signal.LOGS.shape()).encode(HEADER, 0, Signal.LOGS.shape().schema(), List.of(batch)).content();
        return SegmentRows.read(content, Signal.LOGS.shape().schema()).stream()
                .map(record -> LogRows.values(LogRows.fromRecord(record)))
                .toList();
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
    private Object outcome(byte[] request, DecodeLimits limits, boolean fromWire)
    {
        try {
            DecodedRequest decoded = decode(request, limits, fromWire);
            return List.of(decoded.acknowledgement(), ((LogBatch) decoded.batch()).rows().stream().map(LogRows::values).toList());
        }
        catch (RefusedException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private LogBatch batch(byte[] request, DecodeLimits limits, boolean fromWire)
    {
        return (LogBatch) decode(request, limits, fromWire).batch();
    }

    private DecodedRequest decode(byte[] request, DecodeLimits limits, boolean fromWire)
    {
        return new OtlpRequestDecoder(ExportLogsServiceRequest.getDescriptor(), () -> decoder(limits, fromWire), limits, InstantSource.fixed(NOW))
                .decode(request, Encoding.PROTOBUF, new BatchId(0, 0), "t");
    }

    private RecordDecoder decoder(DecodeLimits limits, boolean fromWire)
    {
        LogRecordDecoder decoder = new LogRecordDecoder(limits);
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

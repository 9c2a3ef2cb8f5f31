package io.icegate.receiver.decode;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.BlockRows;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentRows;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records that are read straight from the wire become what protobuf's classes make of them. {@code -Dicegate.seed} replays one
 * request. {@code -Dicegate.wire-requests} sets how many are tried; {@code -Plong} sets fifty times the default.
 */
final class TestUsualRecords
{
    /**
     * Small, so that they are reached.
     */
    private static final DecodeLimits LIMITS = new DecodeLimits(8, 200, 6, 2_000, 50, 5_000, Duration.ofDays(365), Duration.ofDays(1));
    private static final int REQUESTS = Integer.getInteger("icegate.wire-requests", 300);

    // rows that were stored
    private final AtomicInteger usual = new AtomicInteger();
    private final AtomicInteger others = new AtomicInteger();

    @Test
    void testSameRowsAsFromObjects()
    {
        assertSameRows(SignalKind.LOGS);
    }

    @Test
    void testSameSpansAsFromObjects()
    {
        assertSameRows(SignalKind.SPANS);
    }

    @Test
    void testSameMetricsAsFromObjects()
    {
        assertSameRows(SignalKind.METRICS);
    }

    private void assertSameRows(SignalKind<?> kind)
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
        assertSameOutcomeOfDamage(SignalKind.LOGS);
    }

    @Test
    void testSameOutcomeOfDamagedSpans()
    {
        assertSameOutcomeOfDamage(SignalKind.SPANS);
    }

    @Test
    void testSameOutcomeOfDamagedMetrics()
    {
        assertSameOutcomeOfDamage(SignalKind.METRICS);
    }

    private void assertSameOutcomeOfDamage(SignalKind<?> kind)
    {
        for (long seed : seeds(REQUESTS)) {
            Random random = new Random(seed);
            byte[] request = damaged(random, kind.payload().apply(random, false).toByteArray());
            assertThat(outcome(kind, request, DecodeLimits.DEFAULT, true)).as("seed %s", seed).isEqualTo(outcome(kind, request, DecodeLimits.DEFAULT, false));
        }
        assertThat(usual.get()).as("records read from the wire").isGreaterThan(50);
    }

    @Test
    void testSameOutcomeOfRewrittenLogs()
    {
        assertSameOutcomeOfRewriting(SignalKind.LOGS);
    }

    @Test
    void testSameOutcomeOfRewrittenSpans()
    {
        assertSameOutcomeOfRewriting(SignalKind.SPANS);
    }

    @Test
    void testSameOutcomeOfRewrittenMetrics()
    {
        assertSameOutcomeOfRewriting(SignalKind.METRICS);
    }

    /**
     * Fields come in any order, twice, in parts and in other types; and what protobuf reads of that can be rebuilt.
     */
    private void assertSameOutcomeOfRewriting(SignalKind<?> kind)
    {
        int whole = 0;
        for (long seed : seeds(REQUESTS / 3)) {
            Random random = new Random(seed);
            Message sent = kind.payload().apply(random, random.nextBoolean());
            byte[] request = new RewrittenWire(random, List.of(20, 100, 500, Integer.MAX_VALUE).get(random.nextInt(4))).rewrite(sent.getDescriptorForType(), sent.toByteArray());
            Object outcome = outcome(kind, request, DecodeLimits.DEFAULT, true);
            assertThat(outcome).as("seed %s", seed).isEqualTo(outcome(kind, request, DecodeLimits.DEFAULT, false));
            Optional<Message> read = read(kind, request);
            if (read.isPresent() && outcome instanceof List<?> accepted && ((Acknowledgement) accepted.get(0)).rejectedRecords() == 0) {
                RowBatch batch = decode(kind, request, DecodeLimits.DEFAULT, true).batch();
                assertThat(rebuilt(kind, batch)).as("seed %s", seed).isEqualTo(NormalForm.of(List.of(read.orElseThrow())));
                whole++;
            }
        }
        assertThat(whole).as("requests rebuilt").isGreaterThan(REQUESTS / 12);
        assertThat(usual.get()).as("records read from the wire").isGreaterThan(50);
        assertThat(others.get()).as("records read as objects").isGreaterThan(50);
    }

    private static <R> List<String> rebuilt(SignalKind<R> kind, RowBatch batch)
    {
        return NormalForm.of(kind.rebuilt(kind.rows().apply(batch)));
    }

    /**
     * What protobuf reads, if it does.
     */
    private static Optional<Message> read(SignalKind<?> kind, byte[] request)
    {
        try {
            return Optional.of(kind.request().getParserForType().parseFrom(request));
        }
        catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    @Test
    void testSameSegment()
    {
        assertSameSegment(SignalKind.LOGS);
    }

    @Test
    void testSameSegmentOfSpans()
    {
        assertSameSegment(SignalKind.SPANS);
    }

    @Test
    void testSameSegmentOfMetrics()
    {
        assertSameSegment(SignalKind.METRICS);
    }

    private void assertSameSegment(SignalKind<?> kind)
    {
        for (long seed : seeds(REQUESTS / 20)) {
            Random random = new Random(seed);
            byte[] request = kind.payload().apply(random, random.nextBoolean()).toByteArray();
            RowBatch fast = decode(kind, request, DecodeLimits.DEFAULT, true).batch();
            RowBatch slow = decode(kind, request, DecodeLimits.DEFAULT, false).batch();
            assertThat(fast.times()).as("seed %s", seed).isEqualTo(slow.times());
            for (Schema table : List.of(kind.shape().schema(), SegmentRows.optional(kind.shape().schema()))) {
                assertThat(stored(kind, table, fast)).as("seed %s", seed).isEqualTo(stored(kind, table, slow));
            }
        }
    }

    private static <R> List<List<@Nullable Object>> stored(SignalKind<R> kind, Schema table, RowBatch batch)
    {
        return kind.stored(table, List.of(batch)).stream().map(kind.values()).toList();
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
    private Object outcome(SignalKind<?> kind, byte[] request, DecodeLimits limits, boolean fromWire)
    {
        try {
            DecodedRequest decoded = decode(kind, request, limits, fromWire);
            if (fromWire) {
                int fromBlock = BlockRows.count(decoded.batch());
                usual.addAndGet(fromBlock);
                others.addAndGet(decoded.batch().rowCount() - fromBlock);
            }
            return List.of(decoded.acknowledgement(), kind.values(decoded.batch()));
        }
        catch (RefusedException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static DecodedRequest decode(SignalKind<?> kind, byte[] request, DecodeLimits limits, boolean fromWire)
    {
        return kind.decode(request, Encoding.PROTOBUF, limits, () -> decoder(kind.decoder().apply(limits), fromWire));
    }

    private static RecordDecoder decoder(RecordDecoder decoder, boolean fromWire)
    {
        return fromWire ? decoder : new RecordDecoder()
        {
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

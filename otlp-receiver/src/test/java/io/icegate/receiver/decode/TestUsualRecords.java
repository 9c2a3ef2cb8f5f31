package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
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
import java.util.ArrayList;
import java.util.HexFormat;
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
    private static final int REQUESTS = Integer.getInteger("icegate.wire-requests", 200);

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

    /**
     * Lists at their limit, in parts, not packed and of broken numbers, where the last field alone says something else.
     */
    @Test
    void testSameOutcomeOfLists()
    {
        List<ByteString> lists = new ArrayList<>();
        for (int size : new int[] {0, 5, 6, 7}) {
            lists.add(ByteString.copyFrom(new byte[size * 8]));
            lists.add(ByteString.copyFrom(new byte[size]));
        }
        lists.add(ByteString.copyFrom(new byte[12]));
        lists.add(new WireMessage().fixed64(1, 0x7FF0_0000_0000_0002L).toByteString().substring(1)); // no number, and not the canonical one
        List<ByteString> points = new ArrayList<>();
        for (ByteString list : lists) {
            for (int field = 5; field < 12; field++) {
                points.add(new WireMessage().bytes(field, list).toByteString());
                points.add(new WireMessage().bytes(field, list).bytes(field, list).toByteString());
                points.add(new WireMessage().bytes(field, list).fixed64(field, 1).toByteString());
                ByteString buckets = new WireMessage().varint(1, 3).bytes(2, list).toByteString();
                points.add(new WireMessage().bytes(field, buckets).toByteString());
                points.add(new WireMessage().bytes(field, buckets).bytes(field, buckets).toByteString());
                points.add(new WireMessage().bytes(field, buckets.concat(buckets)).toByteString());
                points.add(new WireMessage().bytes(field, buckets.concat(new WireMessage().varint(2, 300).toByteString())).toByteString());
            }
        }
        for (int size : new int[] {6, 7}) {
            for (int field = 5; field < 12; field++) {
                WireMessage elements = new WireMessage();
                for (int i = 0; i < size; i++) {
                    elements.bytes(field, new WireMessage().fixed64(1, i).fixed64(2, i).toByteString());
                }
                points.add(elements.toByteString());
                points.add(new WireMessage().bytes(field, new WireMessage().fixed64(2, 1).fixed64(2, size).fixed64(3, 1).fixed64(6, 2).fixed64(3, size).toByteString()).toByteString());
            }
        }
        points.add(new WireMessage().fixed64(4, 1).fixed64(6, 2).fixed64(4, 3).fixed64(6, 4).toByteString());
        points.add(new WireMessage().varint(8, -1).varint(10, -1).toByteString());
        points.add(new WireMessage().varint(8, -1).toByteString());
        points.add(new WireMessage().varint(10, -1).toByteString());
        for (ByteString point : points) {
            for (int data : new int[] {5, 7, 9, 10, 11}) {
                ByteString metric = new WireMessage().bytes(data, new WireMessage().bytes(1, ByteString.EMPTY).bytes(1, point).bytes(1, ByteString.EMPTY).toByteString()).toByteString();
                assertSameMetric(metric);
            }
        }
        assertThat(usual.get()).as("data points read from the wire").isGreaterThan(2 * points.size());
    }

    /**
     * Of several kinds of data the last one counts, and data of one kind is merged.
     */
    @Test
    void testSameOutcomeOfSeveralData()
    {
        ByteString first = new WireMessage().bytes(1, new WireMessage().fixed64(3, 1).toByteString()).varint(2, 1).toByteString();
        ByteString second = new WireMessage().bytes(1, new WireMessage().fixed64(3, 2).toByteString()).varint(2, 2).varint(3, 1).toByteString();
        for (int data : new int[] {5, 7, 9, 10, 11}) {
            // not all kinds have these fields
            assertSameMetric(new WireMessage().bytes(data, first).toByteString());
            assertSameMetric(new WireMessage().bytes(data, new WireMessage().bytes(1, ByteString.EMPTY).varint(3, 1).toByteString()).toByteString());
            for (int other : new int[] {5, 7, 9, 10, 11}) {
                assertSameMetric(new WireMessage().bytes(data, first).bytes(other, second).toByteString());
                assertSameMetric(new WireMessage().bytes(data, first).bytes(other, ByteString.EMPTY).toByteString());
                assertSameMetric(new WireMessage().bytes(data, first).bytes(other, second).bytes(data, first).string(1, "a").string(1, "b").toByteString());
            }
        }
    }

    /**
     * Each is rejected, and not only shortened, beyond the messages that a record, or what its rows share, may hold.
     */
    @Test
    void testSameOutcomeOfManyMessages()
    {
        DecodeLimits few = new DecodeLimits(8, 20, 100, 2_000, 50, 5_000, Duration.ofDays(365), Duration.ofDays(1));
        for (int count = 1; count < 25; count++) {
            WireMessage metadata = new WireMessage().bytes(5, new WireMessage().bytes(1, ByteString.EMPTY).toByteString());
            WireMessage exemplars = new WireMessage();
            for (int i = 0; i < count; i++) {
                metadata.bytes(12, new WireMessage().string(1, "" + i).bytes(2, new WireMessage().string(1, "v").toByteString()).toByteString());
                exemplars.bytes(5, ByteString.EMPTY);
            }
            ByteString buckets = new WireMessage().bytes(8, new WireMessage().bytes(2, ByteString.copyFrom(new byte[count])).toByteString()).toByteString();
            assertSameMetric(metadata.toByteString(), few);
            assertSameMetric(new WireMessage().bytes(5, new WireMessage().bytes(1, exemplars.toByteString()).toByteString()).toByteString(), few);
            assertSameMetric(new WireMessage().bytes(10, new WireMessage().bytes(1, buckets).toByteString()).toByteString(), few);
        }
    }

    private void assertSameMetric(ByteString metric)
    {
        assertSameMetric(metric, LIMITS);
    }

    private void assertSameMetric(ByteString metric, DecodeLimits limits)
    {
        byte[] request = new WireMessage().bytes(1, new WireMessage().bytes(2, new WireMessage().bytes(2, metric).toByteString()).toByteString()).toByteArray();
        assertThat(outcome(SignalKind.METRICS, request, limits, true))
                .as("metric %s", HexFormat.of().formatHex(metric.toByteArray()))
                .isEqualTo(outcome(SignalKind.METRICS, request, limits, false));
    }

    /**
     * Both count as many values in a request: the smallest limit under which it is taken is the same.
     */
    @Test
    void testSameCountOfValues()
    {
        for (SignalKind<?> kind : List.of(SignalKind.LOGS, SignalKind.SPANS, SignalKind.METRICS)) {
            for (long seed : seeds(20)) {
                byte[] request = kind.payload().apply(new Random(seed), false).toByteArray();
                int refused = -1;
                int taken = 100_000;
                while (taken - refused > 1) {
                    int middle = (refused + taken) / 2;
                    if (outcome(kind, request, values(middle), false) instanceof String) {
                        refused = middle;
                    }
                    else {
                        taken = middle;
                    }
                }
                for (int limit : new int[] {taken - 1, taken}) {
                    assertThat(outcome(kind, request, values(limit), true)).as("seed %s, %s values", seed, limit).isEqualTo(outcome(kind, request, values(limit), false));
                }
            }
        }
    }

    private static DecodeLimits values(int max)
    {
        DecodeLimits usually = DecodeLimits.DEFAULT;
        return new DecodeLimits(
                usually.depthMax(),
                usually.messagesMax(),
                usually.attributesMax(),
                usually.valueBytesMax(),
                usually.recordsMax(),
                max,
                usually.pastMax(),
                usually.futureMax());
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

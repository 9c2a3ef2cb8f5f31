package io.icegate.receiver.ingest;

import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.Attributes;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalException;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.LogBatch;
import org.apache.iceberg.Metrics;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
final class TestLane
{
    private static final WriterId WRITER = new WriterId(new UUID(1, 2));
    private static final UUID TABLE = new UUID(3, 4);
    private static final Duration SHORT_WINDOW = Duration.ofMillis(5);

    private final FakeSink sink = new FakeSink();
    private final AtomicInteger broken = new AtomicInteger();
    /**
     * More than any test sends: the window decides.
     */
    private final AtomicInteger openRequests = new AtomicInteger(1_000);

    @Test
    void testRequestsOfAWindowShareASegment()
            throws Exception
    {
        Lane lane = idleLane(SHORT_WINDOW, new Lane.Limits(1_000_000, 1_000, 4));
        CompletableFuture<Void> first = lane.append(logs(1, 10));
        CompletableFuture<Void> second = lane.append(logs(2, 10));
        // only now, so that the window cannot end between the two
        lane.start();
        FakeSegment segment = sink.next();
        assertThat(segment.batches()).containsExactly(1L, 2L);
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        segment.stored().complete(segment.footer());
        first.get(60, SECONDS);
        second.get(60, SECONDS);
    }

    @Test
    void testASegmentIsClosedByBytesAndRows()
            throws Exception
    {
        // the window would keep the test waiting for ever if it were needed
        Lane lane = lane(Duration.ofDays(1), new Lane.Limits(100, 3, 4));
        lane.append(logs(1, 50));
        lane.append(logs(2, 50));
        assertThat(sink.next().batches()).as("at the limit of bytes").containsExactly(1L, 2L);
        lane.append(logs(3, 60));
        lane.append(logs(4, 41));
        assertThat(sink.next().batches()).as("one byte past the limit").containsExactly(3L);
        lane.append(logs(5, 1));
        lane.append(logs(6, 1));
        assertThat(sink.next().batches()).as("at the limit of rows").containsExactly(4L, 5L, 6L);
        lane.append(logs(7, 1_000));
        assertThat(sink.next().batches()).as("larger than any segment").containsExactly(7L);
    }

    @Test
    void testNobodyWaitsWhenNobodyIsLeftToSend()
            throws Exception
    {
        Lane lane = lane(Duration.ofDays(1), new Lane.Limits(1_000_000, 1_000, 4));
        openRequests.set(1);
        lane.append(logs(1, 10));
        assertThat(sink.next().batches()).as("the only client").containsExactly(1L);
        openRequests.set(4);
        lane.append(logs(2, 10));
        lane.append(logs(3, 10));
        assertThat(sink.poll(Duration.ofMillis(100))).as("two are still sending").isNull();
        openRequests.set(3);
        lane.append(logs(4, 10));
        assertThat(sink.next().batches()).as("one sent, the other gave up").containsExactly(2L, 3L, 4L);
        openRequests.set(2);
        lane.append(logs(5, 10));
        assertThat(sink.poll(Duration.ofMillis(100))).isNull();
        openRequests.set(1);
        lane.requestEnded();
        assertThat(sink.next().batches()).as("the other request ended").containsExactly(5L);
    }

    @Test
    void testWhatWaitsForItsTurnGrows()
            throws Exception
    {
        Lane lane = lane(SHORT_WINDOW, new Lane.Limits(1_000, 1_000, 1));
        lane.append(logs(1, 10));
        FakeSegment first = sink.next();
        lane.append(logs(2, 10));
        assertThat(sink.poll(Duration.ofMillis(100))).as("more than one in flight").isNull();
        lane.append(logs(3, 10));
        first.stored().complete(first.footer());
        assertThat(sink.next().batches()).containsExactly(2L, 3L);
    }

    @Test
    void testAPoisonedBatchFailsAlone()
            throws Exception
    {
        Lane lane = idleLane(SHORT_WINDOW, new Lane.Limits(1_000_000, 1_000, 4));
        sink.poisoned = 3;
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            all.add(lane.append(logs(i, 10)));
        }
        lane.start();
        List<Long> stored = Collections.synchronizedList(new ArrayList<>());
        while (stored.size() < 4) {
            FakeSegment segment = sink.next();
            stored.addAll(segment.batches());
            segment.stored().complete(segment.footer());
        }
        assertThat(stored).containsExactlyInAnyOrder(1L, 2L, 4L, 5L);
        for (int i = 1; i <= 5; i++) {
            if (i == 3) {
                assertRefused(all.get(i - 1), Refusal.MALFORMED);
            }
            else {
                all.get(i - 1).get(60, SECONDS);
            }
        }
        sink.poisoned = -1;
        CompletableFuture<Void> next = lane.append(logs(3, 10));
        FakeSegment segment = sink.next();
        segment.stored().complete(segment.footer());
        next.get(60, SECONDS);
        assertThat(broken).hasValue(0);
    }

    @Test
    void testAFencedWriterFailsEverythingAsRetryable()
            throws Exception
    {
        Lane lane = lane(SHORT_WINDOW, new Lane.Limits(10, 1_000, 1));
        CompletableFuture<Void> inFlight = lane.append(logs(1, 10));
        FakeSegment segment = sink.next();
        CompletableFuture<Void> waiting = lane.append(logs(2, 10));
        segment.stored().completeExceptionally(new WalException(WalException.Kind.FENCED, "another sealed"));
        assertRefused(inFlight, Refusal.UNAVAILABLE);
        assertRefused(waiting, Refusal.UNAVAILABLE);
        assertRefused(lane.append(logs(3, 10)), Refusal.UNAVAILABLE);
        lane.end().get(60, SECONDS);
        assertThat(broken).hasValue(1);
    }

    @Test
    void testAnErrorOfTheMachineIsNotTheFaultOfTheBatch()
            throws Exception
    {
        Lane lane = lane(SHORT_WINDOW, new Lane.Limits(10, 1_000, 1));
        sink.error = new OutOfMemoryError("injected");
        assertRefused(lane.append(logs(1, 10)), Refusal.UNAVAILABLE);
    }

    @Test
    void testEndFlushesAndWaits()
            throws Exception
    {
        Lane lane = lane(Duration.ofDays(1), new Lane.Limits(1_000_000, 1_000, 4));
        CompletableFuture<Void> accepted = lane.append(logs(1, 10));
        CompletableFuture<Void> ended = lane.end();
        FakeSegment segment = sink.next();
        assertThat(ended).isNotDone();
        assertRefused(lane.append(logs(2, 10)), Refusal.DRAINING);
        segment.stored().complete(segment.footer());
        accepted.get(60, SECONDS);
        ended.get(60, SECONDS);
    }

    private Lane lane(Duration window, Lane.Limits limits)
    {
        Lane lane = idleLane(window, limits);
        lane.start();
        return lane;
    }

    /**
     * Accepts, but uploads nothing before it is started.
     */
    private Lane idleLane(Duration window, Lane.Limits limits)
    {
        WindowPolicy policy = new WindowPolicy(window, OptionalDouble.empty(), System::nanoTime);
        policy.uploaded(window.multipliedBy(2));
        return new Lane(sink, sink::encode, policy, limits, openRequests::get, IngestMetrics.NONE, _ -> broken.incrementAndGet());
    }

    private static void assertRefused(CompletableFuture<Void> future, Refusal refusal)
    {
        assertThatThrownBy(() -> future.get(60, SECONDS))
                .cause()
                .isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
    }

    private static LogBatch logs(long id, long bytes)
    {
        LogRow row = new LogRow(ResourceValues.EMPTY, ScopeValues.EMPTY, 1, 1, 1_000, 0, 0, null, null, null, null, null, 0, Attributes.EMPTY, 0, null);
        return new LogBatch(new BatchId(0, id), "acme", List.of(row), bytes);
    }

    private record FakeSegment(List<Long> batches, SegmentFooter footer, CompletableFuture<SegmentFooter> stored) {}

    private static final class FakeSink
            implements SegmentSink
    {
        private final BlockingQueue<FakeSegment> segments = new LinkedBlockingQueue<>();
        private final AtomicInteger next = new AtomicInteger();
        private volatile long poisoned = -1;
        private volatile @Nullable OutOfMemoryError error;

        @Override
        public CompletableFuture<SegmentFooter> append(Function<SegmentHeader, EncodedSegment> encoder)
        {
            SegmentHeader header = new SegmentHeader(
                    new SegmentKey(TABLE, WRITER, new Sequence(next.getAndIncrement())),
                    new SegmentId("0".repeat(32)),
                    Instant.EPOCH);
            SegmentFooter footer = encoder.apply(header).footer();
            CompletableFuture<SegmentFooter> stored = new CompletableFuture<>();
            segments.add(new FakeSegment(footer.batches().stream().map(range -> range.id().low()).toList(), footer, stored));
            return stored;
        }

        private EncodedSegment encode(SegmentHeader header, List<LogBatch> batches)
        {
            if (error != null) {
                throw error;
            }
            List<BatchRange> ranges = new ArrayList<>();
            for (LogBatch batch : batches) {
                if (batch.id().low() == poisoned) {
                    throw new IllegalStateException("poisoned");
                }
                ranges.add(new BatchRange(batch.id(), ranges.size(), 1));
            }
            Metrics metrics = new Metrics((long) ranges.size(), null, null, null, null);
            return new EncodedSegment(new byte[1], new SegmentFooter(header, SegmentKind.DATA, 0, ranges, 0, 1, List.of(), metrics));
        }

        private FakeSegment next()
                throws InterruptedException
        {
            FakeSegment segment = segments.poll(60, SECONDS);
            assertThat(segment).isNotNull();
            return segment;
        }

        private FakeSegment poll(Duration patience)
                throws InterruptedException
        {
            return segments.poll(patience.toMillis(), MILLISECONDS);
        }
    }
}

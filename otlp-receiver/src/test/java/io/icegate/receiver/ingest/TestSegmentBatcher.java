package io.icegate.receiver.ingest;

import io.icegate.receiver.ingest.SegmentSink.StoredSegment;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.Attributes;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.wal.BatchId;
import io.icegate.wal.WalException;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.RowBatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

import static io.icegate.receiver.Deadlines.eventually;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
final class TestSegmentBatcher
{
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
        SegmentBatcher batcher = idle(SHORT_WINDOW, new SegmentBatcher.Limits(1_000_000, 1_000, 4));
        CompletableFuture<Void> first = batcher.append(logs(1, 10));
        CompletableFuture<Void> second = batcher.append(logs(2, 10));
        // only now, so that the window cannot end between the two
        batcher.start();
        FakeSegment segment = sink.next();
        assertThat(segment.batches()).containsExactly(1L, 2L);
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        segment.complete();
        first.get(60, SECONDS);
        second.get(60, SECONDS);
    }

    @Test
    void testASegmentIsClosedByBytesAndRows()
            throws Exception
    {
        // the window would keep the test waiting for ever if it were needed
        SegmentBatcher batcher = batcher(Duration.ofDays(1), new SegmentBatcher.Limits(100, 3, 4));
        batcher.append(logs(1, 50));
        batcher.append(logs(2, 50));
        assertThat(sink.next().batches()).as("at the limit of bytes").containsExactly(1L, 2L);
        batcher.append(logs(3, 60));
        batcher.append(logs(4, 41));
        assertThat(sink.next().batches()).as("one byte past the limit").containsExactly(3L);
        batcher.append(logs(5, 1));
        batcher.append(logs(6, 1));
        assertThat(sink.next().batches()).as("at the limit of rows").containsExactly(4L, 5L, 6L);
        batcher.append(logs(7, 1_000));
        assertThat(sink.next().batches()).as("larger than any segment").containsExactly(7L);
    }

    @Test
    void testNobodyWaitsWhenNobodyIsLeftToSend()
            throws Exception
    {
        SegmentBatcher batcher = batcher(Duration.ofDays(1), new SegmentBatcher.Limits(1_000_000, 1_000, 4));
        openRequests.set(1);
        batcher.append(logs(1, 10));
        assertThat(sink.next().batches()).as("the only client").containsExactly(1L);
        openRequests.set(4);
        batcher.append(logs(2, 10));
        batcher.append(logs(3, 10));
        assertThat(sink.poll(Duration.ofMillis(100))).as("two are still sending").isNull();
        openRequests.set(3);
        batcher.append(logs(4, 10));
        assertThat(sink.next().batches()).as("one sent, the other gave up").containsExactly(2L, 3L, 4L);
        openRequests.set(2);
        batcher.append(logs(5, 10));
        assertThat(sink.poll(Duration.ofMillis(100))).isNull();
        openRequests.set(1);
        batcher.requestEnded();
        assertThat(sink.next().batches()).as("the other request ended").containsExactly(5L);
    }

    @Test
    void testWhatWaitsForItsTurnGrows()
            throws Exception
    {
        SegmentBatcher batcher = batcher(SHORT_WINDOW, new SegmentBatcher.Limits(1_000, 1_000, 1));
        batcher.append(logs(1, 10));
        FakeSegment first = sink.next();
        batcher.append(logs(2, 10));
        assertThat(sink.poll(Duration.ofMillis(100))).as("more than one in flight").isNull();
        batcher.append(logs(3, 10));
        first.complete();
        assertThat(sink.next().batches()).containsExactly(2L, 3L);
    }

    /**
     * What is next is accepted however long the store takes, because only a new segment shows that it is fast again.
     */
    @Test
    void testTheWaitIsForetold()
            throws Exception
    {
        SegmentBatcher batcher = batcher(SHORT_WINDOW, new SegmentBatcher.Limits(100, 1_000, 1));
        assertThat(batcher.expectedWait()).as("idle").isZero();
        batcher.append(logs(1, 60));
        FakeSegment first = sink.next();
        assertThat(batcher.expectedWait()).as("next").isZero();
        batcher.append(logs(2, 60));
        assertThat(batcher.expectedWait()).as("in the next one").isZero();
        batcher.append(logs(3, 60));
        Duration wait = batcher.expectedWait();
        assertThat(wait).as("one is ahead").isPositive();
        eventually("nothing ends", () -> batcher.expectedWait().compareTo(wait.plusMillis(10)) > 0);
        first.complete();
        FakeSegment second = sink.next();
        assertThat(batcher.expectedWait()).as("one is uploading, one is next").isZero();
        batcher.append(logs(4, 100));
        batcher.append(logs(5, 60));
        assertThat(batcher.expectedWait()).as("two are ahead, and a segment took 10 ms").isGreaterThan(Duration.ofMillis(20));
        second.complete();
    }

    @Test
    void testAPoisonedBatchFailsAlone()
            throws Exception
    {
        SegmentBatcher batcher = idle(SHORT_WINDOW, new SegmentBatcher.Limits(1_000_000, 1_000, 4));
        sink.poisoned = 3;
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            all.add(batcher.append(logs(i, 10)));
        }
        batcher.start();
        List<Long> stored = Collections.synchronizedList(new ArrayList<>());
        while (stored.size() < 4) {
            FakeSegment segment = sink.next();
            stored.addAll(segment.batches());
            segment.complete();
        }
        assertThat(stored).containsExactlyInAnyOrder(1L, 2L, 4L, 5L);
        for (int i = 1; i <= 5; i++) {
            if (i == 3) {
                // clients drop what is malformed, and an encoder that fails proves nothing against a payload
                assertRefused(all.get(i - 1), Refusal.UNAVAILABLE);
            }
            else {
                all.get(i - 1).get(60, SECONDS);
            }
        }
        sink.poisoned = -1;
        CompletableFuture<Void> next = batcher.append(logs(3, 10));
        FakeSegment segment = sink.next();
        segment.complete();
        next.get(60, SECONDS);
        assertThat(broken).hasValue(0);
    }

    /**
     * Halves take places beyond the limit; what waits must not take more of them.
     */
    @Test
    void testHalvesBeyondTheLimitLetNothingElsePass()
            throws Exception
    {
        SegmentBatcher batcher = idle(SHORT_WINDOW, new SegmentBatcher.Limits(30, 1_000, 1));
        sink.poisoned = 99;
        batcher.append(logs(1, 10));
        batcher.append(logs(2, 10));
        CompletableFuture<Void> poisoned = batcher.append(logs(99, 10));
        batcher.start();
        FakeSegment half = sink.next();
        FakeSegment quarter = sink.next();
        assertRefused(poisoned, Refusal.UNAVAILABLE);
        CompletableFuture<Void> next = batcher.append(logs(3, 10));
        assertThat(sink.poll(Duration.ofMillis(100))).as("two are in flight, one is allowed").isNull();
        half.complete();
        assertThat(sink.poll(Duration.ofMillis(100))).as("one is in flight").isNull();
        quarter.complete();
        sink.next().complete();
        next.get(60, SECONDS);
    }

    @Test
    void testAFencedWriterFailsEverythingAsRetryable()
            throws Exception
    {
        SegmentBatcher batcher = batcher(SHORT_WINDOW, new SegmentBatcher.Limits(10, 1_000, 1));
        CompletableFuture<Void> inFlight = batcher.append(logs(1, 10));
        FakeSegment segment = sink.next();
        CompletableFuture<Void> waiting = batcher.append(logs(2, 10));
        segment.stored().completeExceptionally(new WalException(WalException.Kind.FENCED, "another sealed"));
        assertRefused(inFlight, Refusal.UNAVAILABLE);
        assertRefused(waiting, Refusal.UNAVAILABLE);
        assertRefused(batcher.append(logs(3, 10)), Refusal.UNAVAILABLE);
        batcher.end().get(60, SECONDS);
        assertThat(broken).hasValue(1);
    }

    @Test
    void testAnErrorOfTheMachineIsNotTheFaultOfTheBatch()
            throws Exception
    {
        SegmentBatcher batcher = batcher(SHORT_WINDOW, new SegmentBatcher.Limits(10, 1_000, 1));
        sink.error = new OutOfMemoryError("injected");
        assertRefused(batcher.append(logs(1, 10)), Refusal.UNAVAILABLE);
    }

    /**
     * Uploads hang. What waits behind them is refused after a minute, and never stored.
     */
    @Test
    void testE4WhatWaitsForAMinuteIsNotStored()
            throws Exception
    {
        SegmentBatcher batcher = batcher(SHORT_WINDOW, new SegmentBatcher.Limits(1_000, 1_000, 1));
        CompletableFuture<Void> uploading = batcher.append(logs(1, 10));
        FakeSegment hanging = sink.next();
        long minuteAgo = System.nanoTime() - SegmentBatcher.REQUEST_WAIT_MAX.toNanos();
        CompletableFuture<Void> late = batcher.append(logs(2, 10), minuteAgo);
        CompletableFuture<Void> soonLate = batcher.append(logs(3, 10), minuteAgo + MILLISECONDS.toNanos(300));
        CompletableFuture<Void> waiting = batcher.append(logs(4, 10));

        assertRefused(late, Refusal.UNAVAILABLE);
        assertRefused(soonLate, Refusal.UNAVAILABLE);
        assertThat(waiting).isNotDone();
        assertThat(batcher.load().requests()).isEqualTo(1);
        hanging.complete();
        uploading.get(60, SECONDS);
        FakeSegment next = sink.next();
        assertThat(next.batches()).containsExactly(4L);
        next.complete();
        waiting.get(60, SECONDS);
    }

    @Test
    void testEndFlushesAndWaits()
            throws Exception
    {
        SegmentBatcher batcher = batcher(Duration.ofDays(1), new SegmentBatcher.Limits(1_000_000, 1_000, 4));
        CompletableFuture<Void> accepted = batcher.append(logs(1, 10));
        CompletableFuture<Void> ended = batcher.end();
        FakeSegment segment = sink.next();
        assertThat(ended).isNotDone();
        assertRefused(batcher.append(logs(2, 10)), Refusal.DRAINING);
        segment.complete();
        accepted.get(60, SECONDS);
        ended.get(60, SECONDS);
    }

    private SegmentBatcher batcher(Duration window, SegmentBatcher.Limits limits)
    {
        SegmentBatcher batcher = idle(window, limits);
        batcher.start();
        return batcher;
    }

    /**
     * Accepts, but uploads nothing before it is started.
     */
    private SegmentBatcher idle(Duration window, SegmentBatcher.Limits limits)
    {
        WindowPolicy policy = new WindowPolicy(window, OptionalDouble.empty(), System::nanoTime);
        policy.uploaded(window.multipliedBy(2));
        return new SegmentBatcher(sink, policy, limits, openRequests::get, IngestMetrics.NONE, broken::incrementAndGet);
    }

    private static void assertRefused(CompletableFuture<Void> future, Refusal refusal)
    {
        assertThatThrownBy(() -> future.get(60, SECONDS))
                .cause()
                .isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
    }

    private static RowBatch logs(long id, long bytes)
    {
        LogRow row = new LogRow(ResourceValues.EMPTY, ScopeValues.EMPTY, 1, 1, 1_000, 0, 0, null, null, null, null, null, 0, Attributes.EMPTY, 0, null);
        return new LogBatch(new BatchId(0, id), "acme", List.of(row), bytes);
    }

    private record FakeSegment(List<Long> batches, CompletableFuture<StoredSegment> stored)
    {
        void complete()
        {
            stored.complete(new StoredSegment(1, batches.size(), Duration.ZERO));
        }
    }

    private static final class FakeSink
            implements SegmentSink
    {
        private final BlockingQueue<FakeSegment> segments = new LinkedBlockingQueue<>();
        private volatile long poisoned = -1;
        private volatile @Nullable OutOfMemoryError error;

        @Override
        public CompletableFuture<StoredSegment> append(List<RowBatch> batches)
        {
            if (error != null) {
                throw error;
            }
            List<Long> ids = batches.stream().map(batch -> batch.id().low()).toList();
            if (ids.contains(poisoned)) {
                throw new NotEncodedException(new IllegalArgumentException("poisoned"));
            }
            FakeSegment segment = new FakeSegment(ids, new CompletableFuture<>());
            segments.add(segment);
            return segment.stored();
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

package io.icegate.wal.writer;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStoreAccessException;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.wal.BatchId;
import io.icegate.wal.EarlierSegment;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.HookedObjectStore;
import io.icegate.wal.Polling;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.Sequence;
import io.icegate.wal.TestingClock;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.WalException.Kind;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.registry.WriterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestWalLane
{
    private static final UUID TABLE = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private static final BatchId BATCH = new BatchId(0, 1);

    /**
     * Only guards against waiting for ever.
     */
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    /**
     * No put is sent again because the machine is busy.
     */
    private static final WriterOptions PATIENT = withAttemptTimeout(DEADLINE);
    private static final WriterOptions HASTY = withAttemptTimeout(Duration.ofMillis(20));

    private static final String ZERO_ID = "0".repeat(32);

    private final TestingClock clock = new TestingClock();
    private final MemoryObjectStore memory = new MemoryObjectStore(clock);
    private final HookedObjectStore store = new HookedObjectStore(memory);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final WriterId id = WriterId.random(clock.instant(), new Random(1));

    @AfterEach
    void close()
    {
        threads.shutdownNow();
    }

    @Test
    void testRegistersBeforeFirstSegment()
            throws Exception
    {
        WalLane lane = lane(PATIENT);
        lane.append(FakeSegments.batches(BATCH)).get(60, SECONDS);

        List<String> puts = store.takeRequests().stream().filter(request -> request.startsWith("PUT")).toList();
        assertThat(puts).containsExactly("PUT " + WalLayout.registryEntry(id), "PUT " + WalLayout.start(1), "PUT " + key(0));
    }

    @Test
    void testAcknowledgesOnlyBehindDurablePrefix()
            throws Exception
    {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch landed = new CountDownLatch(2);
        store.onPut((key, put) -> {
            if (key.equals(key(0))) {
                await(first);
            }
            PutOutcome outcome = put.get();
            landed.countDown();
            return outcome;
        });
        WalLane lane = laneRegistered();
        CompletableFuture<SegmentFooter> zero = lane.append(FakeSegments.batches(new BatchId(0, 0)));
        CompletableFuture<SegmentFooter> one = lane.append(FakeSegments.batches(new BatchId(0, 1)));
        CompletableFuture<SegmentFooter> two = lane.append(FakeSegments.batches(new BatchId(0, 2)));
        await(landed);
        assertThat(memory.head(key(1))).isPresent();
        assertThat(memory.head(key(2))).isPresent();
        assertThat(one).isNotDone();
        assertThat(two).isNotDone();
        assertThat(lane.earlier()).as("what the next segment tells as durable").isEmpty();

        first.countDown();

        assertThat(two.get(60, SECONDS).header().key().sequence()).isEqualTo(new Sequence(2));
        assertThat(zero).succeedsWithin(DEADLINE);
        assertThat(one).succeedsWithin(DEADLINE);
        assertThat(lane.earlier()).extracting(earlier -> earlier.footer().header().key().sequence().value()).containsExactly(0L, 1L, 2L);
        for (int segment = 3; segment < EarlierSegment.COUNT_MAX + 5; segment++) {
            lane.append(FakeSegments.batches(new BatchId(0, segment))).get(60, SECONDS);
        }
        assertThat(lane.earlier()).hasSize(EarlierSegment.COUNT_MAX);
    }

    @Test
    void testLostAnswerIsSettledByReadingBack()
            throws Exception
    {
        AtomicInteger puts = new AtomicInteger();
        store.onPut((key, put) -> puts.getAndIncrement() == 0 ? unknownAfter(put.get()) : put.get());
        SegmentFooter footer = laneRegistered().append(FakeSegments.batches(BATCH)).get(60, SECONDS);

        assertThat(puts).hasValue(2);
        assertThat(FakeSegments.footer(memory.get(key(0)).orElseThrow().content()).header()).isEqualTo(footer.header());
    }

    @Test
    void testLostRequestIsSentAgain()
            throws Exception
    {
        AtomicInteger puts = new AtomicInteger();
        store.onPut((key, put) -> puts.getAndIncrement() < 5 ? PutOutcome.UNKNOWN : put.get());
        laneRegistered().append(FakeSegments.batches(BATCH)).get(60, SECONDS);

        assertThat(puts).hasValue(6);
    }

    @Test
    void testSealOnOurKeyFences()
    {
        seal(1);
        WalWriter writer = writer(PATIENT);
        WalLane lane = writer.lane(TABLE, FakeSegments.seal());
        CompletableFuture<SegmentFooter> zero = lane.append(FakeSegments.batches(new BatchId(0, 0)));
        assertThat(zero).succeedsWithin(DEADLINE);
        CompletableFuture<SegmentFooter> one = lane.append(FakeSegments.batches(new BatchId(0, 1)));

        assertKind(one, Kind.FENCED);
        assertThat(writer.stopped()).succeedsWithin(DEADLINE).satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.FENCED));
        assertThatThrownBy(() -> lane.append(FakeSegments.batches(BATCH)))
                .isInstanceOfSatisfying(WalException.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.FENCED));
    }

    @Test
    void testCloseDoesNotWaitForAWriterThatEnded()
    {
        seal(0);
        WalWriter writer = writer(PATIENT);
        assertKind(writer.lane(TABLE, FakeSegments.seal()).append(FakeSegments.batches(BATCH)), Kind.FENCED);
        assertThat(writer.stopped()).succeedsWithin(DEADLINE);

        long before = System.nanoTime();
        writer.close(Duration.ofSeconds(30));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void testFencedSegmentsAboveSealAreNotAcknowledged()
    {
        seal(0);
        CountDownLatch others = new CountDownLatch(2);
        store.onPut((key, put) -> {
            if (key.equals(key(0))) {
                await(others);
                return put.get();
            }
            PutOutcome outcome = put.get();
            others.countDown();
            return outcome;
        });
        WalLane lane = laneRegistered();
        List<CompletableFuture<SegmentFooter>> futures = List.of(
                lane.append(FakeSegments.batches(new BatchId(0, 0))),
                lane.append(FakeSegments.batches(new BatchId(0, 1))),
                lane.append(FakeSegments.batches(new BatchId(0, 2))));

        futures.forEach(future -> assertKind(future, Kind.FENCED));
    }

    @Test
    void testEqualIdWithOtherContentFences()
    {
        // a cloned machine repeats writer id, segment id and all
        store.onPut((key, put) -> {
            if (key.equals(key(0))) {
                byte[] ours = FakeSegments.batches(new BatchId(9, 9)).apply(new SegmentHeader(new SegmentKey(TABLE, id, Sequence.FIRST), new SegmentId(ZERO_ID), clock.instant())).content();
                memory.putIfAbsent(key, ours);
            }
            return put.get();
        });
        WalWriter writer = WalWriter.open(store, entry(), footers(), PATIENT, new WalEnvironment(threads, clock, clock::nanoTime, clock.sleeper(), new ZeroRandom()));
        assertKind(writer.lane(TABLE, FakeSegments.seal()).append(FakeSegments.batches(BATCH)), Kind.FENCED);
    }

    @Test
    void testEncoderFailureLeavesNoHole()
            throws Exception
    {
        WalLane lane = laneRegistered();
        assertThatThrownBy(() -> lane.append(header -> {
            throw new IllegalStateException("poisoned");
        })).hasMessage("poisoned");

        assertThat(lane.append(FakeSegments.batches(BATCH)).get(60, SECONDS).header().key().sequence()).isEqualTo(Sequence.FIRST);
        assertThat(lane.inFlightCount()).isZero();
    }

    @Test
    void testRefusalForLongEndsWriterAndSealsItsLane()
    {
        Instant start = clock.instant();
        store.onPut((key, put) -> {
            if (Duration.between(start, clock.instant()).compareTo(WriterOptions.DEFAULT.hopelessAfter()) <= 0) {
                clock.advance(Duration.ofSeconds(1));
                throw new ObjectStoreAccessException("403");
            }
            return put.get();
        });
        WalWriter writer = writerRegistered();
        WalLane lane = writer.lane(TABLE, FakeSegments.seal());

        assertKind(lane.append(FakeSegments.batches(BATCH)), Kind.UNAVAILABLE);
        assertThat(writer.stopped()).succeedsWithin(DEADLINE);
        assertThat(FakeSegments.footer(memory.get(key(0)).orElseThrow().content()).kind()).isEqualTo(SegmentKind.SEAL);
    }

    @Test
    void testShortRefusalIsOvercome()
            throws Exception
    {
        AtomicInteger puts = new AtomicInteger();
        store.onPut((key, put) -> {
            if (puts.getAndIncrement() < 10) {
                clock.advance(Duration.ofSeconds(2));
                throw new ObjectStoreAccessException("403");
            }
            return put.get();
        });
        laneRegistered().append(FakeSegments.batches(BATCH)).get(60, SECONDS);

        assertThat(puts).hasValue(11);
    }

    @Test
    void testHangingPutIsSentAgain()
            throws Exception
    {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger puts = new AtomicInteger();
        store.onPut((key, put) -> {
            if (puts.getAndIncrement() == 0) {
                await(never);
            }
            return put.get();
        });

        assertThat(lane(HASTY).append(FakeSegments.batches(BATCH))).succeedsWithin(DEADLINE);
        never.countDown();
    }

    @Test
    void testAnswerAfterItsTimeoutCounts()
    {
        // each put is answered when the next one was sent, so later than anybody waits for it
        AtomicReference<CountDownLatch> previous = new AtomicReference<>(new CountDownLatch(1));
        store.onPut((key, put) -> {
            PutOutcome outcome = put.get();
            CountDownLatch answered = new CountDownLatch(1);
            previous.getAndSet(answered).countDown();
            await(answered);
            return outcome;
        });

        assertThat(lane(HASTY).append(FakeSegments.batches(BATCH))).succeedsWithin(DEADLINE);
    }

    @Test
    void testSegmentsInFlightHaveALimit()
    {
        assertThat(WriterOptions.DEFAULT.withSegmentsInFlightMax(Sequence.IN_FLIGHT_LIMIT).segmentsInFlightMax()).isEqualTo(8);
        assertThatThrownBy(() -> WriterOptions.DEFAULT.withSegmentsInFlightMax(Sequence.IN_FLIGHT_LIMIT + 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot write with 9 segments in flight: it must be 1 to 8");
        assertThatThrownBy(() -> WriterOptions.DEFAULT.withSegmentsInFlightMax(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void testSegmentsInFlightAreBounded()
            throws Exception
    {
        CountDownLatch gate = new CountDownLatch(1);
        store.onPut((key, put) -> {
            await(gate);
            return put.get();
        });
        WalLane lane = laneRegistered();
        for (int i = 0; i < 4; i++) {
            lane.append(FakeSegments.batches(new BatchId(0, i)));
        }
        CountDownLatch encoded = new CountDownLatch(1);
        CompletableFuture<SegmentFooter> fifth = CompletableFuture.supplyAsync(() -> lane.append(header -> {
            encoded.countDown();
            return FakeSegments.batches(BATCH).apply(header);
        }), threads).thenCompose(future -> future);
        assertThat(encoded.await(50, MILLISECONDS)).isFalse();
        assertThat(lane.inFlightCount()).isEqualTo(4);

        gate.countDown();

        assertThat(fifth.get(60, SECONDS).header().key().sequence()).isEqualTo(new Sequence(4));
    }

    @Test
    void testLongSleeperMustStillBeRegistered()
    {
        WalLane lane = laneRegistered();
        assertThat(lane.append(clock.instant().minus(Duration.ofHours(2)), FakeSegments.batches(BATCH))).succeedsWithin(DEADLINE);

        memory.delete(List.of(WalLayout.registryEntry(id)));
        assertThat(lane.append(clock.instant().minus(Duration.ofHours(1)), FakeSegments.batches(BATCH))).succeedsWithin(DEADLINE);
        assertKind(lane.append(clock.instant().minus(Duration.ofHours(1)).minusMillis(1), FakeSegments.batches(BATCH)), Kind.FENCED);
    }

    @Test
    void testCallerMayGiveUpAndLookAgain()
            throws Exception
    {
        CountDownLatch gate = new CountDownLatch(1);
        store.onPut((key, put) -> {
            await(gate);
            return put.get();
        });
        CompletableFuture<SegmentFooter> result = laneRegistered().append(FakeSegments.batches(BATCH));
        assertThat(result.copy().completeExceptionally(new IllegalStateException("the client's deadline"))).isTrue();

        gate.countDown();

        assertThat(result.get(60, SECONDS).header().key().sequence()).isEqualTo(Sequence.FIRST);
    }

    @Test
    void testCloseWaitsThenSeals()
            throws Exception
    {
        WalWriter writer = writerRegistered();
        WalLane lane = writer.lane(TABLE, FakeSegments.seal());
        CompletableFuture<SegmentFooter> appended = lane.append(FakeSegments.batches(BATCH));
        writer.close();

        assertThat(appended).isCompleted();
        assertThat(FakeSegments.footer(memory.get(key(1)).orElseThrow().content()).kind()).isEqualTo(SegmentKind.SEAL);
        assertThatThrownBy(() -> lane.append(FakeSegments.batches(BATCH))).isInstanceOf(WalException.class);
        assertThat(writer.stopped()).isNotDone();
    }

    @Test
    void testCloseWaitsForAcknowledgements()
            throws Exception
    {
        CountDownLatch stored = new CountDownLatch(1);
        store.onPut((key, put) -> {
            await(stored);
            return put.get();
        });
        WalWriter writer = writerRegistered();
        CountDownLatch answering = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        CompletableFuture<Void> answer = writer.lane(TABLE, FakeSegments.seal()).append(FakeSegments.batches(BATCH)).thenRun(() -> {
            answering.countDown();
            await(answered);
        });
        stored.countDown();
        await(answering);

        CompletableFuture<Boolean> doneAtClose = new CompletableFuture<>();
        Thread closing = new Thread(() -> {
            writer.close();
            doneAtClose.complete(answer.isDone());
        });
        closing.start();
        Polling.until(() -> closing.getState() == Thread.State.TIMED_WAITING || doneAtClose.isDone());
        answered.countDown();

        assertThat(doneAtClose.get(60, SECONDS)).isTrue();
    }

    @Test
    void testHeartbeats()
            throws Exception
    {
        writerRegistered();
        WriterRegistry registry = new WriterRegistry(memory);
        for (int i = 0; i < 12; i++) {
            clock.awaitSleeper(); // one that falls asleep later would wait for the advance after this one
            clock.advance(Duration.ofSeconds(10));
            Instant now = clock.instant();
            Polling.until(() -> !requireNonNull(registry.list().lastSeen().get(id)).isBefore(now));
        }
        assertThat(registry.list().isSilent(id, WriterRegistry.SILENT_AFTER)).isFalse();
    }

    @Test
    void testLaneNeedsRegisteredTable()
    {
        assertThatThrownBy(() -> writerRegistered().lane(UUID.fromString("00000000-0000-4000-8000-000000000002"), FakeSegments.seal()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not registered for it");
    }

    private static WriterOptions withAttemptTimeout(Duration timeout)
    {
        WriterOptions options = WriterOptions.DEFAULT;
        return new WriterOptions(
                options.segmentsInFlightMax(),
                options.heartbeatInterval(),
                timeout,
                Duration.ofMillis(1),
                Duration.ofMillis(2),
                options.hopelessAfter(),
                options.zombieAfter());
    }

    private static final class ZeroRandom
            extends Random
    {
        private static final long serialVersionUID = 1L;

        @Override
        public void nextBytes(byte[] bytes)
        {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private WalLane laneRegistered()
    {
        return writerRegistered().lane(TABLE, FakeSegments.seal());
    }

    private WalWriter writerRegistered()
    {
        // hooks of the tests are about segments
        new WriterRegistry(memory).register(entry(), RetryPolicy.Waiting.system());
        HookedObjectStore.PutHook hook = store.hook();
        store.onPut((key, put) -> SegmentKey.parse(key).isPresent() ? hook.put(key, put) : put.get());
        return writer(PATIENT);
    }

    private WalLane lane(WriterOptions options)
    {
        HookedObjectStore.PutHook hook = store.hook();
        store.onPut((key, put) -> SegmentKey.parse(key).isPresent() ? hook.put(key, put) : put.get());
        return writer(options).lane(TABLE, FakeSegments.seal());
    }

    private WalWriter writer(WriterOptions options)
    {
        return WalWriter.open(store, entry(), footers(), options, new WalEnvironment(threads, clock, clock::nanoTime, clock.sleeper(), new Random(7)));
    }

    private RegistryEntry entry()
    {
        return new RegistryEntry(id, Instant.parse("2026-11-20T00:00:00Z"), "host", "build", Set.of(TABLE));
    }

    private static FooterCache footers()
    {
        return new FooterCache(new FakeSegments(), 100);
    }

    private void seal(long sequence)
    {
        SegmentHeader header = new SegmentHeader(new SegmentKey(TABLE, id, new Sequence(sequence)), new SegmentId("f".repeat(32)), clock.instant());
        assertThat(memory.putIfAbsent(key(sequence), FakeSegments.seal().apply(header).content())).isEqualTo(PutOutcome.WRITTEN);
    }

    private ObjectKey key(long sequence)
    {
        return new SegmentKey(TABLE, id, new Sequence(sequence)).objectKey();
    }

    private static PutOutcome unknownAfter(PutOutcome outcome)
    {
        assertThat(outcome).isEqualTo(PutOutcome.WRITTEN);
        return PutOutcome.UNKNOWN;
    }

    private static void assertKind(CompletableFuture<SegmentFooter> future, Kind kind)
    {
        assertThatThrownBy(() -> future.get(60, SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(WalException.class, failure -> assertThat(failure.kind()).isEqualTo(kind));
    }

    private static void await(CountDownLatch latch)
    {
        try {
            if (!latch.await(60, SECONDS)) {
                throw new AssertionError("Nobody opened the latch");
            }
        }
        catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

package io.icegate.catalog.log;

import io.icegate.catalog.Deadline;
import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogChanges;
import io.icegate.catalog.state.CatalogCommit;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogTransaction;
import io.icegate.catalog.state.CatalogWriter;
import io.icegate.catalog.state.ObjectKind;
import io.icegate.objectstore.ClockOffException;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.fault.FaultInjectingObjectStore;
import io.icegate.objectstore.fault.FaultPlan;
import io.icegate.objectstore.fault.StoreFault;
import io.icegate.objectstore.fault.TracingObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import static io.icegate.catalog.log.LogFixture.drop;
import static io.icegate.catalog.log.LogFixture.location;
import static io.icegate.catalog.log.LogFixture.put;
import static io.icegate.catalog.log.LogFixture.records;
import static io.icegate.catalog.log.LogFixture.table;
import static io.icegate.objectstore.fault.StoreRequest.get;
import static io.icegate.objectstore.fault.StoreRequest.list;
import static io.icegate.objectstore.fault.StoreRequest.putIfAbsent;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestCatalogLog
{
    private final TestingTime time = new TestingTime();
    private final MemoryObjectStore store = new MemoryObjectStore(time);
    private int opened;

    private CatalogLog open(ObjectStore on)
    {
        opened++;
        return LogFixture.open(on, time.environment(opened));
    }

    @Test
    void testCostOfWarmReadsAndCommits()
    {
        TracingObjectStore traced = new TracingObjectStore(store);
        try (CatalogLog log = open(traced)) {
            log.commit(put(1, "a"));
            traced.takeRequests();

            log.commit(put(1, "b"));
            assertThat(traced.takeRequests()).containsExactly(putIfAbsent(CatalogLayout.record(2)));

            assertThat(log.state().version()).isEqualTo(2);
            assertThat(traced.takeRequests()).containsExactly(get(CatalogLayout.record(3)));

            try (CatalogLog other = open(traced)) {
                assertThat(location(other.state(), 1)).contains("b");
            }
            assertThat(traced.takeRequests()).contains(get(CatalogLayout.FORMAT), list(CatalogLayout.CHECKPOINTS), list(CatalogLayout.FLOORS), get(CatalogLayout.record(3)));
        }
    }

    /**
     * The usual case of every reader: somebody committed once since.
     */
    @Test
    void testOneNewRecordCostsTwoRequests()
    {
        TracingObjectStore traced = new TracingObjectStore(store);
        try (CatalogLog log = open(traced); CatalogLog other = open(store)) {
            log.commit(put(1, "a"));
            other.commit(put(2, "x"));
            traced.takeRequests();

            assertThat(log.state().version()).isEqualTo(2);
            assertThat(traced.takeRequests()).containsExactly(get(CatalogLayout.record(2)), get(CatalogLayout.record(3)));
        }
    }

    @Test
    void testConflictIsSettledWithoutAnExtraRound()
    {
        TracingObjectStore traced = new TracingObjectStore(store);
        try (CatalogLog log = open(traced); CatalogLog other = open(store)) {
            log.commit(put(1, "a"));
            other.commit(put(2, "x"));
            other.commit(put(3, "y"));
            traced.takeRequests();

            log.commit(put(1, "b"));
            // a slow machine looks at the slot more than once while the write is under way
            assertThat(Set.copyOf(traced.takeRequests()))
                    .contains(putIfAbsent(CatalogLayout.record(2)), get(CatalogLayout.record(2)), get(CatalogLayout.record(3)), get(CatalogLayout.record(4)), putIfAbsent(CatalogLayout.record(4)))
                    .hasSizeLessThanOrEqualTo(2 + CatalogTail.CATCH_UP_COUNT);
            assertThat(other.state().version()).isEqualTo(4);
            assertThat(location(other.state(), 1)).contains("b");
        }
    }

    /**
     * Where others commit as well, a process looks at the slot while its write is under way, and goes on when another is there.
     */
    @Test
    void testALossIsKnownBeforeTheAnswer()
            throws IOException, InterruptedException, ExecutionException
    {
        CountDownLatch sent = new CountDownLatch(1);
        CountDownLatch arrives = new CountDownLatch(1);
        ObjectStore slow = new SlowSlot(store, CatalogLayout.record(3), sent, arrives);
        try (CatalogLog log = open(slow); CatalogLog other = open(store)) {
            log.commit(put(1, "a"));
            other.commit(put(2, "x"));
            assertThat(log.state().version()).isEqualTo(2);
            FutureTask<CatalogCommitResult> commit = new FutureTask<>(() -> log.commit(put(1, "b")));
            new Thread(commit).start();
            assertThat(sent.await(60, TimeUnit.SECONDS)).isTrue();
            try {
                assertThat(other.commit(put(2, "y")).version()).isEqualTo(3);
                Deadline.await(commit::isDone);
            }
            finally {
                arrives.countDown();
            }
            assertThat(commit.get().version()).isEqualTo(4);
            assertThat(other.state().version()).isEqualTo(4);
            assertThat(location(other.state(), 1)).contains("b");
            assertThat(location(other.state(), 2)).contains("y");
        }
        assertThat(records(store)).hasSize(4);
    }

    @Test
    void testFailureIsFinalOnlyAgainstAStateReadAfterTheCall()
    {
        try (CatalogLog stale = open(store); CatalogLog other = open(store)) {
            stale.commit(put(1, "a"));
            other.commit(drop(1));
            // stale still knows the table: as it knows it, the create below would fail
            CatalogCommitResult result = stale.commit(state -> {
                if (location(state, 1).isPresent()) {
                    throw new AlreadyExistsException("Table already exists");
                }
                return List.of(LogFixture.pointer(state, 1, "b"));
            });
            assertThat(result.version()).isEqualTo(3);

            other.commit(drop(1));
            assertThatThrownBy(() -> other.commit(state -> CatalogChanges.rename(state, table(1), table(2), ObjectKind.TABLE)))
                    .hasMessageContaining("Namespace does not exist");
            // as stale knows it there is nothing to do only after it looked
            assertThat(stale.commit(drop(1)).changes()).isEmpty();
            assertThat(stale.commit(drop(1)).version()).isEqualTo(4);
        }
    }

    @Test
    void testLostAcknowledgementsAndLateEffects()
            throws IOException
    {
        for (StoreFault fault : List.of(StoreFault.LOST_ACKNOWLEDGEMENT, StoreFault.REPEAT, StoreFault.ERROR_BEFORE, StoreFault.CONFLICT, StoreFault.LATE_EFFECT)) {
            MemoryObjectStore inner = new MemoryObjectStore(time);
            FaultInjectingObjectStore faulty = new FaultInjectingObjectStore(inner, 1, FaultPlan.none(), time::advance);
            try (CatalogLog log = open(faulty); CatalogLog other = open(inner)) {
                log.commit(put(1, "a"));
                for (int i = 0; i < 20; i++) {
                    // about half of the writes fail in this way, some of them again and again
                    faulty.follow(FaultPlan.none().withRate(0.5).withFaults(EnumSet.of(fault)).withOperations(EnumSet.of(StoreOperation.PUT_IF_ABSENT)));
                    if (i % 3 == 0) {
                        other.commit(put(2, "foreign " + i));
                    }
                    log.commit(put(1, fault + " " + i));
                }
                assertThat(faulty.injectedFaults()).isNotEmpty();
                faulty.settle();
                List<String> committed = records(inner).stream()
                        .flatMap(record -> record.transactions().stream())
                        .flatMap(transaction -> transaction.changes().stream())
                        .map(change -> ((CatalogChange.ObjectChange) change).after().orElseThrow())
                        .filter(location -> location.startsWith(fault.name()))
                        .toList();
                List<String> expected = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    expected.add(fault + " " + i);
                }
                assertThat(committed).isEqualTo(expected);
            }
        }
    }

    @Test
    void testUnreachableStoreLeavesTheOutcomeUnknownAfterThirtySeconds()
    {
        FaultInjectingObjectStore faulty = new FaultInjectingObjectStore(store, 1, FaultPlan.none(), time::advance);
        try (CatalogLog log = open(faulty)) {
            log.commit(put(1, "a"));
            faulty.follow(FaultPlan.outage());
            var began = time.instant();
            assertThatThrownBy(() -> log.commit(put(1, "b"))).isInstanceOf(CommitStateUnknownException.class);
            assertThat(Duration.between(began, time.instant())).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(32));

            // a read that fails is an error, and a commit that could not be offered did not happen
            assertThatThrownBy(log::state).isInstanceOf(RuntimeIOException.class).hasMessageContaining("the store failed 8 times");
            time.advance(CatalogFormat.FENCE);
            assertThatThrownBy(() -> log.commit(put(1, "c"))).isInstanceOf(RuntimeIOException.class);

            faulty.follow(FaultPlan.none());
            log.commit(put(1, "d"));
            assertThat(location(log.state(), 1)).contains("d");
            assertThat(log.state().version()).isEqualTo(2);
        }
    }

    @Test
    void testGroupCommitBounds()
            throws Exception
    {
        assertThat(recordsOf(256, 10)).containsExactly(256);
        assertThat(recordsOf(257, 10)).containsExactly(256, 1);
        // each transaction has a little more than 100,000 bytes: ten fit into 1 MiB
        assertThat(recordsOf(11, 100_000)).containsExactly(10, 1);
    }

    /**
     * Numbers of transactions per record when so many are queued at once.
     */
    private List<Integer> recordsOf(int count, int locationLength)
            throws Exception
    {
        MemoryObjectStore inner = new MemoryObjectStore(time);
        ExecutorService callers = Executors.newFixedThreadPool(count + 1);
        try (CatalogLog log = open(inner)) {
            CountDownLatch blocked = new CountDownLatch(1);
            CountDownLatch inside = new CountDownLatch(1);
            List<Future<?>> calls = new ArrayList<>();
            calls.add(callers.submit(() -> log.commit(state -> {
                inside.countDown();
                await(blocked);
                return List.of();
            })));
            inside.await();
            for (int i = 1; i <= count; i++) {
                int number = i;
                calls.add(callers.submit(() -> log.commit(put(number, "x".repeat(locationLength)))));
            }
            Deadline.await(() -> log.queuedCount() == count);
            blocked.countDown();
            for (Future<?> call : calls) {
                call.get();
            }
        }
        finally {
            callers.shutdown();
        }
        return records(inner).stream().map(record -> record.transactions().size()).toList();
    }

    private static void await(CountDownLatch latch)
    {
        try {
            latch.await();
        }
        catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void testTransactionThatFitsIntoNoRecordIsRefused()
            throws IOException
    {
        try (CatalogLog log = open(store)) {
            log.commit(put(1, "x".repeat(1_000_000)));
            assertThatThrownBy(() -> log.commit(put(2, "x".repeat(1 << 20))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("exceeds a record of 1048576");
            assertThat(records(store)).hasSize(1);
        }
    }

    @Test
    void testSameTransactionIdHasOneEffect()
    {
        Optional<String> digest = Optional.of("sha256:1");
        try (CatalogLog log = open(store); CatalogLog other = open(store)) {
            CatalogCommitResult first = log.commit("key-1", digest, put(1, "a"));
            assertThat(first.isRepetition()).isFalse();
            CatalogCommitResult repeated = new CatalogCommitResult(first.version(), first.changes(), true);
            log.commit(put(1, "b"));
            assertThat(log.commit("key-1", digest, put(1, "again"))).isEqualTo(repeated);
            assertThat(other.commit("key-1", digest, put(1, "elsewhere"))).isEqualTo(repeated);
            assertThatThrownBy(() -> other.commit("key-1", Optional.of("sha256:2"), put(1, "c")))
                    .isInstanceOf(UnprocessableEntityException.class)
                    .hasMessageContaining("it was another request");
            assertThat(location(log.state(), 1)).contains("b");

            // at the end of the window it is still known, past it no more
            time.advance(Duration.ofHours(1).minusMillis(time.instant().toEpochMilli() - log.stateAt(1).timestampMillis()));
            log.commit(put(2, "x"));
            assertThat(log.commit("key-1", digest, put(1, "again")).version()).isEqualTo(1);
            time.advance(Duration.ofMillis(1));
            log.commit(put(2, "y"));
            assertThat(log.commit("key-1", digest, put(1, "again")).version()).isEqualTo(5);
        }
    }

    @Test
    void testFormatRefusal()
    {
        store.putIfAbsent(CatalogLayout.FORMAT, "{\"version\":1}".getBytes(UTF_8));
        try (CatalogLog log = open(store)) {
            assertThatThrownBy(log::state).hasMessage("Cannot open catalog: its format is version 1, this program knows version 2 only");
            assertThatThrownBy(() -> log.commit(put(1, "a"))).hasMessageContaining("Cannot open catalog");
        }
    }

    @Test
    void testRaisedFormatStopsReadersAndWriters()
            throws IOException
    {
        try (CatalogLog log = open(store)) {
            log.commit(put(1, "a"));
            store.putIfAbsent(CatalogLayout.record(2), "{\"format\":4,\"version\":2,\"epoch\":7}".getBytes(UTF_8));
            assertThatThrownBy(() -> log.commit(put(1, "b"))).hasMessageContaining("format 4 is not known");
            time.advance(Duration.ofMillis(1));
            assertThatThrownBy(log::state).hasMessageContaining("format 4 is not known");
            assertThat(store.get(CatalogLayout.record(3))).isEmpty();
        }
    }

    @Test
    void testTimestampsGrowWhenClocksGoBack()
    {
        try (CatalogLog log = open(store)) {
            log.commit(put(1, "a"));
            time.setWallAhead(Duration.ofDays(-1));
            log.commit(put(1, "b"));
            log.commit(put(1, "c"));
            assertThat(log.stateAt(3).timestampMillis()).isEqualTo(log.stateAt(1).timestampMillis() + 2);
        }
    }

    @Test
    void testClockAheadOfTheStoreMayNotCommit()
    {
        TestingTime storeTime = new TestingTime();
        MemoryObjectStore elsewhere = new MemoryObjectStore(storeTime);
        try (CatalogLog log = open(elsewhere)) {
            log.commit(put(1, "a"));
            time.setWallAhead(Duration.ofSeconds(60).minusMillis(1));
            storeTime.advance(Duration.ofMinutes(6));
            time.advance(Duration.ofMinutes(6));
            log.commit(put(1, "b"));
            time.setWallAhead(Duration.ofSeconds(60).plusMillis(1));
            time.advance(Duration.ofMinutes(6));
            storeTime.advance(Duration.ofMinutes(6));
            assertThatThrownBy(() -> log.commit(put(1, "c")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ahead of the store's");
            // reading is fine, and so is committing once the clock is right
            assertThat(location(log.state(), 1)).contains("b");
            time.setWallAhead(Duration.ZERO);
            log.commit(put(1, "d"));
        }
    }

    @Test
    void testClockBehindTheStoreMayNotCommit()
    {
        TestingTime storeTime = new TestingTime();
        time.setWallAhead(Duration.ofSeconds(-61));
        try (CatalogLog log = open(new MemoryObjectStore(storeTime))) {
            assertThatThrownBy(() -> log.commit(put(1, "a")))
                    .isInstanceOf(ClockOffException.class)
                    .hasMessageStartingWith("Cannot commit to the catalog: the clock of this machine is ")
                    .hasMessageContaining(" s behind the store's, more than 60: it said 2026-11-21T11:58:59")
                    .hasMessageContaining(" when the store said 2026-11-21T12:00:00");
            time.setWallAhead(Duration.ofSeconds(-59));
            log.commit(put(1, "a"));
        }
    }

    /**
     * As a process wrote it whose store told no time, and whose clock was a year ahead.
     */
    @Test
    void testRecordFromTheFutureEndsWithItself()
    {
        time.setWallAhead(Duration.ofDays(365));
        try (CatalogLog log = open(store)) {
            log.commit(put(1, "a"));
            log.commit(put(1, "b"));
        }
        time.setWallAhead(Duration.ZERO);
        MemoryObjectStore copy = new MemoryObjectStore(time);
        store.list(new ObjectKey("_catalog"), Optional.empty(), 1000).objects().forEach(object -> copy.putIfAbsent(object.key(), store.get(object.key()).orElseThrow().content()));
        try (CatalogLog log = open(copy)) {
            Instant capped = log.state().timestamp();
            assertThat(capped).isBetween(time.instant().plusSeconds(100), time.instant().plusSeconds(121));
            assertThat(log.stateAt(1).timestamp()).isBefore(capped);
            time.advance(Duration.ofHours(1));
            log.commit(put(1, "c"));
            assertThat(log.state().timestamp()).isEqualTo(time.instant().truncatedTo(ChronoUnit.MILLIS));
        }
        try (CatalogLog log = open(copy)) {
            assertThat(log.state().version()).isEqualTo(3);
            assertThat(location(log.stateAsOf(time.instant().minusSeconds(60)), 1)).contains("b");
        }
    }

    @Test
    void testStateAtEveryVersionIsWhatItWas()
    {
        List<byte[]> states = new ArrayList<>();
        try (CatalogLog log = open(store)) {
            for (int i = 1; i <= 300; i++) {
                log.commit(put(i % 7, "location " + i));
                states.add(CheckpointParser.toJson(log.stateAt(i)));
            }
        }
        try (CatalogLog log = open(store)) {
            for (int i = 300; i >= 1; i -= 17) {
                assertThat(CheckpointParser.toJson(log.stateAt(i))).isEqualTo(states.get(i - 1));
            }
            assertThat(log.stateAt(0).namespaces()).isEmpty();
            assertThatThrownBy(() -> log.stateAt(301)).hasMessage("Cannot read catalog version 301: the newest is 300");
            assertThatThrownBy(() -> log.stateAt(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void testStateAsOfATimeAndTheChangeFeed()
    {
        List<Instant> times = new ArrayList<>();
        try (CatalogLog log = open(store)) {
            Instant before = time.instant();
            for (int i = 1; i <= 200; i++) {
                time.advance(Duration.ofSeconds(10));
                log.commit(put(1, "location " + i));
                times.add(log.stateAt(i).timestamp());
            }
            for (int i = 1; i < 200; i += 13) {
                assertThat(log.stateAsOf(times.get(i - 1)).version()).isEqualTo(i);
                assertThat(log.stateAsOf(times.get(i).minusMillis(1)).version()).isEqualTo(i);
            }
            assertThat(log.stateAsOf(times.get(199).plusSeconds(1000)).version()).isEqualTo(200);
            assertThat(log.stateAsOf(before).version()).isZero();

            List<String> fed = new ArrayList<>();
            long from = 0;
            for (List<CatalogCommit> portion = log.changes(from); !portion.isEmpty(); portion = log.changes(from)) {
                assertThat(portion).hasSizeLessThanOrEqualTo(64);
                for (CatalogCommit commit : portion) {
                    assertThat(commit.version()).isEqualTo(from + 1);
                    assertThat(commit.timestamp()).isEqualTo(times.get((int) from));
                    from = commit.version();
                    fed.add(((CatalogChange.ObjectChange) commit.transactions().get(0).changes().get(0)).after().orElseThrow());
                }
            }
            assertThat(fed).hasSize(200).startsWith("location 1", "location 2").endsWith("location 200");
            assertThatThrownBy(() -> log.changes(201)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void testCollectedVersionIsSaidToBeCollected()
            throws IOException
    {
        int committed = 0;
        for (int last : List.of(64, 128, 192, 200)) {
            // a log of its own for each checkpoint: closing waits for it, however late its thread gets a turn
            try (CatalogLog log = open(store)) {
                while (committed < last) {
                    committed++;
                    log.commit(put(1, "location " + committed));
                }
            }
        }
        long newest = 192;
        assertThat(store.list(CatalogLayout.CHECKPOINTS, Optional.empty(), 100).objects()).extracting(ObjectHead::key)
                .containsExactly(CatalogLayout.checkpoint(64), CatalogLayout.checkpoint(128), CatalogLayout.checkpoint(newest));
        collect(newest);
        try (CatalogLog log = open(store)) {
            assertThat(location(log.state(), 1)).contains("location 200");
            assertThat(location(log.stateAt(newest + 1), 1)).contains("location " + (newest + 1));
            assertThat(location(log.stateAt(newest), 1)).contains("location " + newest);
            assertThat(log.changes(newest)).hasSize((int) (200 - newest));
            assertThatThrownBy(() -> log.changes(newest - 1)).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> log.stateAt(newest - 1)).isInstanceOf(NotFoundException.class).hasMessageContaining("version collected");
        }
    }

    /**
     * What garbage collection does.
     */
    private void collect(long floor)
            throws IOException
    {
        store.putIfAbsent(CatalogLayout.floor(floor), new byte[0]);
        for (long version = 1; version <= floor; version++) {
            store.delete(List.of(CatalogLayout.record(version)));
        }
    }

    @Test
    void testBrokenHistoryIsRefused()
            throws IOException
    {
        try (CatalogLog log = open(store)) {
            log.commit(put(1, "a"));
            CatalogRecord second = new CatalogRecord(2, new UUID(1, 1), new CatalogWriter(new UUID(1, 2), Optional.empty()), log.state().timestampMillis() + 1, List.of(new CatalogTransaction("x", Optional.empty(), List.of(
                    new CatalogChange.ObjectChange(table(1), ObjectKind.TABLE, new UUID(7, 1), Optional.of("not a"), Optional.of("b"), Set.of("memory:x"))))));
            store.putIfAbsent(CatalogLayout.record(2), CatalogRecordParser.toJson(second));
            time.advance(Duration.ofMillis(1));
            assertThatThrownBy(log::state).hasMessageContaining("Cannot apply catalog record 2").hasMessageContaining("the change starts from Optional[not a]");
            assertThatThrownBy(() -> log.commit(put(1, "c"))).isInstanceOf(RuntimeException.class);
            assertThat(store.get(CatalogLayout.record(3))).isEmpty();
        }
    }

    @Test
    void testCommitAfterAThreadCouldNotStart()
            throws Exception
    {
        AtomicBoolean failed = new AtomicBoolean();
        CatalogEnvironment usual = time.environment(1);
        CatalogEnvironment.Threads threads = (name, task) -> {
            if (failed.compareAndSet(false, true)) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            usual.threads().start(name, task);
        };
        CatalogLog log = LogFixture.open(store, new CatalogEnvironment(usual.clock(), usual.nanoClock(), usual.sleeper(), usual.random(), threads));
        assertThatThrownBy(() -> log.commit(put(1, "a"))).isInstanceOf(OutOfMemoryError.class);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            assertThat(executor.submit(() -> log.commit(put(1, "b"))).get(60, TimeUnit.SECONDS).version()).isEqualTo(1);
            executor.submit(log::close).get(60, TimeUnit.SECONDS);
        }
        finally {
            executor.shutdownNow();
        }
        assertThat(records(store)).as("the refused one is not committed later").hasSize(1);
    }

    @Test
    void testClosedLogIsRefused()
    {
        CatalogLog log = open(store);
        log.commit(put(1, "a"));
        log.close();
        assertThatThrownBy(() -> log.commit(put(1, "b"))).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }
}

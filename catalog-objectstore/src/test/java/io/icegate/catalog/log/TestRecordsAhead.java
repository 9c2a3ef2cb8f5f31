package io.icegate.catalog.log;

import io.icegate.catalog.Deadline;
import io.icegate.catalog.log.CatalogTail.Known;
import io.icegate.catalog.log.RecordWriter.Contention;
import io.icegate.catalog.log.RecordWriter.Decision;
import io.icegate.catalog.log.RecordWriter.Offer;
import io.icegate.catalog.log.RecordWriter.Outcome;
import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogCommit;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogTransaction;
import io.icegate.catalog.state.CatalogWriter;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.fault.LatencyObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import static io.icegate.catalog.log.LogFixture.location;
import static io.icegate.catalog.log.LogFixture.pointer;
import static io.icegate.catalog.log.LogFixture.put;
import static io.icegate.catalog.log.LogFixture.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Records that are offered before those in front of them are known.
 */
final class TestRecordsAhead
{
    private static final CatalogWriter WRITER = new CatalogWriter(new UUID(1, 2), Optional.empty());

    private final TestingTime time = new TestingTime();
    private final MemoryObjectStore store = new MemoryObjectStore(time);
    private final CountDownLatch sent = new CountDownLatch(1);
    private final CountDownLatch arrives = new CountDownLatch(1);
    private int opened;

    private CatalogLog open(ObjectStore on)
    {
        opened++;
        return LogFixture.open(on, time.environment(opened));
    }

    private static FutureTask<CatalogCommitResult> start(CatalogLog log, String id, ChangeScope scope, Function<CatalogState, List<CatalogChange>> change)
    {
        FutureTask<CatalogCommitResult> commit = new FutureTask<>(() -> log.commit(id, Optional.empty(), scope, change));
        new Thread(commit, "commit-" + id).start();
        return commit;
    }

    private boolean isThere(long version)
    {
        return store.get(CatalogLayout.record(version)).isPresent();
    }

    @Test
    void testRecordsOfOneProcessDoNotWaitForEachOther()
            throws InterruptedException, ExecutionException, IOException
    {
        try (CatalogLog log = open(new SlowSlot(store, CatalogLayout.record(3), sent, arrives))) {
            log.commit(put(1, "a"));
            log.commit(put(2, "x"));
            FutureTask<CatalogCommitResult> first = start(log, "first", ChangeScope.MOVED, put(1, "b"));
            assertThat(sent.await(60, TimeUnit.SECONDS)).isTrue();
            FutureTask<CatalogCommitResult> second = start(log, "second", ChangeScope.MOVED, put(2, "y"));
            try {
                Deadline.await(() -> isThere(4));
                assertThat(isThere(3)).isFalse();
                // nobody knows yet whether it counts
                assertThat(second.isDone()).isFalse();
                try (CatalogLog other = open(store)) {
                    assertThat(other.state().version()).isEqualTo(2);
                }
            }
            finally {
                arrives.countDown();
            }
            assertThat(first.get().version()).isEqualTo(3);
            assertThat(second.get().version()).isEqualTo(4);
            assertThat(log.state().version()).isEqualTo(4);
        }
        assertThat(records(store)).extracting(CatalogRecord::ahead).containsExactly(0, 0, 0, 1);
    }

    /**
     * Only what moves tables, and looks at nothing else, can be right behind a record that is not known.
     */
    @Test
    void testOthersWaitForAKnownState()
            throws InterruptedException, ExecutionException, IOException
    {
        try (CatalogLog log = open(new SlowSlot(store, CatalogLayout.record(2), sent, arrives))) {
            log.commit(put(1, "a"));
            FutureTask<CatalogCommitResult> first = start(log, "first", ChangeScope.MOVED, put(1, "b"));
            assertThat(sent.await(60, TimeUnit.SECONDS)).isTrue();
            FutureTask<CatalogCommitResult> creates = start(log, "creates", ChangeScope.MOVED, put(2, "x"));
            FutureTask<CatalogCommitResult> looks = start(log, "looks", ChangeScope.CATALOG, put(1, "c"));
            try {
                Thread.sleep(200); // time enough to do what is wrong
                assertThat(isThere(3)).isFalse();
            }
            finally {
                arrives.countDown();
            }
            assertThat(first.get().version()).isEqualTo(2);
            assertThat(creates.get().version()).isGreaterThan(2);
            assertThat(looks.get().version()).isGreaterThan(2);
            assertThat(location(log.state(), 1)).contains("c");
            assertThat(location(log.state(), 2)).contains("x");
        }
        assertThat(records(store)).allMatch(record -> record.ahead() == 0);
    }

    /**
     * Another process takes the slot in front and moves the table: the transaction behind it is void, and runs again. One that
     * insists on what it saw fails.
     */
    @Test
    void testVoidTransactionsRunAgain()
            throws InterruptedException, ExecutionException, IOException
    {
        try (CatalogLog log = open(new SlowSlot(store, CatalogLayout.record(4), sent, arrives)); CatalogLog other = open(store)) {
            log.commit(put(1, "a"));
            log.commit(put(2, "x"));
            log.commit(put(3, "k"));
            FutureTask<CatalogCommitResult> first = start(log, "first", ChangeScope.MOVED, put(1, "b"));
            assertThat(sent.await(60, TimeUnit.SECONDS)).isTrue();
            // both go into the record ahead
            FutureTask<CatalogCommitResult> second = start(log, "second", ChangeScope.MOVED, put(2, "y"));
            Deadline.await(() -> isThere(5));
            FutureTask<CatalogCommitResult> insists = start(log, "insists", ChangeScope.MOVED, state -> {
                if (!location(state, 3).equals(Optional.of("k"))) {
                    throw new CommitFailedException("it moved");
                }
                return List.of(pointer(state, 3, "l"));
            });
            Deadline.await(() -> isThere(6));
            try {
                CatalogCommitResult foreign = other.commit(state -> List.of(pointer(state, 2, "z"), pointer(state, 3, "m")));
                assertThat(foreign.version()).isEqualTo(4);
                assertThat(other.state().version()).isEqualTo(6);
                assertThat(location(other.state(), 2)).contains("z");
                assertThat(location(other.state(), 3)).contains("m");
            }
            finally {
                arrives.countDown();
            }
            assertThat(first.get().version()).isGreaterThan(6);
            assertThat(second.get().version()).isGreaterThan(6);
            assertThatThrownBy(insists::get).hasCauseInstanceOf(CommitFailedException.class);
            assertThat(location(other.state(), 1)).contains("b");
            assertThat(location(other.state(), 2)).contains("y");
            assertThat(location(other.state(), 3)).contains("m");

            List<CatalogCommit> changes = other.changes(3);
            assertThat(changes.subList(0, 3)).extracting(commit -> commit.transactions().size()).containsExactly(1, 0, 0);
            assertThat(changes.stream().flatMap(commit -> commit.transactions().stream()).map(CatalogTransaction::id)).containsOnlyOnce("first", "second").doesNotContain("insists");
            assertThat(changes).isSortedAccordingTo((left, right) -> left.timestamp().compareTo(right.timestamp()));
            for (CatalogCommit commit : changes) {
                assertThat(other.stateAsOf(commit.timestamp()).version()).isEqualTo(commit.version());
            }
        }
    }

    /**
     * Who stops between two writes leaves a slot empty in front of its record. The next writer fills it with what it has to say.
     */
    @Test
    void testASlotThatWasLeftEmptyIsFilledByTheNextWriter()
            throws IOException
    {
        try (CatalogLog log = open(store)) {
            log.commit(put(1, "a"));
            log.commit(put(2, "x"));
            CatalogRecord left = ahead(log.state(), 1, "left", 2, "y");
            store.putIfAbsent(CatalogLayout.record(4), CatalogRecordParser.toJson(left));
            assertThat(log.state().version()).isEqualTo(2);
            assertThat(log.commit(put(1, "b")).version()).isEqualTo(3);
            assertThat(log.state().version()).isEqualTo(4);
            assertThat(location(log.state(), 2)).contains("y");
            assertThat(log.committed("left", Optional.empty()).orElseThrow().version()).isEqualTo(4);
        }
    }

    /**
     * Nobody else comes: the writer of the record behind fills the slot with nothing.
     */
    @Test
    void testTheWriterBehindAnEmptySlotFillsIt()
            throws IOException
    {
        try (CatalogLog log = open(store)) {
            log.commit(put(1, "a"));
            CatalogEnvironment environment = time.environment(99);
            RecordStore recordStore = new RecordStore(store, environment, new ClockCheck());
            CatalogFormat format = CatalogFormat.fromJson(store.get(CatalogLayout.FORMAT).orElseThrow().content());
            CatalogTail tail = new CatalogTail(recordStore, environment, format, WRITER, new CheckpointSchedule());
            RecordWriter writer = new RecordWriter(recordStore, environment, format, WRITER, tail);
            Known from = tail.usable();
            CatalogRecord record = ahead(from.state(), 2, "behind", 1, "b");
            Offer offer = new Offer(from, record, CatalogRecordParser.toJson(record), Contention.NONE);

            Decision decision = writer.decide(offer, writer.place(offer));

            assertThat(decision.outcome()).isEqualTo(Outcome.COMMITTED);
            assertThat(decision.after().orElseThrow().version()).isEqualTo(4);
            assertThat(decision.after().orElseThrow().transactions().version("behind")).contains(4L);
            assertThat(log.state().version()).isEqualTo(4);
            assertThat(location(log.state(), 1)).contains("b");
            recordStore.close();
        }
        assertThat(records(store)).extracting(each -> each.transactions().size()).containsExactly(1, 0, 0, 1);
    }

    /**
     * Which transactions of a record ahead take effect is for the state before it to say.
     */
    @Test
    void testWhatTakesEffect()
    {
        try (CatalogLog log = open(store)) {
            log.commit("used", Optional.empty(), put(1, "a"));
            log.commit(put(2, "x"));
            CatalogState state = log.state();
            CatalogTransaction good = move(state, "good", 1, "b");
            CatalogTransaction sameId = move(state, "good", 2, "y");
            CatalogTransaction repeated = move(state, "used", 2, "y");
            CatalogTransaction moved = move(state, "moved", 1, "c");
            CatalogRecord record = new CatalogRecord(3, new UUID(5, 5), WRITER, 1, 1, List.of(good, sameId, repeated, moved));
            assertThat(state.effective(record)).containsExactly(good);
            CatalogState after = state.replay(record, CatalogFormat.IDEMPOTENCY_WINDOW);
            assertThat(location(after, 1)).contains("b");
            assertThat(location(after, 2)).contains("x");
            assertThat(after.timestampMillis()).isEqualTo(state.timestampMillis() + 1);
            assertThat(after.transactions().version("used")).contains(1L);
            // a record that knew what is before it has no excuse
            assertThatThrownBy(() -> state.replay(new CatalogRecord(3, new UUID(5, 5), WRITER, 1, List.of(good, moved)), CatalogFormat.IDEMPOTENCY_WINDOW))
                    .hasMessageContaining("Cannot apply catalog record 3");
        }
    }

    /**
     * A process that takes one slot after the other, each before the one in front is known, does not keep others out: they show
     * themselves by a record that does nothing, further ahead.
     */
    @Test
    void testABusyProcessDoesNotKeepOthersOut()
            throws InterruptedException, ExecutionException, IOException
    {
        MemoryObjectStore near = new MemoryObjectStore(InstantSource.system());
        ObjectStore far = LatencyObjectStore.of(near, Duration.ofMillis(4), Duration.ofMillis(10));
        AtomicBoolean done = new AtomicBoolean();
        try (CatalogLog busy = LogFixture.open(far, CatalogEnvironment.system()); CatalogLog other = LogFixture.open(far, CatalogEnvironment.system())) {
            List<FutureTask<Integer>> moving = new ArrayList<>();
            for (int table = 1; table <= 6; table++) {
                int number = table;
                busy.commit(put(number, "0"));
                FutureTask<Integer> task = new FutureTask<>(() -> {
                    int count = 0;
                    while (!done.get()) {
                        count++;
                        busy.commit(number + "-" + count, Optional.empty(), ChangeScope.MOVED, put(number, Integer.toString(count)));
                    }
                    return count;
                });
                moving.add(task);
            }
            moving.forEach(task -> new Thread(task, "busy").start());
            Deadline.await(() -> busy.lastState().orElseThrow().version() > 60);
            long before = other.state().version();
            long committed = other.commit(LogFixture.setNamespace("a", "b")).version();
            done.set(true);
            for (FutureTask<Integer> task : moving) {
                task.get();
            }
            System.out.println("committed after %s records, most of them of the busy process".formatted(committed - before));
            // without the announcement it never came to an end; the busy process writes a thousand in five seconds
            assertThat(committed - before).isLessThanOrEqualTo(1000);
        }
    }

    private CatalogRecord ahead(CatalogState state, int ahead, String id, int table, String location)
    {
        return new CatalogRecord(state.version() + 1 + ahead, new UUID(9, 9), WRITER, time.instant().toEpochMilli(), ahead, List.of(move(state, id, table, location)));
    }

    private static CatalogTransaction move(CatalogState state, String id, int table, String location)
    {
        return new CatalogTransaction(id, Optional.empty(), List.of(pointer(state, table, location)));
    }
}

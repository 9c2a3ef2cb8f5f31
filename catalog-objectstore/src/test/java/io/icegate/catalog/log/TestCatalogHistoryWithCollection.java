package io.icegate.catalog.log;

import io.icegate.catalog.state.CatalogRecord;
import io.icegate.objectstore.ClockOffException;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Seeds;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.fault.FaultInjectingObjectStore;
import io.icegate.objectstore.fault.FaultPlan;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The history while records are collected: a fence of seconds, requests that stall for longer than the retention, clocks that are
 * set, and faults on 12 % of all requests. Time runs {@value #FACTOR} times as fast as it does. {@code -Dicegate.history-transfers}
 * sets how much each writer does.
 */
final class TestCatalogHistoryWithCollection
{
    private static final int FACTOR = 200;
    private static final int PROCESSES = 6;
    private static final int READERS = 3;
    private static final int WRITERS = 3;
    private static final int TRANSFERS = Integer.getInteger("icegate.history-transfers", 60) / 2;
    private static final Duration FENCE = Duration.ofSeconds(5);
    private static final Duration RETENTION = Duration.ofSeconds(20);
    private static final Duration SHORT_STALL = FENCE.multipliedBy(2);
    /**
     * So long that what was in the slot is collected meanwhile.
     */
    private static final Duration LONG_STALL = Duration.ofSeconds(400);
    private static final int SHORT_STALL_EACH = 200;
    private static final int LONG_STALL_EACH = 25;
    private static final int ATTEMPTS_MAX = 5;
    /**
     * Processes whose writes stall for long; the others collect.
     */
    private static final int SLOW_PROCESSES = 2;

    @Test
    void testFaultsStallsAndClocksWhileRecordsAreCollected()
            throws IOException
    {
        long seed = Seeds.next("TestCatalogHistoryWithCollection.testFaultsStallsAndClocksWhileRecordsAreCollected");
        Run run = run(seed, true);
        System.out.println("history with collection: " + run);
        assertThat(run.report.isClean()).as("%s", run).isTrue();
        assertThat(run.report.acknowledged() + run.report.refused() + run.report.unknown()).isEqualTo(PROCESSES * WRITERS * TRANSFERS);
        assertThat(run.report.acknowledged()).isGreaterThan(PROCESSES * WRITERS * TRANSFERS / 3);
        assertThat(run.report.reads()).isPositive();
        assertThat(run.collected).isPositive();
        assertThat(run.stalls).isPositive();
    }

    /**
     * Negative control: two processes, whose writes stall, do not know the fence. The checker must see it.
     */
    @Test
    void testCheckerCatchesProcessesWithoutAFence()
            throws IOException
    {
        long seed = Seeds.next("TestCatalogHistoryWithCollection.testCheckerCatchesProcessesWithoutAFence");
        Run run = run(seed, false);
        for (int more = 1; run.report.isClean() && more < ATTEMPTS_MAX; more++) {
            run = run(seed + more, false); // nothing stalled at the right time
        }
        System.out.println("negative control: " + run.report.findings().size() + " findings, lost " + run.report.lost() + ", ghosts " + run.ghosts);
        assertThat(run.report.isClean()).isFalse();
    }

    private record Run(CatalogHistory.Report report, long collected, int stalls, int ghosts) {}

    private static Run run(long seed, boolean fenced)
            throws IOException
    {
        ScaledTime time = new ScaledTime(FACTOR);
        ArchivingStore archive = new ArchivingStore(new MemoryObjectStore(time));
        AtomicInteger stalls = new AtomicInteger();
        List<CatalogLog> processes = new ArrayList<>();
        List<AtomicLong> clocks = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            AtomicLong clock = new AtomicLong();
            clocks.add(clock);
            FaultPlan plan = FaultPlan.standard().withWaits(Duration.ofMillis(1), Duration.ofMillis(30));
            boolean slow = i < SLOW_PROCESSES;
            ObjectStore faulty = new FaultInjectingObjectStore(new StallingStore(archive, time, new Random(seed + i), slow, stalls), seed + i, plan);
            ObjectStore seen = fenced || !slow ? faulty : new WithoutFence(faulty);
            processes.add(LogFixture.open(seen, time.environment(seed * 31 + i, clock), FENCE, RETENTION));
        }
        AtomicLong collected = new AtomicLong();
        Random random = new Random(seed);
        CatalogHistory history = new CatalogHistory(processes, READERS, WRITERS, TRANSFERS, seed);
        processes.get(PROCESSES - 1).state(); // creates the format
        history.run(List.of(
                () -> {
                    time.sleep(FENCE);
                    try {
                        collected.addAndGet(processes.get(PROCESSES - 1).collect(unnamed -> {}));
                    }
                    catch (RuntimeIOException | ClockOffException e) {
                        // the next one
                    }
                },
                () -> {
                    time.sleep(FENCE);
                    // mostly as far as is tolerated, now and then further
                    clocks.get(random.nextInt(PROCESSES)).set(random.nextInt(8) == 0 ? 100_000 : random.nextInt(100_000) - 50_000);
                }));
        processes.forEach(CatalogLog::close);
        return new Run(history.check(archive, archive.records()), collected.get(), stalls.get(), archive.ghosts());
    }

    /**
     * Lets a request wait, before it takes effect or before its answer is seen.
     */
    private static final class StallingStore
            extends ObjectStoreDecorator
    {
        private final ScaledTime time;
        private final Random random;
        private final boolean slow;
        private final AtomicInteger stalls;

        private StallingStore(ObjectStore store, ScaledTime time, Random random, boolean slow, AtomicInteger stalls)
        {
            super(store);
            this.time = time;
            this.random = random;
            this.slow = slow;
            this.stalls = stalls;
        }

        private void stallOnceIn(int requests, Duration duration)
        {
            if (random.nextInt(requests) == 0) {
                stalls.incrementAndGet();
                time.sleep(duration);
            }
        }

        @Override
        protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
                throws IOException
        {
            stallOnceIn(SHORT_STALL_EACH, SHORT_STALL);
            T answer = request.send();
            stallOnceIn(SHORT_STALL_EACH, SHORT_STALL);
            return answer;
        }

        @Override
        protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
        {
            if (slow) {
                stallOnceIn(LONG_STALL_EACH, LONG_STALL);
            }
            PutOutcome outcome = request.send();
            stallOnceIn(SHORT_STALL_EACH, SHORT_STALL);
            return outcome;
        }
    }

    /**
     * Keeps what each slot of the log held first.
     */
    private static final class ArchivingStore
            extends ObjectStoreDecorator
    {
        private final Map<Long, byte[]> first = new TreeMap<>();
        private int ghosts;

        private ArchivingStore(ObjectStore store)
        {
            super(store);
        }

        @Override
        protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
                throws IOException
        {
            return request.send();
        }

        @Override
        protected synchronized PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
        {
            PutOutcome outcome = request.send();
            if (outcome == PutOutcome.WRITTEN && key.isBelow(CatalogLayout.LOG) && first.putIfAbsent(CatalogLayout.version(key).orElseThrow(), content) != null) {
                ghosts++;
            }
            return outcome;
        }

        private synchronized int ghosts()
        {
            return ghosts;
        }

        /**
         * The history; above the newest floor the store must still have it.
         */
        private synchronized List<CatalogRecord> records()
                throws IOException
        {
            long floor = list(CatalogLayout.FLOORS, Optional.empty(), ObjectStore.LIST_COUNT_MAX).objects().stream()
                    .map(ObjectHead::key)
                    .mapToLong(key -> CatalogLayout.version(key).orElseThrow())
                    .max()
                    .orElse(0);
            List<CatalogRecord> records = new ArrayList<>();
            for (Map.Entry<Long, byte[]> record : first.entrySet()) {
                long version = record.getKey();
                if (version > floor) {
                    assertThat(get(CatalogLayout.record(version)).orElseThrow().content()).as("record %s", version).isEqualTo(record.getValue());
                }
                records.add(CatalogRecordParser.fromJson(version, record.getValue()));
            }
            return LogFixture.withoutGaps(records);
        }
    }
}

package io.icegate.catalog.log;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Seeds;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.fault.FaultInjectingObjectStore;
import io.icegate.objectstore.fault.FaultPlan;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

final class TestCatalogHistory
{
    private static final int PROCESSES = 8;
    private static final int WRITERS = 4;

    @Test
    void testFaultsOnEveryCall()
            throws IOException
    {
        long seed = Seeds.next("TestCatalogHistory.testFaultsOnEveryCall");
        MemoryObjectStore store = new MemoryObjectStore(InstantSource.system());
        List<FaultInjectingObjectStore> faulty = new ArrayList<>();
        List<CatalogLog> processes = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            FaultInjectingObjectStore own = new FaultInjectingObjectStore(store, seed + i, FaultPlan.standard());
            faulty.add(own);
            processes.add(LogFixture.open(own, CatalogEnvironment.system()));
        }
        CatalogHistory history = new CatalogHistory(processes, PROCESSES, WRITERS, 360, seed);
        history.run();
        processes.forEach(CatalogLog::close);
        CatalogHistory.Report report = history.check(store);
        int faults = faulty.stream().mapToInt(each -> each.injectedFaults().size()).sum();
        System.out.println("history with " + faults + " faults: " + report);
        assertThat(report.isClean()).as("%s", report).isTrue();
        assertThat(report.acknowledged() + report.refused() + report.unknown()).isEqualTo(PROCESSES * WRITERS * 360);
        assertThat(report.acknowledged()).isGreaterThanOrEqualTo(10_000);
        assertThat(report.reads()).isPositive();
        assertThat(faults).isGreaterThan(1000);
    }

    /**
     * Negative control: a store that says to a loser that it won, the first time and now and then. The checker must see
     * it.
     */
    @Test
    void testCheckerCatchesAStoreWhosePutIfAbsentLies()
            throws IOException
    {
        long seed = Seeds.next("TestCatalogHistory.testCheckerCatchesAStoreWhosePutIfAbsentLies");
        MemoryObjectStore store = new MemoryObjectStore(InstantSource.system());
        List<CatalogLog> processes = new ArrayList<>();
        CountDownLatch offered = new CountDownLatch(PROCESSES);
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(LogFixture.open(new LyingStore(store, seed + i, offered), CatalogEnvironment.system()));
        }
        CatalogHistory history = new CatalogHistory(processes, PROCESSES, WRITERS, 50, seed);
        history.run();
        processes.forEach(CatalogLog::close);
        CatalogHistory.Report report = history.check(store);
        System.out.println("negative control: lost " + report.lost() + ", findings " + report.findings().size());
        assertThat(report.lost()).isGreaterThanOrEqualTo(PROCESSES - 1);
        assertThat(report.isClean()).isFalse();
    }

    private static final class LyingStore
            extends ObjectStoreDecorator
    {
        /**
         * Nobody knows it before all want it: whatever the scheduler does, all processes but one lose it.
         */
        private static final ObjectKey CONTESTED = CatalogLayout.record(2);

        private final SplittableRandom random;
        private final CountDownLatch offered;
        private boolean lied;

        private LyingStore(ObjectStore store, long seed, CountDownLatch offered)
        {
            super(store);
            this.random = new SplittableRandom(seed);
            this.offered = offered;
        }

        @Override
        protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
                throws IOException
        {
            return request.send();
        }

        @Override
        protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
        {
            if (key.equals(CONTESTED)) {
                awaitTheOthers();
            }
            PutOutcome outcome = request.send();
            if (outcome != PutOutcome.PRECONDITION_FAILED || !key.isBelow(CatalogLayout.LOG)) {
                return outcome;
            }
            synchronized (random) {
                boolean lies = !lied || random.nextInt(4) == 0;
                lied |= lies;
                return lies ? PutOutcome.WRITTEN : outcome;
            }
        }

        private void awaitTheOthers()
        {
            offered.countDown();
            try {
                assertThat(offered.await(60, TimeUnit.SECONDS)).isTrue();
            }
            catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}

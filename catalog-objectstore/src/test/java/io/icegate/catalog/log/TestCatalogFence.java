package io.icegate.catalog.log;

import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogTransaction;
import io.icegate.catalog.state.CatalogWriter;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

import static io.icegate.catalog.log.LogFixture.location;
import static io.icegate.catalog.log.LogFixture.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Processes that slept while others went on and collected the log behind them. Each case is also run with a fence that
 * never closes, and must then go wrong: else it would prove nothing.
 */
final class TestCatalogFence
{
    private static final Duration RETENTION = CatalogFormat.RETENTION;
    private static final Duration SLEEP = RETENTION.plusDays(1);

    private final TestingTime time = new TestingTime();
    private final MemoryObjectStore store = new MemoryObjectStore(time);
    private int opened;

    private CatalogEnvironment environment()
    {
        opened++;
        return time.environment(opened);
    }

    private CatalogLog openFenced(ObjectStore on)
    {
        return LogFixture.open(on, environment());
    }

    /**
     * Sees the same store with a fence that is never reached.
     */
    private CatalogLog openUnfenced(ObjectStore on)
    {
        return LogFixture.open(new WithoutFence(on), environment());
    }

    /**
     * The others commit up to 200, a long time passes, and they collect up to the newest checkpoint.
     */
    private long sleepWhileOthersCollect()
    {
        try (CatalogLog other = openFenced(store)) {
            while (other.commit(put(2, "other")).version() < 200) {
                time.advance(Duration.ofMillis(1));
            }
        }
        time.advance(SLEEP);
        long floor = newestCheckpoint();
        collect(floor);
        return floor;
    }

    private void collect(long floor)
    {
        store.putIfAbsent(CatalogLayout.floor(floor), new byte[0]);
        for (long version = 1; version <= floor; version++) {
            store.delete(List.of(CatalogLayout.record(version)));
        }
    }

    @Test
    void testReaderThatSlept()
    {
        try (CatalogLog fenced = openFenced(store); CatalogLog unfenced = openUnfenced(store)) {
            fenced.commit(put(1, "a"));
            assertThat(unfenced.state().version()).isEqualTo(1);
            sleepWhileOthersCollect();

            assertThat(unfenced.state().version()).as("without a fence a collected record is taken for the tail").isEqualTo(1);
            assertThat(fenced.state().version()).isEqualTo(200);
        }
    }

    @Test
    void testReaderWhoseMonotonicClockSlept()
    {
        try (CatalogLog fenced = openFenced(store)) {
            fenced.commit(put(1, "a"));
            try (CatalogLog other = openFenced(store)) {
                while (other.commit(put(2, "other")).version() < 200) {
                    time.advance(Duration.ofMillis(1));
                }
            }
            time.setWallAhead(SLEEP); // the machine slept: only the wall clock went on
            collect(newestCheckpoint());
            assertThat(fenced.state().version()).isEqualTo(200);
        }
    }

    @Test
    void testWriterThatSleptBeforeItsRequest()
    {
        try (CatalogLog fenced = openFenced(store)) {
            fenced.commit(put(1, "a"));
            CatalogCommitResult result = commitWithASleep(fenced);
            assertThat(result.version()).isEqualTo(201);
            assertThat(store.get(CatalogLayout.record(2))).as("the ghost is swept").isEmpty();
            assertThat(location(fenced.state(), 1)).contains("mine");
            try (CatalogLog fresh = openFenced(store)) {
                assertThat(location(fresh.state(), 1)).contains("mine");
            }
        }
    }

    @Test
    void testWithoutTheFenceAGhostIsAcknowledged()
    {
        try (CatalogLog unfenced = openUnfenced(store)) {
            unfenced.commit(put(1, "a"));
            assertThat(commitWithASleep(unfenced).version()).isEqualTo(2);
            try (CatalogLog fresh = openFenced(store)) {
                assertThat(location(fresh.state(), 1)).contains("a");
            }
        }
    }

    /**
     * The process stops after it looked at the tail and before its request begins.
     */
    private CatalogCommitResult commitWithASleep(CatalogLog log)
    {
        boolean[] slept = {false};
        return log.commit(state -> {
            if (!slept[0]) {
                slept[0] = true;
                sleepWhileOthersCollect();
            }
            return put(1, "mine").apply(state);
        });
    }

    @Test
    void testWriterWhoseRequestSlept()
    {
        Hook hook = new Hook(store);
        try (CatalogLog fenced = openFenced(hook)) {
            fenced.commit(put(1, "a"));
            hook.beforeNextPut.set(this::sleepWhileOthersCollect);
            // so long after the request began the record may as well have been committed and collected since
            assertThatThrownBy(() -> fenced.commit(put(1, "mine"))).isInstanceOf(CommitStateUnknownException.class);
            assertThat(fenced.state().version()).isEqualTo(200);
            assertThat(fenced.commit(put(1, "next")).version()).isEqualTo(201);
        }
    }

    @Test
    void testStaleWriterAboveTheFloorIsAcknowledged()
    {
        Hook hook = new Hook(store);
        try (CatalogLog fenced = openFenced(hook)) {
            fenced.commit(put(1, "a"));
            hook.beforeNextPut.set(() -> time.advance(SLEEP));
            assertThat(fenced.commit(put(1, "b")).version()).isEqualTo(2);
            hook.beforeNextPut.set(() -> {
                time.advance(SLEEP);
                try (CatalogLog other = openFenced(store)) {
                    other.commit(put(2, "other"));
                }
            });
            assertThat(fenced.commit(put(1, "c")).version()).isEqualTo(4);
        }
    }

    @Test
    void testColdStartThatIsOvertakenByCollection()
    {
        Hook hook = new Hook(store);
        try (CatalogLog first = openFenced(store)) {
            for (int i = 0; i < 100; i++) {
                first.commit(put(1, "first " + i));
            }
        }
        hook.afterNextCheckpointListing.set(this::sleepWhileOthersCollect);
        try (CatalogLog cold = openFenced(hook)) {
            assertThat(cold.state().version()).isEqualTo(200);
        }
    }

    @Test
    void testColdStartThatMeetsAGhostInTheLastCollectedSlot()
    {
        Hook hook = new Hook(store);
        long[] base = {0};
        try (CatalogLog first = openFenced(store)) {
            for (int i = 0; i < 100; i++) {
                first.commit(put(1, "first " + i));
            }
        }
        base[0] = newestCheckpoint();
        // the process lists the checkpoint, then everything up to the slot behind it is collected, and a slow writer
        // fills that slot again: seen from there the log ends with the ghost, which is not above the floor
        hook.afterNextCheckpointListing.set(() -> {
            try (CatalogLog other = openFenced(store)) {
                CatalogState state = other.stateAt(base[0]);
                CatalogRecord ghost = new CatalogRecord(base[0] + 1, new UUID(1, 1), new CatalogWriter(new UUID(1, 2), Optional.empty()), state.timestampMillis() + 1, List.of(
                        new CatalogTransaction("ghost", Optional.empty(), put(1, "ghost").apply(state))));
                store.putIfAbsent(CatalogLayout.checkpoint(base[0] + 1), CheckpointParser.toJson(other.stateAt(base[0] + 1)));
                store.putIfAbsent(CatalogLayout.checkpoint(100), CheckpointParser.toJson(other.state()));
                store.putIfAbsent(CatalogLayout.floor(base[0] + 1), new byte[0]);
                time.advance(SLEEP);
                for (long version = 1; version <= 100; version++) {
                    store.delete(List.of(CatalogLayout.record(version)));
                }
                store.putIfAbsent(CatalogLayout.record(base[0] + 1), CatalogRecordParser.toJson(ghost));
            }
        });
        try (CatalogLog cold = openFenced(hook)) {
            assertThat(location(cold.state(), 1)).contains("first 99");
        }
    }

    private long newestCheckpoint()
    {
        var checkpoints = store.list(CatalogLayout.CHECKPOINTS, Optional.empty(), 1000).objects();
        return CatalogLayout.version(checkpoints.get(checkpoints.size() - 1).key()).orElseThrow();
    }

    /**
     * Lets things happen around single requests.
     */
    private static final class Hook
            extends ObjectStoreDecorator
    {
        private final AtomicReference<Runnable> beforeNextPut = new AtomicReference<>(() -> {});
        private final AtomicReference<Runnable> afterNextCheckpointListing = new AtomicReference<>(() -> {});

        private Hook(ObjectStore store)
        {
            super(store);
        }

        @Override
        protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
                throws IOException
        {
            T answer = request.send();
            if (operation == StoreOperation.LIST && keys.contains(CatalogLayout.CHECKPOINTS)) {
                afterNextCheckpointListing.getAndSet(() -> {}).run();
            }
            return answer;
        }

        @Override
        protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
        {
            beforeNextPut.getAndSet(() -> {}).run();
            return request.send();
        }
    }
}

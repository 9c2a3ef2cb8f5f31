package io.icegate.catalog.log;

import io.icegate.catalog.Deadline;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static io.icegate.catalog.log.LogFixture.put;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a reader waits for: one round trip of its own, and not the end of another reader's.
 */
final class TestCatalogReads
{
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestingTime time = new TestingTime();
    private final Held store = new Held(new MemoryObjectStore(time));

    @AfterEach
    void release()
    {
        store.held.countDown();
    }

    /**
     * While a record of our own is there and its answer is not, its slot and the one behind it are looked at together.
     */
    @Test
    void testOwnRecordUnderWayCostsNoRoundTrip()
            throws ExecutionException, InterruptedException, TimeoutException
    {
        try (CatalogLog log = LogFixture.open(store, time.environment(1))) {
            log.commit(put(1, "a"));
            store.asked.clear();
            store.answerHeld = CatalogLayout.record(2);
            FutureTask<CatalogCommitResult> commit = start(() -> log.commit(put(1, "b")));
            Deadline.await(() -> store.asked.contains(CatalogLayout.record(2)));
            store.asked.clear();

            store.getHeld = CatalogLayout.record(2);
            FutureTask<Long> state = start(() -> log.state().version());
            Deadline.await(() -> store.asked.containsAll(List.of(CatalogLayout.record(2), CatalogLayout.record(3))));
            store.held.countDown();
            assertThat(state.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(2);
            assertThat(commit.get(LIMIT.toSeconds(), TimeUnit.SECONDS).version()).isEqualTo(2);
        }
    }

    /**
     * A read that began before somebody asked answers nothing to him, and he does not wait for it.
     */
    @Test
    void testReadersDoNotWaitForOneAnother()
            throws ExecutionException, InterruptedException, TimeoutException
    {
        try (CatalogLog log = LogFixture.open(store, time.environment(1)); CatalogLog other = LogFixture.open(store.delegate, time.environment(2))) {
            log.commit(put(1, "a"));
            store.asked.clear();
            store.getHeld = CatalogLayout.record(2);
            FutureTask<Long> first = start(() -> log.state().version());
            Deadline.await(() -> store.asked.contains(CatalogLayout.record(2)));
            store.getHeld = null;

            other.commit(put(2, "x"));
            assertThat(start(() -> log.state().version()).get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(2);
            assertThat(first).isNotDone();
            store.held.countDown();
            assertThat(first.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(2);
        }
    }

    private static <T> FutureTask<T> start(Callable<T> callable)
    {
        FutureTask<T> task = new FutureTask<>(callable);
        new Thread(task).start();
        return task;
    }

    /**
     * Holds the read of one key before it is sent, and the answer to the write of another, until released.
     */
    private static final class Held
            extends ObjectStoreDecorator
    {
        private final ObjectStore delegate;
        private final CountDownLatch held = new CountDownLatch(1);
        private final List<ObjectKey> asked = Collections.synchronizedList(new ArrayList<>());
        private volatile @Nullable ObjectKey getHeld;
        private volatile @Nullable ObjectKey answerHeld;

        private Held(ObjectStore delegate)
        {
            super(delegate);
            this.delegate = delegate;
        }

        @Override
        protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
                throws IOException
        {
            boolean holds = operation == StoreOperation.GET && keys.stream().anyMatch(key -> key.equals(getHeld));
            asked.addAll(keys);
            if (holds) {
                await();
            }
            return request.send();
        }

        @Override
        protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
        {
            PutOutcome outcome = request.send();
            if (key.equals(answerHeld)) {
                asked.add(key);
                await();
            }
            return outcome;
        }

        private void await()
        {
            try {
                assertThat(held.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            }
            catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}

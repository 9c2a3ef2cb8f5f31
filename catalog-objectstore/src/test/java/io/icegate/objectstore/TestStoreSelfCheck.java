package io.icegate.objectstore;

import io.icegate.objectstore.fault.FaultInjectingObjectStore;
import io.icegate.objectstore.fault.FaultPlan;
import io.icegate.objectstore.fault.StoreFault;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestStoreSelfCheck
{
    private static final InstantSource CLOCK = InstantSource.system();

    @Test
    void testIgnoredConditionIsFound()
    {
        MemoryObjectStore memory = new MemoryObjectStore(CLOCK);
        assertThatThrownBy(() -> StoreSelfCheck.verify(new BrokenStore(memory, (key, content) -> {
            memory.put(key, content);
            return PutOutcome.WRITTEN;
        }))).isInstanceOf(IllegalStateException.class).hasMessageContaining("the store ignores the condition");
        assertThat(memory.list(StoreSelfCheck.FOLDER, Optional.empty(), 1).objects()).isEmpty();
    }

    /**
     * As Azure's client does in Trino: every commit there compares clocks first.
     */
    @Test
    void testNothingEmptyIsWritten()
            throws IOException
    {
        MemoryObjectStore memory = new MemoryObjectStore(CLOCK);
        ObjectStore store = new ObjectStoreDecorator(memory)
        {
            @Override
            protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
                    throws IOException
            {
                T answer = request.send();
                if (operation == StoreOperation.PUT) {
                    assertThat(memory.get(keys.get(0)).orElseThrow().content()).as("content of %s", keys).isNotEmpty();
                }
                return answer;
            }

            @Override
            protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
            {
                return request.send();
            }
        };
        StoreSelfCheck.verify(store);
        assertThat(ClockComparison.probe(store, CLOCK).isOff()).isFalse();
    }

    @Test
    void testCheckThenWriteIsFound()
    {
        MemoryObjectStore memory = new MemoryObjectStore(CLOCK);
        AtomicBoolean began = new AtomicBoolean();
        Map<ObjectKey, CountDownLatch> checked = new ConcurrentHashMap<>();
        assertThatThrownBy(() -> StoreSelfCheck.verify(new BrokenStore(memory, (key, content) -> {
            if (memory.head(key).isPresent()) {
                return PutOutcome.PRECONDITION_FAILED;
            }
            // the first key is written by one caller alone; after that another request comes in between check and write
            if (!began.compareAndSet(false, true)) {
                CountDownLatch two = checked.computeIfAbsent(key, _ignored -> new CountDownLatch(2));
                two.countDown();
                try {
                    assertThat(two.await(60, TimeUnit.SECONDS)).isTrue();
                }
                catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            memory.put(key, content);
            return PutOutcome.WRITTEN;
        }))).isInstanceOf(IllegalStateException.class).hasMessageContaining("were told that they created it");
    }

    @Test
    void testFalseRefusalIsFound()
    {
        assertThatThrownBy(() -> StoreSelfCheck.verify(new BrokenStore(new MemoryObjectStore(CLOCK), (_key, _content) -> PutOutcome.PRECONDITION_FAILED)))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("refused as if the key were taken");
    }

    @Test
    void testDoubtIsTriedAgain()
            throws IOException
    {
        FaultPlan plan = FaultPlan.standard().withRate(0.12).withFaults(EnumSet.of(StoreFault.LOST_ACKNOWLEDGEMENT, StoreFault.CONFLICT, StoreFault.REPEAT)).withOperations(EnumSet.of(StoreOperation.PUT_IF_ABSENT));
        for (long seed = 0; seed < 20; seed++) {
            StoreSelfCheck.verify(new FaultInjectingObjectStore(new MemoryObjectStore(CLOCK), seed, plan), new SplittableRandom(seed));
        }
    }

    @Test
    void testUnreachableStore()
    {
        ObjectStore store = new FaultInjectingObjectStore(new MemoryObjectStore(CLOCK), 1, FaultPlan.outage());
        assertThatThrownBy(() -> StoreSelfCheck.verify(store)).isInstanceOf(IOException.class);
    }

    @Test
    void testUnlistedObjectIsFound()
    {
        ObjectStore store = new ObjectStoreDecorator(new MemoryObjectStore(CLOCK))
        {
            @Override
            @SuppressWarnings("unchecked")
            protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
                    throws IOException
            {
                return operation == StoreOperation.LIST ? (T) new ListPage(List.of(), false, Optional.empty()) : request.send();
            }

            @Override
            protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
            {
                return request.send();
            }
        };
        assertThatThrownBy(() -> StoreSelfCheck.verify(store)).isInstanceOf(IllegalStateException.class).hasMessageContaining("no listing shows it");
    }

    @Test
    void testUnorderedListingIsFound()
    {
        assertListingIsFound((page, _startAfter) -> {
            List<ObjectHead> reversed = new ArrayList<>(page.objects());
            Collections.reverse(reversed);
            return new ListPage(reversed, page.truncated(), page.storeTime());
        });
    }

    @Test
    void testInclusiveStartIsFound()
    {
        assertListingIsFound((page, startAfter) -> {
            List<ObjectHead> inclusive = new ArrayList<>();
            startAfter.ifPresent(key -> inclusive.add(new ObjectHead(key, 0, Instant.EPOCH)));
            inclusive.addAll(page.objects());
            return new ListPage(inclusive, page.truncated(), page.storeTime());
        });
    }

    @Test
    void testPageThatHidesWhatFollowsIsFound()
    {
        assertListingIsFound((page, _startAfter) -> new ListPage(page.objects(), false, page.storeTime()));
    }

    private static void assertListingIsFound(BiFunction<ListPage, Optional<ObjectKey>, ListPage> flaw)
    {
        MemoryObjectStore memory = new MemoryObjectStore(CLOCK);
        ObjectStore store = new ObjectStore()
        {
            @Override
            public ListPage list(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax)
            {
                return flaw.apply(memory.list(folder, startAfter, countMax), startAfter);
            }

            @Override
            public Optional<StoredObject> get(ObjectKey key)
            {
                return memory.get(key);
            }

            @Override
            public StoredObject read(ObjectKey key, long offset, int length)
                    throws IOException
            {
                return memory.read(key, offset, length);
            }

            @Override
            public PutOutcome putIfAbsent(ObjectKey key, byte[] content)
            {
                return memory.putIfAbsent(key, content);
            }

            @Override
            public void put(ObjectKey key, byte[] content)
            {
                memory.put(key, content);
            }

            @Override
            public Optional<ObjectHead> head(ObjectKey key)
            {
                return memory.head(key);
            }

            @Override
            public void delete(Collection<ObjectKey> keys)
            {
                memory.delete(keys);
            }

            @Override
            public void close() {}
        };
        assertThatThrownBy(() -> StoreSelfCheck.verify(store)).isInstanceOf(IllegalStateException.class).hasMessageContaining("its listings do not work");
        assertThat(memory.list(StoreSelfCheck.FOLDER, Optional.empty(), 1).objects()).isEmpty();
    }

    private static final class BrokenStore
            extends ObjectStoreDecorator
    {
        private final BiFunction<ObjectKey, byte[], PutOutcome> write;

        private BrokenStore(ObjectStore store, BiFunction<ObjectKey, byte[], PutOutcome> write)
        {
            super(store);
            this.write = write;
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
            return write.apply(key, content);
        }
    }
}

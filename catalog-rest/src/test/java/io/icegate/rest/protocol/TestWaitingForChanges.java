package io.icegate.rest.protocol;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.fault.TracingObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.catalog.Namespace;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What waiting costs.
 */
final class TestWaitingForChanges
{
    private final TracingObjectStore store = new TracingObjectStore(new MemoryObjectStore(InstantSource.system()));
    private final Warehouse warehouse = new Warehouse("memory:feed", store);
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void testIdleIntervalCostsOneRequest()
            throws IOException
    {
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("test", warehouse, new ObjectStoreFileIO(warehouse), Map.of())) {
            catalog.createNamespace(Namespace.of("a"));
            long version = catalog.state().version();
            ChangeFeed feed = new ChangeFeed(catalog, nanos::get, time -> nanos.addAndGet(time.toNanos()));
            int before = store.requests().size();
            assertThat(feed.after(version, Duration.ofSeconds(10))).isEmpty();
            // one to begin with, which sees all that was acknowledged, and one in each second
            assertThat(store.requests().size() - before).isEqualTo(11);
        }
    }

    @Test
    void testManyThatWaitAskOnce()
            throws Exception
    {
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("test", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            catalog.createNamespace(Namespace.of("a"));
            long version = catalog.state().version();
            CountDownLatch all = new CountDownLatch(ChangeFeed.WAITING_MAX);
            CountDownLatch goOn = new CountDownLatch(1);
            ChangeFeed feed = new ChangeFeed(catalog, nanos::get, _ -> {
                all.countDown();
                goOn.await();
            });
            Callable<Integer> waiting = () -> feed.after(version, Duration.ofSeconds(10)).size();
            List<Future<Integer>> found = new ArrayList<>();
            for (int i = 0; i < ChangeFeed.WAITING_MAX; i++) {
                found.add(threads.submit(waiting));
            }
            all.await();
            assertThatThrownBy(waiting::call).isInstanceOf(RefusedException.class).hasMessageContaining("64 requests do already");
            catalog.createNamespace(Namespace.of("b"));
            int before = store.requests().size();
            nanos.addAndGet(ChangeFeed.LOOK_INTERVAL.toNanos());
            goOn.countDown();
            for (Future<Integer> each : found) {
                assertThat(each.get()).isEqualTo(1);
            }
            // one asked whether there is something, and one read it: the log's end again, the record, the floor
            assertThat(store.requests().size() - before).isLessThanOrEqualTo(4);
        }
    }
}

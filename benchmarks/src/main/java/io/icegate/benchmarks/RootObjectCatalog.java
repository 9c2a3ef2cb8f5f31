package io.icegate.benchmarks;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import static java.util.Objects.requireNonNull;

/**
 * The peer: a catalog whose whole state is one object, replaced by compare-and-swap. A commit writes its metadata file, reads the
 * root, and replaces it; when another commit was faster, it reads and replaces again. Only the requests and their latency are real.
 */
final class RootObjectCatalog
{
    private final Duration get;
    private final Duration put;
    private final AtomicReference<Map<String, Long>> root = new AtomicReference<>(Map.of());

    RootObjectCatalog(Duration get, Duration put)
    {
        this.get = get;
        this.put = put;
    }

    void commit(String table)
    {
        // the metadata file
        travel(put);
        while (true) {
            travel(get.dividedBy(2));
            Map<String, Long> read = root.get();
            travel(get.dividedBy(2));
            Map<String, Long> next = new HashMap<>(read);
            next.merge(table, 1L, Long::sum);
            travel(put.dividedBy(2));
            boolean replaced = root.compareAndSet(read, next);
            travel(put.dividedBy(2));
            if (replaced) {
                return;
            }
        }
    }

    long commits()
    {
        return requireNonNull(root.get()).values().stream().mapToLong(Long::longValue).sum();
    }

    private static void travel(Duration duration)
    {
        long end = System.nanoTime() + duration.toNanos();
        for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}

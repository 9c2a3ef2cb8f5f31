package io.icegate.catalog.log;

import io.icegate.catalog.state.CatalogState;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * Writes checkpoints when they are due and thins out old ones, beside the commits. Only the length of cold starts
 * depends on it. The next process that commits writes one that is missing.
 */
final class CheckpointWriter
        implements AutoCloseable
{
    static final int KEPT_NEWEST = 64;
    private static final Duration HOURLY = Duration.ofDays(1);
    private static final Logger log = LoggerFactory.getLogger(CheckpointWriter.class);

    private final RecordStore store;
    private final CheckpointSchedule schedule;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final ThreadPoolExecutor executor;

    CheckpointWriter(RecordStore store, CheckpointSchedule schedule)
    {
        this.store = store;
        this.schedule = schedule;
        this.executor = new ThreadPoolExecutor(1, 1, 10, SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "icegate-catalog-checkpointer");
            thread.setDaemon(true);
            return thread;
        });
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * This process committed the record that led to the state.
     */
    void committed(CatalogState state)
    {
        if (schedule.isDue(state.version()) && busy.compareAndSet(false, true)) {
            executor.execute(() -> {
                try {
                    write(state);
                }
                catch (RuntimeException e) {
                    log.warn("Cannot write catalog checkpoint {}; the next commit tries again", state.version(), e);
                }
                finally {
                    busy.set(false);
                }
            });
        }
    }

    void write(CatalogState state)
    {
        List<ObjectHead> present = store.checkpoints();
        if (!present.isEmpty()) {
            ObjectHead newest = present.get(present.size() - 1);
            schedule.known(CatalogLayout.version(newest.key()).orElseThrow(), newest.size());
        }
        if (!schedule.isDue(state.version())) {
            return; // another process was quicker
        }
        byte[] content = CheckpointParser.toJson(state);
        switch (store.putIfAbsent(CatalogLayout.checkpoint(state.version()), content)) {
            case WRITTEN, PRECONDITION_FAILED -> schedule.known(state.version(), content.length);
            case UNKNOWN -> log.info("checkpoint version={} outcome=unknown", state.version());
        }
        List<ObjectKey> surplus = surplus(present);
        if (!surplus.isEmpty()) {
            store.delete(surplus);
        }
    }

    /**
     * Which checkpoints may go: the newest 64 stay, then one per hour for a day, then one per day. Times are the store's.
     */
    static List<ObjectKey> surplus(List<ObjectHead> oldestFirst)
    {
        List<ObjectKey> surplus = new ArrayList<>();
        if (oldestFirst.size() <= KEPT_NEWEST) {
            return surplus;
        }
        Instant newest = oldestFirst.get(oldestFirst.size() - 1).lastModified();
        Set<String> kept = new HashSet<>();
        for (int i = oldestFirst.size() - 1 - KEPT_NEWEST; i >= 0; i--) {
            Instant time = oldestFirst.get(i).lastModified();
            boolean hourly = Duration.between(time, newest).compareTo(HOURLY) <= 0;
            String bucket = hourly ? "hour " + Math.floorDiv(time.getEpochSecond(), 3600) : "day " + Math.floorDiv(time.getEpochSecond(), 86_400);
            if (!kept.add(bucket)) {
                surplus.add(oldestFirst.get(i).key());
            }
        }
        return surplus;
    }

    @Override
    public void close()
    {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(10, SECONDS)) {
                log.warn("Catalog checkpoint still being written at close; it is abandoned");
                executor.shutdownNow();
            }
        }
        catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}

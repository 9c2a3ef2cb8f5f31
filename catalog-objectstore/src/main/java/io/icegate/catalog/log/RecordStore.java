package io.icegate.catalog.log;

import io.icegate.catalog.log.CatalogEnvironment.Moment;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.objectstore.ClockComparison;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.OwnedObject;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Retries;
import io.icegate.objectstore.StoredObject;
import org.apache.iceberg.exceptions.RuntimeIOException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.LongStream;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * Reads and writes the objects of the catalog log. Reads are repeated, within bounds, and end in {@link RuntimeIOException}
 * when the store stays unreachable. An error never counts as an absent object. Writes are one request each.
 */
final class RecordStore
        implements AutoCloseable
{
    static final int READ_ATTEMPTS_MAX = 8;
    /**
     * How far the time of a record may be ahead of the store's. More than a clock may be off, so that nothing that was committed
     * by the rules is touched.
     */
    private static final Duration AHEAD_MAX = ClockComparison.OFF_MAX.multipliedBy(2);
    /**
     * Half of what is behind a checkpoint at most, so that a cold start needs three waves: a short one and two of these.
     */
    static final int WAVE_MAX = CheckpointSchedule.RECORDS_MAX / 2;
    private static final int LIST_PAGES_MAX = 1000;

    private final ObjectStore store;
    private final CatalogEnvironment environment;
    private final ClockCheck clockCheck;
    private final ThreadPoolExecutor readers;

    RecordStore(ObjectStore store, CatalogEnvironment environment, ClockCheck clockCheck)
    {
        this.store = store;
        this.environment = environment;
        this.clockCheck = clockCheck;
        // idle threads are used again, others are started up to a wave; beyond that the caller works itself
        this.readers = new ThreadPoolExecutor(0, WAVE_MAX, 10, SECONDS, new SynchronousQueue<>(), RecordStore::reader, (task, pool) -> {
            if (pool.isShutdown()) {
                throw new RejectedExecutionException("Cannot read the catalog log: it is closed");
            }
            task.run();
        });
    }

    private static Thread reader(Runnable task)
    {
        Thread thread = new Thread(task, "icegate-catalog-reader");
        thread.setDaemon(true);
        return thread;
    }

    Optional<StoredObject> get(ObjectKey key)
    {
        return reliably("read " + key, () -> store.get(key));
    }

    /**
     * One request, not repeated: for settling, where the caller has its own deadline.
     */
    Optional<FetchedRecord> tryRecord(long version)
            throws IOException
    {
        return store.get(CatalogLayout.record(version)).map(object -> FetchedRecord.parse(version, object));
    }

    /**
     * Records from the first version on, at most {@code countMax} and up to the first absent one; requested in parallel.
     */
    List<FetchedRecord> records(long first, int countMax)
    {
        if (countMax == 1) {
            return get(CatalogLayout.record(first)).map(object -> List.of(FetchedRecord.parse(first, object))).orElse(List.of());
        }
        List<Future<Optional<StoredObject>>> requests = request(LongStream.range(first, first + countMax));
        List<FetchedRecord> found = new ArrayList<>();
        for (Future<Optional<StoredObject>> request : requests) {
            Optional<StoredObject> object = await(request);
            if (object.isEmpty()) {
                break;
            }
            found.add(FetchedRecord.parse(first + found.size(), object.orElseThrow()));
        }
        requests.forEach(request -> request.cancel(false));
        return found;
    }

    /**
     * Those of the records that are there, gaps or not; requested in parallel.
     */
    List<FetchedRecord> present(List<Long> versions)
    {
        List<FetchedRecord> found = new ArrayList<>();
        for (int from = 0; from < versions.size(); from += WAVE_MAX) {
            List<Long> wave = versions.subList(from, Math.min(versions.size(), from + WAVE_MAX));
            List<Future<Optional<StoredObject>>> requests = request(wave.stream().mapToLong(Long::longValue));
            for (int i = 0; i < wave.size(); i++) {
                long version = wave.get(i);
                await(requests.get(i)).ifPresent(object -> found.add(FetchedRecord.parse(version, object)));
            }
        }
        return found;
    }

    private List<Future<Optional<StoredObject>>> request(LongStream versions)
    {
        return versions
                .mapToObj(CatalogLayout::record)
                .map(key -> readers.submit(() -> get(key)))
                .toList();
    }

    /**
     * Does it beside the caller if a thread is free, else before this returns.
     */
    <T> Future<T> aside(Callable<T> task)
    {
        return readers.submit(task);
    }

    /**
     * Empty when there was no answer in that time.
     */
    static <T> Optional<T> await(Future<T> future, Duration time)
            throws InterruptedException
    {
        try {
            return Optional.of(future.get(time.toNanos(), NANOSECONDS));
        }
        catch (TimeoutException e) {
            return Optional.empty();
        }
        catch (ExecutionException e) {
            throw failure(e);
        }
    }

    static <T> T await(Future<T> future)
    {
        try {
            return future.get();
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Cannot read the catalog log: interrupted", e);
        }
        catch (ExecutionException e) {
            throw failure(e);
        }
    }

    private static RuntimeException failure(ExecutionException e)
    {
        return e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException("Cannot use the catalog log", e.getCause());
    }

    /**
     * Checkpoints, oldest first.
     */
    List<ObjectHead> checkpoints()
    {
        return list(CatalogLayout.CHECKPOINTS).stream()
                .filter(head -> CatalogLayout.version(head.key()).isPresent())
                .sorted(Comparator.comparing(ObjectHead::key))
                .toList();
    }

    List<ObjectHead> floors()
    {
        return list(CatalogLayout.FLOORS);
    }

    /**
     * The records with the lowest versions, ghosts among them.
     */
    List<ObjectHead> firstRecords(int countMax)
    {
        return reliably("list " + CatalogLayout.LOG, () -> page(CatalogLayout.LOG, Optional.empty(), countMax)).objects();
    }

    /**
     * The highest version at or below which records may be missing; 0 when none was ever collected.
     */
    long newestFloor()
    {
        return floors().stream()
                .mapToLong(head -> CatalogLayout.version(head.key()).orElse(0))
                .max()
                .orElse(0);
    }

    /**
     * Compares by a cheap listing, or by an object of its own where the store tells no time with a listing.
     */
    void compareClocks()
    {
        reliably("compare clocks with the store", () -> {
            if (page(CatalogLayout.FLOORS, Optional.empty(), 1).storeTime().isEmpty()) {
                Moment asked = environment.now();
                ClockComparison probed = ClockComparison.probe(store, environment.clock());
                clockCheck.observe(asked, probed.answered(), probed.store());
            }
            return true;
        });
    }

    private ListPage page(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax)
            throws IOException
    {
        Moment asked = environment.now();
        ListPage page = store.list(folder, startAfter, countMax);
        page.storeTime().ifPresent(time -> clockCheck.observe(asked, environment.clock().instant(), time));
        return page;
    }

    private List<ObjectHead> list(ObjectKey folder)
    {
        List<ObjectHead> found = new ArrayList<>();
        Optional<ObjectKey> last = Optional.empty();
        for (int page = 0; page < LIST_PAGES_MAX; page++) {
            Optional<ObjectKey> startAfter = last;
            ListPage listed = reliably("list " + folder, () -> page(folder, startAfter, ObjectStore.LIST_COUNT_MAX));
            found.addAll(listed.objects());
            if (!listed.truncated()) {
                return found;
            }
            last = Optional.of(listed.objects().get(listed.objects().size() - 1).key());
        }
        throw new IllegalStateException("Cannot list %s: more than %s pages".formatted(folder, LIST_PAGES_MAX));
    }

    /**
     * Creates an object that never changes.
     *
     * @see OwnedObject#settle
     */
    Settled<StoredObject> settle(ObjectKey key, byte[] content, Predicate<StoredObject> isOurs)
    {
        return OwnedObject.settle(store, key, content, isOurs, environment.retryPolicy());
    }

    PutOutcome putIfAbsent(ObjectKey key, byte[] content)
    {
        return store.putIfAbsent(key, content);
    }

    void delete(List<ObjectKey> keys)
    {
        reliably("delete " + keys, () -> {
            store.delete(keys);
            return keys;
        });
    }

    private <T> T reliably(String verb, Callable<T> request)
    {
        Retries retries = environment.retryPolicy().withAttemptsMax(READ_ATTEMPTS_MAX).start();
        while (true) {
            IOException failure;
            try {
                return request.call();
            }
            catch (IOException e) {
                failure = e;
            }
            catch (RuntimeException e) {
                throw e;
            }
            catch (Exception e) {
                throw new IllegalStateException("Cannot %s".formatted(verb), e);
            }
            if (!again(retries)) {
                throw new RuntimeIOException(failure, "Cannot %s: the store failed %s times", verb, retries.attemptCount());
            }
        }
    }

    private static boolean again(Retries retries)
    {
        try {
            return retries.again();
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Cannot wait for the catalog log: interrupted", e);
        }
    }

    @Override
    public void close()
    {
        readers.shutdownNow();
    }

    /**
     * A record and how many bytes it has in the log.
     */
    record FetchedRecord(CatalogRecord record, int size)
    {
        /**
         * A record cannot be from later than the store says that it is: no clock that was ahead moves times for ever.
         */
        private static FetchedRecord parse(long version, StoredObject object)
        {
            CatalogRecord record = CatalogRecordParser.fromJson(version, object.content());
            long latest = object.lastModified().plus(AHEAD_MAX).toEpochMilli();
            return new FetchedRecord(record.timestampMillis() > latest ? record.at(latest) : record, object.content().length);
        }
    }
}

package io.icegate.catalog.log;

import io.icegate.catalog.log.RecordStore.FetchedRecord;
import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogCommit;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogTransaction;
import io.icegate.catalog.state.CatalogWriter;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.StoredObject;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * Keeps the catalog as a log of records, {@code log/1, log/2, …}. A commit creates the next number with put-if-absent. The
 * process that creates it has committed; the others run again on the new state. Objects are never overwritten, so an
 * outcome that was not heard can be read back. {@code docs/format/catalog-log.md} specifies the objects.
 *
 * <p>Opens the store at the first use.
 */
public final class CatalogLog
        implements AutoCloseable
{
    public static final int CHANGES_MAX = 64;
    private static final Duration RECENT_MAX = Duration.ofSeconds(1);

    private final CatalogEnvironment environment;
    private final ClockCheck clockCheck = new ClockCheck();
    private final RecordStore store;
    private final Supplier<String> program;
    private final Function<UUID, CatalogFormat> newFormat;
    private final FirstUse firstUse;
    private final Object opening = new Object();
    private volatile @Nullable Opened opened;
    private boolean closed;

    /**
     * @param program what this process calls itself
     */
    public CatalogLog(ObjectStore objectStore, CatalogEnvironment environment, Supplier<String> program, Function<UUID, CatalogFormat> newFormat, FirstUse firstUse)
    {
        this.program = requireNonNull(program, "program is null");
        this.environment = requireNonNull(environment, "environment is null");
        this.newFormat = requireNonNull(newFormat, "newFormat is null");
        this.firstUse = requireNonNull(firstUse, "firstUse is null");
        this.store = new RecordStore(requireNonNull(objectStore, "objectStore is null"), environment, clockCheck);
    }

    /**
     * Checks a store before a catalog is created in it.
     */
    public interface FirstUse
    {
        void verify()
                throws IOException;
    }

    private record Opened(CatalogFormat format, CatalogTail tail, CommitQueue queue, CheckpointWriter checkpoints, RecordCollector collector) {}

    private Opened opened()
    {
        Opened present = opened;
        if (present != null) {
            return present;
        }
        synchronized (opening) {
            if (closed) {
                throw new IllegalStateException("Cannot use the catalog: it is closed");
            }
            present = opened;
            if (present == null) {
                present = open(format());
                opened = present;
            }
            return present;
        }
    }

    private Opened open(CatalogFormat format)
    {
        CatalogWriter writer = new CatalogWriter(environment.newId(), Optional.of(program.get()));
        CheckpointSchedule schedule = new CheckpointSchedule();
        CatalogTail tail = new CatalogTail(store, environment, format, writer, schedule);
        CheckpointWriter checkpoints = new CheckpointWriter(store, schedule);
        return new Opened(format, tail, new CommitQueue(store, environment, format, writer, tail, clockCheck, checkpoints), checkpoints, new RecordCollector(store, environment, format, clockCheck, tail));
    }

    private CatalogFormat format()
    {
        Optional<StoredObject> present = store.get(CatalogLayout.FORMAT);
        return CatalogFormat.fromJson(present.isPresent() ? present.orElseThrow().content() : createFormat());
    }

    /**
     * Creates the format, or takes what another process created first.
     */
    private byte[] createFormat()
    {
        try {
            firstUse.verify();
        }
        catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot create a catalog in this store: %s", e.getMessage());
        }
        byte[] fresh = newFormat.apply(environment.newId()).toJson();
        Settled<StoredObject> settled = store.settle(CatalogLayout.FORMAT, fresh, stored -> Arrays.equals(stored.content(), fresh));
        return switch (settled.outcome()) {
            case OURS -> fresh;
            case FOREIGN -> settled.stored().orElseThrow().content();
            case UNKNOWN -> throw new RuntimeIOException(new IOException(settled.failure().orElseThrow()), "Cannot create %s: %s", CatalogLayout.FORMAT, settled.failure().orElseThrow().getMessage());
        };
    }

    /**
     * Whether a catalog was created in the store. Unlike every other method this one creates none.
     */
    public boolean exists()
    {
        return opened != null || store.get(CatalogLayout.FORMAT).isPresent();
    }

    /**
     * The version before the oldest record that is surely there; 0 when none was ever collected.
     */
    public long floor()
    {
        return store.newestFloor();
    }

    /**
     * Reads the newest state. It holds every commit that was acknowledged before the call.
     */
    public CatalogState state()
    {
        return opened().tail.refreshed(environment.now()).state();
    }

    /**
     * A state that was the newest a moment ago. To build a change on it is as safe as on the newest, which the commit compares it
     * with, and costs no request in a process that just looked. To refuse one is not.
     */
    public CatalogState recentState()
    {
        return opened().tail.seenWithin(RECENT_MAX).state();
    }

    /**
     * The newest state that this process has seen, without a request; empty before its first. Good for a guess.
     */
    public Optional<CatalogState> lastState()
    {
        return Optional.ofNullable(opened).flatMap(present -> present.tail.last());
    }

    /**
     * @throws IllegalArgumentException when the version does not exist yet
     * @throws org.apache.iceberg.exceptions.NotFoundException when its records were collected
     */
    public CatalogState stateAt(long version)
    {
        CatalogTail tail = opened().tail;
        CatalogState newest = tail.usable().state();
        if (newest.version() < version) {
            newest = state();
        }
        if (version < 0 || version > newest.version()) {
            throw new IllegalArgumentException("Cannot read catalog version %s: the newest is %s".formatted(version, newest.version()));
        }
        return newest.version() == version ? newest : tail.at(version);
    }

    /**
     * Reads the newest state that is not younger than the time.
     *
     * @throws org.apache.iceberg.exceptions.NotFoundException when its records were collected
     */
    public CatalogState stateAsOf(Instant time)
    {
        CatalogState newest = state();
        return newest.timestamp().isAfter(time) ? opened().tail.asOf(time.toEpochMilli(), newest) : newest;
    }

    /**
     * Reads what was committed after the version, oldest first, at most {@value #CHANGES_MAX} records. Go on with the version
     * of the last one.
     *
     * @throws IllegalArgumentException when the version does not exist yet
     * @throws org.apache.iceberg.exceptions.NotFoundException when the next record was collected
     */
    public List<CatalogCommit> changes(long fromVersion)
    {
        long newest = state().version();
        if (fromVersion < 0 || fromVersion > newest) {
            throw new IllegalArgumentException("Cannot read changes after catalog version %s: the newest is %s".formatted(fromVersion, newest));
        }
        if (fromVersion == newest) {
            return List.of();
        }
        int count = (int) Math.min(CHANGES_MAX, newest - fromVersion);
        List<FetchedRecord> found = store.records(fromVersion + 1, count);
        if (found.size() < count || store.newestFloor() > fromVersion) {
            throw opened().tail.collected(fromVersion + 1);
        }
        List<CatalogRecord> records = found.stream().map(FetchedRecord::record).toList();
        if (records.stream().allMatch(record -> record.ahead() == 0)) {
            return records.stream()
                    .map(record -> new CatalogCommit(record.version(), Instant.ofEpochMilli(record.timestampMillis()), record.writer(), record.transactions()))
                    .toList();
        }
        return replayed(opened().tail.at(fromVersion), records);
    }

    /**
     * The states before tell which transactions of records that were offered ahead took effect.
     */
    private List<CatalogCommit> replayed(CatalogState from, List<CatalogRecord> records)
    {
        List<CatalogCommit> commits = new ArrayList<>();
        CatalogState state = from;
        for (CatalogRecord record : records) {
            List<CatalogTransaction> effective = state.effective(record);
            state = opened().tail.after(state, record);
            commits.add(new CatalogCommit(record.version(), state.timestamp(), record.writer(), effective));
        }
        return commits;
    }

    public CatalogCommitResult commit(Function<CatalogState, List<CatalogChange>> change)
    {
        return commit(environment.newId().toString(), Optional.empty(), change);
    }

    public CatalogCommitResult commit(String id, Optional<String> digest, Function<CatalogState, List<CatalogChange>> change)
    {
        return commit(id, digest, ChangeScope.CATALOG, change);
    }

    /**
     * @see CommitQueue#commit
     */
    public CatalogCommitResult commit(String id, Optional<String> digest, ChangeScope scope, Function<CatalogState, List<CatalogChange>> change)
    {
        return opened().queue.commit(id, digest, scope, change);
    }

    /**
     * What a transaction of this id did; empty when the idempotency window holds none.
     *
     * @throws org.apache.iceberg.exceptions.UnprocessableEntityException when the id was used for a request of another digest
     */
    public Optional<CatalogCommitResult> committed(String id, Optional<String> digest)
    {
        return state().transactions().version(id).map(version -> opened().queue.committed(id, digest, version));
    }

    /**
     * How long the id of a transaction is remembered, by the timestamps of records.
     */
    public Duration idempotencyWindow()
    {
        return opened().format.idempotencyWindow();
    }

    /**
     * Deletes records that are older than the retention and not needed to replay younger states, with the checkpoints before
     * them. Any number of processes may do so at once, and while others read and commit.
     *
     * @param unnamed deletes metadata files that those records replaced, and that no state names any more; told before the
     *         records are deleted, and again after a crash. When it throws, the records stay for the next collection
     * @return how many objects of the log were deleted
     */
    public long collect(Consumer<Set<String>> unnamed)
    {
        return opened().collector.collect(unnamed);
    }

    /**
     * Counts commits that wait for a record.
     */
    public int queuedCount()
    {
        return opened().queue.queuedCount();
    }

    public UUID newId()
    {
        return environment.newId();
    }

    @Override
    public void close()
    {
        synchronized (opening) {
            closed = true;
            Opened present = opened;
            if (present != null) {
                present.queue.close();
                present.checkpoints.close();
            }
            store.close();
        }
    }
}

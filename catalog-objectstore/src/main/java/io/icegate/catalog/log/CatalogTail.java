package io.icegate.catalog.log;

import io.icegate.catalog.log.CatalogEnvironment.Moment;
import io.icegate.catalog.log.RecordStore.FetchedRecord;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogWriter;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.StoredObject;
import org.apache.iceberg.exceptions.NotFoundException;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import static java.util.Objects.requireNonNull;

/**
 * Keeps the newest state that this process knows, and the moment at which it last saw the tail of the log.
 *
 * <p>A process sees the tail by a 404 on the next slot or by winning that slot. The moment that counts is the start of that
 * request. While it is younger than the fence, no slot after the state can have been collected, because only records much
 * older than the fence are. The log then answers truly. Later, a 404 may be a collected record, and a record may be the
 * ghost of a slow writer in a slot that had been emptied. So an answer that is looked at later than a fence after the tail
 * was seen decides nothing. The process starts cold instead.
 *
 * <p>A cold start reads a checkpoint, the records after it up to the first absent one, and only then the floors. If a floor
 * lies above the checkpoint, records after it may be missing or be ghosts. The process then starts over, and finds the newer
 * checkpoint that every floor has.
 */
final class CatalogTail
{
    static final int CATCH_UP_COUNT = 8;
    /**
     * So many new records are read one after the other.
     */
    private static final int FOLLOWED_COUNT = 2;
    /**
     * So many probes are under way at the same time, so that who asks waits for a part of another's only.
     */
    private static final int PROBES_MAX = 2;
    private static final int RECENT_STATES_MAX = 64;
    private static final int COLD_STARTS_MAX = 8;
    private static final Duration FOREIGN_WITHIN = Duration.ofSeconds(1);
    private static final int FOREIGN_WRITERS_MAX = 64;

    private final RecordStore store;
    private final CatalogEnvironment environment;
    private final CatalogFormat format;
    private final CatalogWriter writer;
    private final CheckpointSchedule checkpoints;
    private final Semaphore probing = new Semaphore(PROBES_MAX, true);
    private final ReentrantLock coldStarting = new ReentrantLock();
    private final AtomicReference<@Nullable Known> known = new AtomicReference<>();
    private final ConcurrentSkipListMap<Long, CatalogState> recent = new ConcurrentSkipListMap<>();
    private final Map<UUID, Moment> foreignWriters = new ConcurrentHashMap<>();
    private final AtomicBoolean announced = new AtomicBoolean();
    private volatile int recordsUnderWay;

    CatalogTail(RecordStore store, CatalogEnvironment environment, CatalogFormat format, CatalogWriter writer, CheckpointSchedule checkpoints)
    {
        this.store = store;
        this.environment = environment;
        this.format = format;
        this.writer = writer;
        this.checkpoints = checkpoints;
    }

    /**
     * A state and the moment that proves it: at {@code tailSeen}, or later, the log ended with it, or went on with
     * records that were newer than that moment.
     */
    record Known(CatalogState state, Moment tailSeen) {}

    boolean isStale(Known state)
    {
        return environment.since(state.tailSeen()).compareTo(format.fence()) > 0;
    }

    /**
     * The newest state known here, if the fence allows to build on it; else a new one.
     */
    Known usable()
    {
        return seenWithin(format.fence());
    }

    /**
     * A state that was the newest at most {@code ageMax} ago, a fence or less: costs no request when this process looked, or
     * committed, since.
     */
    Known seenWithin(Duration ageMax)
    {
        Known state = known.get();
        return state == null || environment.since(state.tailSeen()).compareTo(ageMax) > 0 ? refreshed(environment.now()) : state;
    }

    /**
     * The newest state that was seen, however long ago.
     */
    Optional<CatalogState> last()
    {
        return Optional.ofNullable(known.get()).map(Known::state);
    }

    /**
     * The newest state known here, however old, or that one if there is none.
     */
    Known newest(Known fallback)
    {
        Known state = known.get();
        return state == null ? fallback : state;
    }

    /**
     * A state that includes every record written before {@code asked}. Callers at the same time share one probe, but only
     * one that began after they asked.
     */
    Known refreshed(Moment asked)
    {
        // in the order of their coming: all who asked before a probe began go on with its end, before anybody begins another
        probing.acquireUninterruptibly();
        try {
            Known state = known.get();
            return state == null || isStale(state) ? coldStart(asked) : probe(state, asked);
        }
        finally {
            probing.release();
        }
    }

    /**
     * Tells how many records of our own are on their way to the store.
     */
    void recordsUnderWay(int count)
    {
        recordsUnderWay = count;
    }

    private Known probe(Known from, Moment asked)
    {
        if (asked.isBefore(from.tailSeen())) {
            return from;
        }
        Known state = from;
        // our own are probably there already: the end behind them is seen at the same time
        int wave = 1 + recordsUnderWay;
        while (true) {
            Moment began = environment.now();
            List<FetchedRecord> found = store.records(state.state().version() + 1, wave);
            if (isStale(from)) {
                return coldStart(asked);
            }
            state = install(replay(state.state(), found), found.size() < wave ? began : from.tailSeen());
            if (found.size() < wave) {
                return state;
            }
            // mostly there is one new record, and those behind it need not be asked for
            wave = state.state().version() < from.state().version() + FOLLOWED_COUNT ? 1 : wave < CATCH_UP_COUNT ? CATCH_UP_COUNT : RecordStore.WAVE_MAX;
        }
    }

    /**
     * Takes over records that follow a state, as a lost race brings them.
     *
     * @param tailSeen where the reading of these records also found the tail
     */
    Known caughtUp(Known from, List<FetchedRecord> records, Optional<Moment> tailSeen)
    {
        return install(replay(from.state(), records), tailSeen.orElse(from.tailSeen()));
    }

    /**
     * The state after a record that follows it.
     */
    CatalogState after(CatalogState from, CatalogRecord record)
    {
        return replay(from, record);
    }

    /**
     * The state at a version that was seen not long ago.
     */
    Optional<CatalogState> kept(long version)
    {
        return Optional.ofNullable(recent.get(version));
    }

    /**
     * Takes over the state after a record of our own.
     */
    Known won(CatalogState state, int size, Moment asked)
    {
        applied(state, size);
        return install(state, asked);
    }

    private Known install(CatalogState state, Moment tailSeen)
    {
        Known installed = known.updateAndGet(current -> {
            if (current == null) {
                return new Known(state, tailSeen);
            }
            CatalogState newer = current.state().version() >= state.version() ? current.state() : state;
            return new Known(newer, current.tailSeen().orLater(tailSeen));
        });
        return requireNonNull(installed);
    }

    private CatalogState replay(CatalogState from, List<FetchedRecord> records)
    {
        CatalogState state = from;
        for (FetchedRecord fetched : records) {
            state = replay(state, fetched.record());
            applied(state, fetched.size());
            UUID recordWriter = fetched.record().writer().id();
            if (!recordWriter.equals(writer.id())) {
                seen(recordWriter);
                if (fetched.record().ahead() > 0 && fetched.record().transactions().isEmpty()) {
                    announced.set(true);
                }
            }
        }
        return state;
    }

    private CatalogState replay(CatalogState from, CatalogRecord record)
    {
        return from.replay(record, format.idempotencyWindow());
    }

    private void applied(CatalogState state, int size)
    {
        checkpoints.applied(state.version(), size);
        recent.put(state.version(), state);
        while (recent.size() > RECENT_STATES_MAX) {
            recent.pollFirstEntry();
        }
    }

    private void seen(UUID foreignWriter)
    {
        if (foreignWriters.size() >= FOREIGN_WRITERS_MAX) {
            foreignWriters(); // forgets some
        }
        if (foreignWriters.size() < FOREIGN_WRITERS_MAX) {
            foreignWriters.put(foreignWriter, environment.now());
        }
    }

    /**
     * Counts the other processes that committed within the last second, up to {@value #FOREIGN_WRITERS_MAX}.
     */
    int foreignWriters()
    {
        foreignWriters.values().removeIf(moment -> environment.since(moment).compareTo(FOREIGN_WITHIN) > 0);
        return foreignWriters.size();
    }

    /**
     * Whether another process announced, since the last call, that it cannot get a slot.
     */
    boolean takeAnnouncement()
    {
        return announced.getAndSet(false);
    }

    /**
     * One at a time; who waited for another's looks only behind it.
     */
    private Known coldStart(Moment asked)
    {
        coldStarting.lock();
        try {
            Known state = known.get();
            return state == null || isStale(state) ? coldStart(Optional.ofNullable(state)) : probe(state, asked);
        }
        finally {
            coldStarting.unlock();
        }
    }

    private Known coldStart(Optional<Known> previous)
    {
        for (int attempt = 0; attempt < COLD_STARTS_MAX; attempt++) {
            List<ObjectHead> heads = store.checkpoints();
            Optional<ObjectHead> newest = heads.isEmpty() ? Optional.empty() : Optional.of(heads.get(heads.size() - 1));
            long baseVersion = newest.map(head -> CatalogLayout.version(head.key()).orElseThrow()).orElse(0L);
            Future<Optional<Restored>> restoring = store.aside(() -> newest.isPresent() ? restore(newest.orElseThrow()) : Optional.of(new Restored(CatalogState.empty(), 0)));
            Moment asked = environment.now();
            List<FetchedRecord> found = store.records(baseVersion + 1, CATCH_UP_COUNT); // beside the checkpoint: its name says enough
            Optional<Restored> restored = RecordStore.await(restoring);
            if (restored.isEmpty()) {
                continue; // thinned out meanwhile: there is a newer one
            }
            CatalogState base = restored.orElseThrow().state();
            checkpoints.known(base.version(), restored.orElseThrow().size());
            CatalogState state = replay(base, found);
            for (int wave = CATCH_UP_COUNT; found.size() == wave; ) {
                wave = RecordStore.WAVE_MAX;
                asked = environment.now();
                found = store.records(state.version() + 1, wave);
                state = replay(state, found);
            }
            if (store.newestFloor() > base.version()) {
                continue;
            }
            long before = previous.map(known -> known.state().version()).orElse(0L);
            if (state.version() < before) {
                throw new IllegalStateException("Cannot read catalog log: it ends with version %s but this process has seen version %s".formatted(state.version(), before));
            }
            return install(state, asked);
        }
        throw new IllegalStateException("Cannot read catalog log: its checkpoints and floors changed %s times meanwhile".formatted(COLD_STARTS_MAX));
    }

    private Optional<Restored> restore(ObjectHead head)
    {
        long version = CatalogLayout.version(head.key()).orElseThrow();
        Optional<StoredObject> object = store.get(head.key());
        return object.map(stored -> new Restored(CheckpointParser.fromJson(version, stored.content()), stored.content().length));
    }

    /**
     * The state at a version that exists: the newest checkpoint at or below it, and the records up to it.
     *
     * @throws NotFoundException when the records were collected
     */
    CatalogState at(long version)
    {
        if (version == 0) {
            return CatalogState.empty();
        }
        CatalogState kept = recent.get(version);
        if (kept != null) {
            return kept;
        }
        List<ObjectHead> candidates = store.checkpoints().stream()
                .filter(head -> CatalogLayout.version(head.key()).orElseThrow() <= version)
                .toList();
        CatalogState base = CatalogState.empty();
        for (int i = candidates.size() - 1; i >= 0 && base.version() == 0; i--) {
            base = restore(candidates.get(i)).map(Restored::state).orElse(base); // else it was thinned out meanwhile
        }
        return replayWhile(base, version, state -> state.version() <= version, "version " + version);
    }

    /**
     * The last state whose time is not after the given one.
     *
     * @param newest a state that is after it
     * @throws NotFoundException when the records were collected
     */
    CatalogState asOf(long timestampMillis, CatalogState newest)
    {
        CatalogState base = newestCheckpointAt(timestampMillis);
        return replayWhile(base, newest.version(), state -> state.timestampMillis() <= timestampMillis, "as of " + Instant.ofEpochMilli(timestampMillis));
    }

    /**
     * @param last version that exists
     * @param asked for, for messages
     */
    private CatalogState replayWhile(CatalogState base, long last, Predicate<CatalogState> wanted, String asked)
    {
        CatalogState state = base;
        boolean more = state.version() < last;
        while (more) {
            int wave = (int) Math.min(RecordStore.WAVE_MAX, last - state.version());
            List<FetchedRecord> found = store.records(state.version() + 1, wave);
            for (FetchedRecord fetched : found) {
                CatalogState next = replay(state, fetched.record());
                if (!wanted.test(next)) {
                    more = false;
                    break;
                }
                state = next;
            }
            if (more && found.size() < wave) {
                throw collected(asked);
            }
            more = more && state.version() < last;
        }
        if (base.version() < last && store.newestFloor() > base.version()) {
            throw collected(asked);
        }
        return state;
    }

    /**
     * The newest checkpoint that is old enough, found by halves; the empty state when none is.
     */
    private CatalogState newestCheckpointAt(long timestampMillis)
    {
        List<ObjectHead> heads = store.checkpoints();
        CatalogState nearest = CatalogState.empty();
        int low = 0;
        int high = heads.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Optional<Restored> restored = restore(heads.get(middle));
            if (restored.isPresent() && restored.orElseThrow().state().timestampMillis() > timestampMillis) {
                high = middle - 1;
            }
            else {
                // one that was thinned out meanwhile counts as too old: an older one only means more records to read
                nearest = restored.map(Restored::state).orElse(nearest);
                low = middle + 1;
            }
        }
        return nearest;
    }

    NotFoundException collected(long version)
    {
        return collected("version " + version);
    }

    private NotFoundException collected(String asked)
    {
        return new NotFoundException("Cannot read catalog %s: version collected, what is kept begins with version %s", asked, store.newestFloor());
    }

    private record Restored(CatalogState state, int size) {}
}

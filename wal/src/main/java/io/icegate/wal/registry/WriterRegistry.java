package io.icegate.wal.registry;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.OwnedObject;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.Retries;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.StoredObject;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.LongSupplier;

import static io.icegate.wal.WalException.Kind.CORRUPT;
import static io.icegate.wal.WalException.Kind.FENCED;
import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.time.temporal.ChronoUnit.MICROS;
import static java.util.Objects.requireNonNull;

/**
 * Knows who may write. An entry exists before its writer's first segment and never changes. The heartbeat beside it is
 * overwritten: its time by the store's clock tells that the writer lives, its content how far it is. Entries are cached,
 * {@link #list listings} are not, but for {@link #current}.
 */
public final class WriterRegistry
{
    /**
     * A writer whose heartbeat is older than this is silent, and every committer may seal it.
     */
    public static final Duration SILENT_AFTER = Duration.ofSeconds(60);
    /**
     * Allowed range of the silence timeout. At least three heartbeats; at most so long that the timeout plus five minutes of
     * client retries fits into the duplicate window.
     */
    public static final Duration SILENT_AFTER_MIN = Duration.ofSeconds(30);
    public static final Duration SILENT_AFTER_MAX = Duration.ofMinutes(5);
    static final int WRITERS_MAX = 100_000;
    /**
     * Stores tell times in whole seconds, rounded down.
     */
    private static final Duration STORE_TIME_GRANULE = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(WriterRegistry.class);
    private static final String ENTRY_SUFFIX = ".json";
    private static final String HEARTBEAT_SUFFIX = ".alive";
    private static final int ATTEMPTS_MAX = 10;
    private static final int CACHED_ENTRIES_MAX = 10_000;

    /**
     * How long a listing says which writers there are, unless another one starts. A writer that left the registry is in it then,
     * which is why {@link io.icegate.wal.commit.CommitPlanner} leaves it in the vector for longer than that.
     */
    public static final Duration CURRENT_MAX = Duration.ofSeconds(30);

    private final ObjectStore store;
    private final LongSupplier nanoTime;
    private final WriterStarts starts;
    private final Object renewal = new Object();
    private volatile @Nullable Known known;
    private final Map<WriterId, RegistryEntry> entries = BoundedMap.create(CACHED_ENTRIES_MAX);
    private final Map<WriterId, Boolean> unreadable = BoundedMap.create(CACHED_ENTRIES_MAX); // told about once

    public WriterRegistry(ObjectStore store)
    {
        this(store, System::nanoTime);
    }

    /**
     * @param nanoTime monotonic clock, by which {@link #current} ages
     */
    public WriterRegistry(ObjectStore store, LongSupplier nanoTime)
    {
        this.store = requireNonNull(store, "store is null");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
        this.starts = new WriterStarts(store);
    }

    /**
     * A listing that shows every writer up to a start.
     *
     * @param nanos before the listing was asked for
     * @param startNanos before it was asked which start is the newest
     */
    private record Known(Listing listing, long start, long nanos, long startNanos)
    {
        private boolean isOld(long now)
        {
            return now - nanos >= CURRENT_MAX.toNanos();
        }

        /**
         * True when the number behind the start may have come and gone since.
         */
        private boolean isStartOld(long now)
        {
            return now - startNanos >= WriterStarts.SUCCEEDED_MIN.dividedBy(2).toNanos();
        }
    }

    /**
     * One listing of the registry.
     *
     * @param lastSeen registered writer → newest of heartbeat and entry, by the store's clock
     * @param unregistered writer without an entry → its heartbeat; left by one that was removed, or that wakes up
     * @param now the store's clock, or the newest time in the listing where the store does not tell, which only delays seals
     * @param asOf by the store's clock: whoever was registered before is in the listing, unless its entry is gone again
     */
    public record Listing(Map<WriterId, Instant> lastSeen, Map<WriterId, Instant> unregistered, Instant now, Instant asOf)
    {
        public static final Listing NONE = new Listing(Map.of(), Map.of(), Instant.EPOCH, Instant.EPOCH);

        public Listing
        {
            lastSeen = Collections.unmodifiableMap(new TreeMap<>(lastSeen));
            unregistered = Map.copyOf(unregistered);
            requireNonNull(now, "now is null");
            requireNonNull(asOf, "asOf is null");
        }

        public boolean isRegistered(WriterId writer)
        {
            return lastSeen.containsKey(writer);
        }

        /**
         * False for a writer that is not registered: nothing is known about it.
         */
        public boolean isSilent(WriterId writer, Duration silentAfter)
        {
            Instant seen = lastSeen.get(writer);
            return seen != null && Duration.between(seen, now).compareTo(silentAfter) > 0;
        }
    }

    /**
     * Publishes the entry; on return it is durable, and every later listing and {@link #current} shows it.
     *
     * @return when it was stored, by the store's clock
     * @throws WalException FENCED when the id is taken by another entry, UNAVAILABLE when the store did not answer
     */
    public Instant register(RegistryEntry entry, RetryPolicy.Waiting waiting)
    {
        byte[] content = RegistryEntryParser.toJson(entry);
        Settled<StoredObject> settled = OwnedObject.settle(
                store,
                WalLayout.registryEntry(entry.writer()),
                content,
                stored -> Arrays.equals(stored.content(), content),
                RetryPolicy.of(waiting).withAttemptsMax(ATTEMPTS_MAX));
        return switch (settled.outcome()) {
            case OURS -> {
                starts.announce(entry.writer(), waiting);
                yield stored(entry.writer(), waiting);
            }
            case FOREIGN -> throw new WalException(FENCED, "Cannot register writer %s: the id is taken".formatted(entry.writer()));
            case UNKNOWN -> {
                Exception failure = settled.failure().orElseThrow();
                throw new WalException(UNAVAILABLE, "Cannot register writer %s: %s".formatted(entry.writer(), failure.getMessage()), failure);
            }
        };
    }

    /**
     * The time that no {@code ingest_time} of a writer is before.
     *
     * @param registered time of its entry by the store's clock
     */
    public static long floorMicros(Instant registered)
    {
        return MICROS.between(Instant.EPOCH, registered.plus(STORE_TIME_GRANULE));
    }

    private Instant stored(WriterId writer, RetryPolicy.Waiting waiting)
    {
        Retries retries = RetryPolicy.of(waiting).withAttemptsMax(ATTEMPTS_MAX).start();
        while (true) {
            IOException failure;
            try {
                return store.head(WalLayout.registryEntry(writer))
                        .map(ObjectHead::lastModified)
                        .orElseThrow(() -> new WalException(UNAVAILABLE, "Cannot register writer %s: its entry was stored and is absent".formatted(writer)));
            }
            catch (IOException e) {
                failure = e;
            }
            try {
                if (!retries.again()) {
                    throw new WalException(UNAVAILABLE, "Cannot register writer %s: %s".formatted(writer, failure.getMessage()), failure);
                }
            }
            catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WalException(UNAVAILABLE, "Cannot register writer %s: interrupted".formatted(writer), e);
            }
        }
    }

    /**
     * Says that a writer lives, and how far it is.
     */
    public void heartbeat(WriterId writer, Heartbeat heartbeat)
            throws IOException
    {
        store.put(WalLayout.heartbeat(writer), HeartbeatParser.toJson(heartbeat));
    }

    /**
     * What a writer said last.
     *
     * @throws WalException UNAVAILABLE when the store did not answer, CORRUPT when the heartbeat cannot be read
     */
    public Optional<Heartbeat> heartbeat(WriterId writer)
    {
        try {
            return store.get(WalLayout.heartbeat(writer)).map(stored -> HeartbeatParser.fromJson(writer, stored.content()));
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot read the heartbeat of writer %s: %s".formatted(writer, e.getMessage()), e);
        }
    }

    /**
     * Lists the writers that are registered now.
     *
     * @throws WalException UNAVAILABLE when the store did not answer
     */
    public Listing list()
    {
        Map<WriterId, Instant> registered = new TreeMap<>();
        Map<WriterId, Instant> heartbeats = new TreeMap<>();
        Optional<Instant> storeTime = Optional.empty();
        Instant newest = Instant.EPOCH;
        Optional<Instant> asOf = Optional.empty();
        Optional<ObjectKey> startAfter = Optional.empty();
        while (true) {
            ListPage page = page(startAfter);
            if (page.storeTime().isPresent()) {
                storeTime = page.storeTime();
            }
            for (ObjectHead object : page.objects()) {
                newest = object.lastModified().isAfter(newest) ? object.lastModified() : newest;
                writerOf(object.key(), ENTRY_SUFFIX).ifPresent(writer -> registered.put(writer, object.lastModified()));
                writerOf(object.key(), HEARTBEAT_SUFFIX).ifPresent(writer -> heartbeats.put(writer, object.lastModified()));
            }
            if (asOf.isEmpty()) {
                // of the first page: a writer that registers later may belong on a page that was read before
                asOf = Optional.of(page.storeTime().orElse(newest));
            }
            if (registered.size() > WRITERS_MAX) {
                throw new WalException(UNAVAILABLE, "Cannot list writers: more than %s are registered".formatted(WRITERS_MAX));
            }
            if (!page.truncated()) {
                break;
            }
            startAfter = Optional.of(page.objects().get(page.objects().size() - 1).key());
        }
        registered.replaceAll((writer, written) -> {
            Instant heartbeat = heartbeats.getOrDefault(writer, written);
            return heartbeat.isAfter(written) ? heartbeat : written;
        });
        heartbeats.keySet().removeAll(registered.keySet());
        // one that left never comes back: what is known of it would stay until there are too many
        entries.keySet().retainAll(registered.keySet());
        unreadable.keySet().retainAll(registered.keySet());
        return new Listing(registered, heartbeats, storeTime.orElse(newest), asOf.orElseThrow());
    }

    /**
     * Every writer that was registered before this call, by one question where none has started since the last listing. Writers that
     * have left the registry for up to {@link #CURRENT_MAX} may be there, and heartbeats are as old.
     *
     * @throws WalException UNAVAILABLE when the store did not answer
     */
    public Listing current()
    {
        long asked = nanoTime.getAsLong();
        try {
            Known before = known;
            if (before != null && !before.isOld(asked) && !starts.hasAfter(before.start())) {
                return before.listing();
            }
            synchronized (renewal) {
                before = known;
                if (before != null && before.nanos() - asked > 0) {
                    return before.listing(); // another call began it after this one
                }
                Known renewed = renewed(before);
                known = renewed;
                return renewed.listing();
            }
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot ask for new writers: " + e.getMessage(), e);
        }
    }

    private Known renewed(@Nullable Known before)
            throws IOException
    {
        long now = nanoTime.getAsLong();
        if (before != null && before.isOld(now) && !before.isStartOld(now)) {
            // a writer that came meanwhile is listed, and lets the next call list once more
            return new Known(list(), before.start(), now, before.startNanos());
        }
        long start = starts.newest(); // first: whoever comes later has a higher one
        return new Known(list(), start, now, now);
    }

    private ListPage page(Optional<ObjectKey> startAfter)
    {
        try {
            return store.list(WalLayout.WRITERS, startAfter, ObjectStore.LIST_COUNT_MAX);
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot list writers: " + e.getMessage(), e);
        }
    }

    /**
     * The entry of a writer; empty when it is not registered (any more).
     *
     * @throws WalException UNAVAILABLE when the store did not answer, CORRUPT when the entry cannot be read
     */
    public Optional<RegistryEntry> entry(WriterId writer)
    {
        RegistryEntry known = entries.get(writer);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<RegistryEntry> entry = read(writer);
        entry.ifPresent(value -> entries.put(writer, value));
        return entry;
    }

    /**
     * Asks the store, never the cache.
     *
     * @throws WalException UNAVAILABLE when the store did not answer
     */
    public boolean isRegistered(WriterId writer)
    {
        try {
            return store.head(WalLayout.registryEntry(writer)).isPresent();
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot look for registry entry of writer %s: %s".formatted(writer, e.getMessage()), e);
        }
    }

    private Optional<RegistryEntry> read(WriterId writer)
    {
        try {
            return store.get(WalLayout.registryEntry(writer)).map(stored -> RegistryEntryParser.fromJson(writer, stored.content()));
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot read registry entry of writer %s: %s".formatted(writer, e.getMessage()), e);
        }
    }

    /**
     * The writers of a listing that may write to the table, without those that are closed there. An entry that cannot be read does not tell its tables, so its
     * writer may write to any of them; its segments name their table themselves.
     *
     * @throws WalException UNAVAILABLE when the store did not answer
     */
    public Set<WriterId> writersOf(UUID table, Listing listing, OffsetVector offsets)
    {
        Set<WriterId> writers = new TreeSet<>();
        for (WriterId writer : listing.lastSeen().keySet()) {
            if (!offsets.isClosed(writer) && mayWriteTo(table, writer)) {
                writers.add(writer);
            }
        }
        return writers;
    }

    private boolean mayWriteTo(UUID table, WriterId writer)
    {
        try {
            // gone since it was listed: it was closed, so whatever it wrote is committed or stands in the vector
            return entry(writer).map(entry -> entry.tables().contains(table)).orElse(false);
        }
        catch (WalException e) {
            if (e.kind() != CORRUPT) {
                throw e;
            }
            if (unreadable.put(writer, true) == null) {
                log.error("{}; segments of this writer are looked for in every table", e.getMessage());
            }
            return true;
        }
    }

    private static Optional<WriterId> writerOf(ObjectKey key, String suffix)
    {
        String name = key.name();
        if (!name.endsWith(suffix)) {
            return Optional.empty();
        }
        try {
            return Optional.of(WriterId.parse(name.substring(0, name.length() - suffix.length())));
        }
        catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

package io.icegate.wal.collect;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.read.LiveDeletesName;
import io.icegate.wal.read.LiveManifestName;
import io.icegate.wal.registry.BoundedMap;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.wal.registry.WriterStarts;
import org.apache.iceberg.TableMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;

import static io.icegate.wal.WalException.Kind.CORRUPT;
import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * Lets ended writers leave the registry, and deletes what only they needed. Any number of these may run at once, anywhere.
 *
 * <p>A writer is over when it is closed in the vectors of all its tables for an hour, which is longer than any plan that was
 * made from an older vector. Of a table that is gone it is over after a week of silence, so that the table can be registered
 * again. Its registry entry goes first: a writer that wakes up asks for it before it acknowledges, and may then find the
 * place of its seal free. The seal and what lies behind it follow, and the heartbeat last, because it shows what a crash
 * left. Its entry in the vectors goes with a later commit.
 */
public final class WalCollector
{
    /**
     * Longer than from the moment at which a plan reads its metadata to its last listing.
     */
    public static final Duration CLOSED_MIN = Duration.ofHours(1);
    /**
     * How long the writers of a dropped table are kept.
     */
    public static final Duration DROPPED_MIN = Duration.ofDays(7);
    static final int WRITERS_PER_ROUND_MAX = 1_000;
    private static final int ENDED_MAX = 10_000;

    private static final Logger log = LoggerFactory.getLogger(WalCollector.class);

    private final ObjectStore store;
    private final WriterRegistry registry;
    private final WriterStarts starts;
    private final SettledOffsets offsets = new SettledOffsets();
    private final Map<UUID, Map<ObjectKey, Instant>> unnamedSince = new HashMap<>(); // batch indexes
    private final Map<Ended, Boolean> ended = BoundedMap.create(ENDED_MAX); // nothing of them is left

    public WalCollector(ObjectStore store)
    {
        this.store = requireNonNull(store, "store is null");
        this.registry = new WriterRegistry(store);
        this.starts = new WriterStarts(store);
    }

    private record Ended(UUID table, WriterId writer) {}

    /**
     * What one round knows.
     */
    private record Round(WriterRegistry.Listing listing, Function<UUID, Optional<TableMetadata>> tables)
    {
        private Instant before(Duration age)
        {
            return listing.now().minus(age);
        }
    }

    /**
     * Removes what may go now, for at most {@value #WRITERS_PER_ROUND_MAX} writers; the next round goes on.
     *
     * @param served tables to look at beside those of the writers
     * @param tables newest metadata by UUID; empty when the catalog definitely has no such table
     * @throws WalException UNAVAILABLE when the store did not answer; the next round repeats what was not finished
     */
    public CollectResult collect(Set<UUID> served, Function<UUID, Optional<TableMetadata>> tables)
    {
        Map<UUID, Optional<TableMetadata>> known = new HashMap<>();
        Round round = new Round(registry.list(), uuid -> known.computeIfAbsent(uuid, tables));
        int writers = 0;
        int objects = 0;
        for (WriterId writer : round.listing().lastSeen().keySet()) {
            if (writers == WRITERS_PER_ROUND_MAX) {
                break;
            }
            Optional<RegistryEntry> entry = entry(writer);
            if (entry.isPresent() && entry.orElseThrow().tables().stream().allMatch(table -> isOver(round, table, writer))) {
                objects += retire(round, entry.orElseThrow());
                writers++;
            }
        }
        Set<UUID> all = new TreeSet<>(served);
        all.addAll(known.keySet());
        for (UUID table : all) {
            Optional<TableMetadata> metadata = round.tables().apply(table);
            if (metadata.isPresent()) {
                objects += unfinished(round, table, metadata.orElseThrow());
                objects += liveFiles(round, table, metadata.orElseThrow());
                objects += batchIndexes(round, table, metadata.orElseThrow());
            }
        }
        List<ObjectKey> heartbeats = round.listing().unregistered().entrySet().stream()
                .filter(heartbeat -> heartbeat.getValue().isBefore(round.before(CLOSED_MIN)))
                .map(heartbeat -> WalLayout.heartbeat(heartbeat.getKey()))
                .toList();
        objects += delete(heartbeats);
        collectStarts(round);
        return new CollectResult(writers, objects);
    }

    private Optional<RegistryEntry> entry(WriterId writer)
    {
        try {
            return registry.entry(writer);
        }
        catch (WalException e) {
            if (e.kind() != CORRUPT) {
                throw e;
            }
            return Optional.empty(); // it does not tell its tables; an operator must look
        }
    }

    private boolean isOver(Round round, UUID table, WriterId writer)
    {
        Optional<TableMetadata> metadata = round.tables().apply(table);
        if (metadata.isEmpty()) {
            return round.listing().isSilent(writer, DROPPED_MIN);
        }
        // asked first: it remembers
        return offsets.isClosedSince(metadata.orElseThrow(), writer, round.before(CLOSED_MIN), round.listing().now())
                && round.listing().isSilent(writer, CLOSED_MIN);
    }

    private int retire(Round round, RegistryEntry entry)
    {
        WriterId writer = entry.writer();
        delete(List.of(WalLayout.registryEntry(writer)));
        int objects = 0;
        for (UUID table : entry.tables()) {
            Optional<OffsetVector> vector = round.tables().apply(table).flatMap(metadata -> OffsetVector.fromProperties(metadata.properties()));
            if (vector.isPresent()) {
                objects += deleteBehind(round, new Ended(table, writer), vector.orElseThrow());
            }
        }
        objects += delete(List.of(WalLayout.heartbeat(writer)));
        offsets.forget(writer);
        log.info("collected writer={} tables={} started={}", writer, entry.tables(), entry.started());
        return objects;
    }

    /**
     * Deletes seals of writers that left the registry in a round that did not end. A vector still names them.
     */
    private int unfinished(Round round, UUID table, TableMetadata metadata)
    {
        OffsetVector vector = OffsetVector.fromProperties(metadata.properties()).orElse(OffsetVector.EMPTY);
        int objects = 0;
        for (WriterId writer : vector.offsets().keySet()) {
            Ended closed = new Ended(table, writer);
            if (vector.isClosed(writer) && !round.listing().isRegistered(writer) && !ended.containsKey(closed)) {
                objects += deleteBehind(round, closed, vector);
            }
        }
        return objects;
    }

    /**
     * Deletes the seal of a closed writer, and what was stored behind it and never acknowledged.
     */
    private int deleteBehind(Round round, Ended closed, OffsetVector vector)
    {
        Sequence seal = vector.next(closed.writer());
        Optional<ObjectKey> last = seal.value() == 0 ? Optional.empty() : Optional.of(new SegmentKey(closed.table(), closed.writer(), new Sequence(seal.value() - 1)).objectKey());
        List<ObjectHead> found = list(WalLayout.segments(closed.table(), closed.writer()), last);
        List<ObjectKey> old = found.stream()
                .filter(object -> object.lastModified().isBefore(round.before(CLOSED_MIN)))
                .map(ObjectHead::key)
                .filter(key -> SegmentKey.parse(key).map(segment -> segment.sequence().compareTo(seal) >= 0).orElse(false))
                .toList();
        int objects = delete(old);
        if (old.size() == found.size()) {
            ended.put(closed, true);
        }
        return objects;
    }

    /**
     * Deletes files of live reads: deletes whose segments are committed for so long that no plan reads them live, and manifests that
     * are too old to be given to anybody.
     */
    private int liveFiles(Round round, UUID table, TableMetadata metadata)
    {
        Instant before = round.before(CLOSED_MIN);
        Optional<OffsetVector> settled = SettledOffsets.vectorAt(metadata, before);
        return delete(list(WalLayout.live(table), Optional.empty()).stream()
                .filter(object -> LiveManifestName.isManifest(object.key()) ? object.lastModified().isBefore(before) : isSettled(object.key(), settled))
                .map(ObjectHead::key)
                .toList());
    }

    private static boolean isSettled(ObjectKey deletes, Optional<OffsetVector> settled)
    {
        return settled.flatMap(vector -> LiveDeletesName.parse(deletes).map(segment -> segment.sequence().compareTo(vector.next(segment.writer())) < 0)).orElse(false);
    }

    /**
     * Deletes batch indexes that the table has not named for an hour: those of commits that failed, those that were merged, and
     * those whose batches nobody can bring again. Counts from when this process first saw it so, which a restart only delays.
     */
    private int batchIndexes(Round round, UUID table, TableMetadata metadata)
    {
        Map<ObjectKey, Instant> since = unnamedSince.computeIfAbsent(table, _table -> new HashMap<>());
        List<ObjectKey> unnamed = BatchIndexes.unreferenced(store, table, List.of(metadata), round.before(CLOSED_MIN));
        since.keySet().retainAll(Set.copyOf(unnamed));
        unnamed.forEach(key -> since.putIfAbsent(key, round.listing().now()));
        return delete(unnamed.stream().filter(key -> !requireNonNull(since.get(key)).isAfter(round.before(CLOSED_MIN))).toList());
    }

    private void collectStarts(Round round)
    {
        try {
            starts.collect(round.listing().now());
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot delete %s: %s".formatted(WalLayout.STARTS, e.getMessage()), e);
        }
    }

    private List<ObjectHead> list(ObjectKey folder, Optional<ObjectKey> startAfter)
    {
        List<ObjectHead> found = new ArrayList<>();
        Optional<ObjectKey> last = startAfter;
        try {
            while (true) {
                ListPage page = store.list(folder, last, ObjectStore.LIST_COUNT_MAX);
                found.addAll(page.objects());
                if (!page.truncated()) {
                    return found;
                }
                last = Optional.of(page.objects().get(page.objects().size() - 1).key());
            }
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot list %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private int delete(List<ObjectKey> keys)
    {
        if (keys.isEmpty()) {
            return 0;
        }
        try {
            store.delete(keys);
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot delete %s: %s".formatted(keys.get(0), e.getMessage()), e);
        }
        return keys.size();
    }
}

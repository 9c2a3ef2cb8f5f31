package io.icegate.wal.collect;

import io.icegate.objectstore.ObjectHead;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.registry.WriterRegistry;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * The segments of a table that are committed in every snapshot which somebody may still go back to. Each of them is a data file of
 * some snapshot, or nobody's: a segment of nothing but copies moves the vector and is appended to nothing, so expiration never
 * comes by it.
 *
 * <p>Older snapshots count, because {@code reconcile_wal} appends the segments after the one that was gone back to, and refuses
 * when one of them is missing, be it of copies only.
 */
public final class SettledSegments
{
    /**
     * How long after they were stored the segments of a writer stay that neither the registry nor any snapshot knows, as long as
     * those of a dropped table.
     */
    private static final Duration UNKNOWN_MIN = WalCollector.DROPPED_MIN;

    private final UUID table;
    private final Map<WriterId, Sequence> committed; // in the oldest snapshot, and hence in all
    private final Set<WriterId> known;
    private final WriterRegistry.Listing registry;

    private SettledSegments(UUID table, Map<WriterId, Sequence> committed, Set<WriterId> known, WriterRegistry.Listing registry)
    {
        this.table = table;
        this.committed = Map.copyOf(committed);
        this.known = Set.copyOf(known);
        this.registry = requireNonNull(registry, "registry is null");
    }

    /**
     * @param metadata the newest of the table
     * @param registry listed after the metadata was read
     */
    public static SettledSegments of(TableMetadata metadata, WriterRegistry.Listing registry)
    {
        List<OffsetVector> oldestFirst = vectors(metadata);
        Set<WriterId> known = new HashSet<>();
        oldestFirst.forEach(vector -> known.addAll(vector.offsets().keySet()));
        Map<WriterId, Sequence> committed = new HashMap<>();
        if (!oldestFirst.isEmpty()) {
            // vectors only grow; a writer that is missing here had committed nothing yet, one that is missing later was closed and left
            oldestFirst.get(0).offsets().forEach((writer, offset) -> committed.put(writer, offset.next()));
        }
        return new SettledSegments(UUID.fromString(metadata.uuid()), committed, known, registry);
    }

    private static List<OffsetVector> vectors(TableMetadata metadata)
    {
        List<OffsetVector> vectors = new ArrayList<>();
        metadata.snapshots().stream().sorted(Comparator.comparingLong(Snapshot::sequenceNumber)).forEach(snapshot -> {
            // parsed by Iceberg from a JSON object that may be absent
            Map<String, String> summary = snapshot.summary();
            String text = summary == null ? null : summary.get(OffsetVector.PROPERTY);
            if (text != null) {
                vectors.add(OffsetVector.parse(text));
            }
        });
        OffsetVector.fromProperties(metadata.properties()).ifPresent(vectors::add);
        return vectors;
    }

    /**
     * True when nobody needs the object, unless a snapshot names it. Everything that is no segment of the table is needed.
     */
    public boolean contains(ObjectHead object)
    {
        Optional<SegmentKey> segment = SegmentKey.parse(object.key()).filter(key -> key.table().equals(table));
        if (segment.isEmpty()) {
            return false;
        }
        WriterId writer = segment.orElseThrow().writer();
        if (known.contains(writer)) {
            Sequence next = committed.get(writer);
            return next != null && segment.orElseThrow().sequence().compareTo(next) < 0;
        }
        // a writer leaves the registry when all of it is committed, and the vector after that
        return !registry.isRegistered(writer) && object.lastModified().isBefore(unknownBefore());
    }

    private Instant unknownBefore()
    {
        return registry.now().minus(UNKNOWN_MIN);
    }
}

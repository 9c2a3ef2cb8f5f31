package io.icegate.wal.collect;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.WriterId;
import io.icegate.wal.table.TableOffsets;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;

import static java.util.Objects.requireNonNull;

/**
 * Tells since when a writer is closed in a table's vector. The snapshots tell it where one is old enough; else it counts from
 * when this process first saw it closed, which a restart forgets and which only delays.
 */
final class SettledOffsets
{
    private final Map<Closed, Instant> firstSeen = new HashMap<>();

    private record Closed(UUID table, WriterId writer) {}

    /**
     * True when the writer was closed in the table at that time, and is so now.
     *
     * @param metadata the newest of the table
     */
    boolean isClosedSince(TableMetadata metadata, WriterId writer, Instant time, Instant now)
    {
        requireNonNull(metadata, "metadata is null");
        Closed closed = new Closed(UUID.fromString(metadata.uuid()), writer);
        if (!OffsetVector.fromProperties(metadata.properties()).map(vector -> vector.isClosed(writer)).orElse(false)) {
            firstSeen.remove(closed);
            return false;
        }
        Instant seen = firstSeen.computeIfAbsent(closed, _closed -> now);
        return !seen.isAfter(time) || vectorAt(metadata, time).map(vector -> vector.isClosed(writer)).orElse(false);
    }

    void forget(WriterId writer)
    {
        firstSeen.keySet().removeIf(closed -> closed.writer().equals(writer));
    }

    /**
     * The vector of the newest snapshot that is not after the time; empty when none is known.
     */
    static Optional<OffsetVector> vectorAt(TableMetadata metadata, Instant time)
    {
        Iterable<Snapshot> ancestors = TableOffsets.ancestors(metadata);
        return TableOffsets.nearest(() -> StreamSupport.stream(ancestors.spliterator(), false).filter(snapshot -> snapshot.timestampMillis() <= time.toEpochMilli()).iterator());
    }
}

package io.icegate.wal.table;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.OffsetsDisagreeException;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.util.SnapshotUtil;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Reads the two offset vectors of a table. Readers use the one in the property. The one in the summary of the nearest
 * ancestor of the current snapshot is the committer's fence.
 */
public record TableOffsets(Optional<OffsetVector> property, Optional<OffsetVector> nearest)
{
    public TableOffsets
    {
        requireNonNull(property, "property is null");
        requireNonNull(nearest, "nearest is null");
    }

    public static TableOffsets of(Table table)
    {
        return new TableOffsets(OffsetVector.fromProperties(table.properties()), nearest(SnapshotUtil.currentAncestors(table)));
    }

    public static TableOffsets of(TableMetadata metadata)
    {
        return new TableOffsets(OffsetVector.fromProperties(metadata.properties()), nearest(ancestors(metadata)));
    }

    /**
     * The current snapshot and those before it, as far as they are kept.
     */
    public static Iterable<Snapshot> ancestors(TableMetadata metadata)
    {
        Snapshot current = metadata.currentSnapshot();
        return current == null ? List.of() : SnapshotUtil.ancestorsOf(current.snapshotId(), metadata::snapshot);
    }

    /**
     * The vector of the first snapshot that carries one.
     */
    public static Optional<OffsetVector> nearest(Iterable<Snapshot> ancestors)
    {
        for (Snapshot snapshot : ancestors) {
            // parsed by Iceberg from a JSON object that may be absent
            Map<String, String> summary = snapshot.summary();
            String text = summary == null ? null : summary.get(OffsetVector.PROPERTY);
            if (text != null) {
                return Optional.of(OffsetVector.parse(text));
            }
        }
        return Optional.empty();
    }

    /**
     * False for an ordinary table, which has no WAL.
     */
    public boolean isWalTable()
    {
        return property.isPresent() || nearest.isPresent();
    }

    /**
     * The vector to commit behind.
     *
     * @throws OffsetsDisagreeException when the property is absent or a snapshot contradicts it
     */
    public OffsetVector forCommit(String table)
    {
        if (property.isEmpty() || (nearest.isPresent() && !nearest.equals(property))) {
            throw disagree(table);
        }
        return property.orElseThrow();
    }

    /**
     * The vector to read behind. After a rollback the snapshots are behind the property: rows that were rolled back stay
     * hidden.
     *
     * @throws OffsetsDisagreeException when the property is absent, or behind the snapshots
     */
    public OffsetVector forRead(String table)
    {
        if (property.isEmpty() || (nearest.isPresent() && isBehind(property.orElseThrow(), nearest.orElseThrow()))) {
            throw disagree(table);
        }
        return property.orElseThrow();
    }

    /**
     * Entries that left a vector were closed, so only those that are in both can tell.
     */
    private static boolean isBehind(OffsetVector property, OffsetVector snapshot)
    {
        return property.offsets().entrySet().stream().anyMatch(entry -> {
            OffsetVector.Offset other = snapshot.offsets().get(entry.getKey());
            return other != null && (entry.getValue().next().compareTo(other.next()) < 0 || (other.closed() && !entry.getValue().closed()));
        }) || snapshot.offsets().entrySet().stream().anyMatch(entry -> !entry.getValue().closed() && !property.offsets().containsKey(entry.getKey()));
    }

    private OffsetsDisagreeException disagree(String table)
    {
        if (property.isEmpty()) {
            return new OffsetsDisagreeException("Cannot use the WAL of table %s: property %s is not set".formatted(table, OffsetVector.PROPERTY));
        }
        return new OffsetsDisagreeException(("Cannot use the WAL of table %s: it was rolled back, its offsets are '%s' and those of its newest snapshot '%s'; decide with the procedure system.reconcile_wal: " +
                "mode 'accept' leaves the rolled-back rows out, mode 'reappend' brings them back")
                .formatted(table, property.orElseThrow(), nearest.map(OffsetVector::text).orElse("")));
    }
}

package io.icegate.wal.commit;

import io.icegate.objectstore.Warehouse;
import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.OffsetVector.Offset;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchIndex;
import io.icegate.wal.batches.BatchIndexName;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.commit.WalTransaction.Outcome;
import io.icegate.wal.read.CommittedRange;
import io.icegate.wal.read.Duplicates;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveSegment;
import io.icegate.wal.read.WalListing;
import io.icegate.wal.table.TableOffsets;
import io.icegate.wal.table.TableSpecs;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * Makes a table's property and snapshots agree again after a rollback. Committers refuse such a table, because only an
 * operator knows whether the rows that were rolled back should stay out.
 *
 * <p>The vector never moves back: with {@link ReconcileMode#ACCEPT} an append without files restates it, with
 * {@link ReconcileMode#REAPPEND} the append brings the files of the range. Both are fenced like every commit of the WAL, so
 * this may run beside receivers, and of two at once one finds nothing to do.
 */
public final class WalReconciler
{
    /**
     * Segments that one transaction appends again.
     */
    static final int SEGMENTS_MAX = WalListing.SEGMENTS_MAX;
    private static final Logger log = LoggerFactory.getLogger(WalReconciler.class);

    private final Warehouse warehouse;
    private final CommitPlanner planner;
    private final CommittedRange range;
    private final BatchIndexes indexes;
    private final WalTransaction transaction;

    public WalReconciler(Warehouse warehouse, FooterCache footers, BatchIndexes indexes, WalEnvironment environment)
    {
        requireNonNull(environment, "environment is null");
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.planner = new CommitPlanner(warehouse, footers, indexes, environment.executor());
        this.indexes = requireNonNull(indexes, "indexes is null");
        this.range = new CommittedRange(warehouse.store(), footers, environment.executor());
        this.transaction = new WalTransaction(footers.codec(), new BatchRecorder(indexes));
    }

    /**
     * Makes property and snapshots agree; does nothing when they do. Refreshes the table.
     *
     * @throws ReconcileException when the mode cannot be done on this table; nothing was changed
     * @throws WalException UNAVAILABLE when the store did not answer or others kept winning, CORRUPT when a segment to append
     *         again cannot be read; nothing was changed
     */
    public ReconcileResult reconcile(Table table, ReconcileMode mode)
    {
        Outcome<Plan> outcome = transaction.run(table, refreshed -> plan(refreshed, mode), Plan::append);
        Plan plan = outcome.plan();
        int segments = plan.append().map(append -> append.segments().size()).orElse(0);
        long rows = plan.append().map(WalAppend::rows).orElse(0L);
        if (outcome.snapshotId().isPresent()) {
            log.info("reconcile table={} mode={} snapshot={} segments={} rows={}", table.name(), mode.text(), outcome.snapshotId().orElseThrow(), segments, rows);
        }
        return new ReconcileResult(outcome.snapshotId(), segments, rows, plan.property(), plan.snapshot(), plan.append().map(WalAppend::to).orElse(plan.property()));
    }

    private record Plan(OffsetVector property, Optional<OffsetVector> snapshot, Optional<WalAppend> append) {}

    private Plan plan(Table table, ReconcileMode mode)
    {
        TableOffsets offsets = TableOffsets.of(table);
        OffsetVector property = offsets.property()
                .orElseThrow(() -> new ReconcileException("Cannot reconcile the WAL of table %s: it has none, property %s is not set".formatted(table.name(), OffsetVector.PROPERTY)));
        if (offsets.nearest().isEmpty() || offsets.nearest().equals(offsets.property())) {
            return new Plan(property, offsets.nearest(), Optional.empty());
        }
        WalFormatVersion.check(table);
        OffsetVector snapshot = offsets.nearest().orElseThrow();
        OffsetVector after = after(property, snapshot);
        WalAppend append = switch (mode) {
            case ACCEPT -> new WalAppend(List.of(), Duplicates.NONE, Optional.empty(), offsets.nearest(), property, after);
            case REAPPEND -> reappend(table, property, snapshot, after);
        };
        return new Plan(property, offsets.nearest(), Optional.of(append));
    }

    private WalAppend reappend(Table table, OffsetVector property, OffsetVector snapshot, OffsetVector after)
    {
        List<SegmentKey> keys = range.keys(table.uuid(), snapshot, after, SEGMENTS_MAX);
        if (keys.size() > SEGMENTS_MAX) {
            throw refused(table, "more than %s segments were rolled back".formatted(SEGMENTS_MAX));
        }
        Set<String> present = segmentsOf(table);
        List<LiveSegment> segments = new ArrayList<>();
        List<Optional<LiveSegment>> found = range.read(keys);
        for (int i = 0; i < keys.size(); i++) {
            SegmentKey key = keys.get(i);
            if (present.contains(warehouse.location(key.objectKey()))) {
                throw refused(table, "segment %s of the range is in the table already".formatted(key.objectKey()));
            }
            segments.add(found.get(i).orElseThrow(() -> refused(table, "segment %s was expired with its snapshot".formatted(key.objectKey()))));
        }
        Duplicates duplicates = asDecided(table, segments, planner.walk().find(table.uuid(), BatchWindow.of(table.properties()), segments));
        return new WalAppend(planner.planned(table, segments, duplicates), duplicates, Optional.empty(), Optional.of(snapshot), property, after);
    }

    /**
     * Decides again as the commits did that were rolled back, where their snapshots are still there: the window may have
     * forgotten what they were compared with.
     *
     * @param walked by what the window knows
     */
    private Duplicates asDecided(Table table, List<LiveSegment> segments, Duplicates walked)
    {
        Map<SegmentKey, Set<BatchId>> counted = counted(table);
        Map<SegmentKey, List<BatchRange>> ranges = new TreeMap<>(walked.ranges());
        for (LiveSegment segment : segments) {
            Set<BatchId> ids = counted.get(segment.key());
            if (ids != null) {
                ranges.put(segment.key(), segment.footer().batches().stream().filter(batch -> !ids.remove(batch.id())).toList());
            }
        }
        ranges.values().removeIf(List::isEmpty);
        return new Duplicates(ranges);
    }

    /**
     * The batches that counted, of each segment that a commit took in which is no ancestor of the current snapshot.
     */
    private Map<SegmentKey, Set<BatchId>> counted(Table table)
    {
        Set<Long> ancestors = new HashSet<>(SnapshotUtil.currentAncestorIds(table));
        Map<SegmentKey, Set<BatchId>> counted = new HashMap<>();
        for (Snapshot snapshot : table.snapshots()) {
            if (ancestors.contains(snapshot.snapshotId())) {
                continue;
            }
            for (BatchIndexName name : BatchWindow.written(snapshot.summary())) {
                indexes.load(table.uuid(), name).ifPresent(index -> {
                    index.origins().forEach(origin -> counted.computeIfAbsent(key(table, origin), ignored -> new HashSet<>()));
                    index.forEach((origin, high, low, millis) -> counted.computeIfAbsent(key(table, origin), ignored -> new HashSet<>()).add(new BatchId(high, low)));
                });
            }
        }
        return counted;
    }

    private static SegmentKey key(Table table, BatchIndex.Origin origin)
    {
        return new SegmentKey(table.uuid(), origin.writer(), origin.sequence());
    }

    private static ReconcileException refused(Table table, String reason)
    {
        return new ReconcileException("Cannot append the rolled-back segments of table %s again: %s; mode 'accept' leaves their rows out".formatted(table.name(), reason));
    }

    /**
     * The property, unless a foreign catalog let somebody move it back: then the larger number of each writer. A writer that
     * is missing from the property was closed and left, if the property is ahead elsewhere.
     */
    private static OffsetVector after(OffsetVector property, OffsetVector snapshot)
    {
        Map<WriterId, Offset> after = new TreeMap<>(property.offsets());
        boolean ahead = property.offsets().entrySet().stream().anyMatch(entry -> isAhead(entry.getValue(), snapshot.offsets().get(entry.getKey())));
        snapshot.offsets().forEach((writer, offset) -> {
            Offset other = property.offsets().get(writer);
            if (other == null ? !ahead : isAhead(offset, other)) {
                after.put(writer, offset);
            }
        });
        return new OffsetVector(after);
    }

    private static boolean isAhead(Offset offset, @Nullable Offset other)
    {
        return other == null || offset.next().compareTo(other.next()) > 0 || (offset.closed() && !other.closed());
    }

    /**
     * Locations of the unpartitioned files in the current snapshot: all segments are among them.
     */
    private static Set<String> segmentsOf(Table table)
    {
        int unpartitioned = TableSpecs.unpartitioned(table.name(), table.specs().values()).specId();
        Set<String> locations = new HashSet<>();
        for (ManifestFile manifest : table.currentSnapshot().dataManifests(table.io())) {
            if (manifest.partitionSpecId() != unpartitioned) {
                continue;
            }
            try (ManifestReader<DataFile> files = ManifestFiles.read(manifest, table.io(), table.specs())) {
                files.forEach(file -> locations.add(file.location()));
            }
            catch (IOException e) {
                throw new WalException(UNAVAILABLE, "Cannot read manifest %s: %s".formatted(manifest.path(), e.getMessage()), e);
            }
        }
        return locations;
    }
}

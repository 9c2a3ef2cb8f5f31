package io.icegate.wal.commit;

import io.icegate.objectstore.Warehouse;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.OffsetVector.Offset;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.commit.CommitPlan.PlannedSegment;
import io.icegate.wal.read.DuplicateWalk;
import io.icegate.wal.read.Duplicates;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveSegment;
import io.icegate.wal.read.LiveSegments;
import io.icegate.wal.read.RunEnd;
import io.icegate.wal.read.WalListing;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.wal.table.TableOffsets;
import io.icegate.wal.table.TableSpecs;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;

import static java.util.Objects.requireNonNull;

/**
 * Decides what the next commit of a table does. It reads and never writes.
 */
public final class CommitPlanner
{
    /**
     * A plan that only closes writers gets a snapshot of its own after this long.
     */
    static final Duration CLOSE_AFTER = Duration.ofMinutes(10);
    /**
     * A closed writer leaves the vector when it was missing from every listing of the registry for this long, hence from two
     * of them. It left the registry an hour after it was closed, so no plan needs its entry, once {@link WriterRegistry#current}
     * has forgotten it, which takes half of this.
     */
    static final Duration DROP_AFTER = Duration.ofMinutes(1);

    private final Warehouse warehouse;
    private final SegmentCodec codec;
    private final WalListing listing;
    private final DuplicateWalk walk;
    private final Map<UUID, Map<WriterId, Instant>> absentSince = new HashMap<>(); // guarded by itself

    public CommitPlanner(Warehouse warehouse, FooterCache footers, BatchIndexes indexes, Executor executor)
    {
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.codec = footers.codec();
        this.listing = new WalListing(warehouse.store(), new WriterRegistry(warehouse.store()), footers, executor);
        this.walk = new DuplicateWalk(indexes, executor);
    }

    /**
     * @param table freshly loaded or refreshed
     * @throws IllegalStateException when segments cannot be files of the table
     * @throws io.icegate.wal.OffsetsDisagreeException when property and snapshots contradict each other
     * @throws io.icegate.wal.WalException UNAVAILABLE when the store did not answer
     */
    public CommitPlan plan(Table table, CommitOptions options)
    {
        WalFormatVersion.check(table);
        TableOffsets offsets = TableOffsets.of(table);
        OffsetVector from = offsets.forCommit(table.name());
        LiveSegments live = listing.list(table.uuid(), from, options.segmentsMax());
        BatchWindow window = BatchWindow.of(table.properties());
        Duplicates duplicates = walk.find(table.uuid(), window, live.segments());
        OffsetVector to = next(live);
        return new CommitPlan(live, planned(table, live.segments(), duplicates), duplicates, window, offsets.nearest(), to);
    }

    /**
     * The segments as data files of the table, without those of nothing but duplicates.
     */
    List<PlannedSegment> planned(Table table, List<LiveSegment> segments, Duplicates duplicates)
    {
        PartitionSpec unpartitioned = TableSpecs.unpartitioned(table.name(), table.specs().values());
        MetricsConfig metrics = MetricsConfig.forTable(table);
        return segments.stream()
                .filter(segment -> !duplicates.isAllOf(segment))
                .map(segment -> new PlannedSegment(segment, codec.dataFile(segment.footer(), unpartitioned, metrics, warehouse.location(segment.head().key()))))
                .toList();
    }

    private OffsetVector next(LiveSegments live)
    {
        Map<WriterId, Offset> next = new TreeMap<>(live.from().offsets());
        for (LiveSegment segment : live.segments()) {
            next.put(segment.key().writer(), new Offset(segment.key().sequence().next(), false));
        }
        boolean overdue = false;
        for (Map.Entry<WriterId, RunEnd> end : live.ends().entrySet()) {
            if (end.getValue().kind() == RunEnd.Kind.SEALED) {
                next.put(end.getKey(), new Offset(end.getValue().next(), true));
                overdue |= end.getValue().since().isBefore(live.now().minus(CLOSE_AFTER));
            }
        }
        dropped(live).forEach(next::remove);
        return live.segments().isEmpty() && !overdue ? live.from() : new OffsetVector(next);
    }

    /**
     * Returns the closed writers that left the registry, by a listing made just now. A writer that is still
     * registered must stay in the vector, because readers would begin at 0 without its entry.
     */
    private List<WriterId> dropped(LiveSegments live)
    {
        synchronized (absentSince) {
            Map<WriterId, Instant> since = absentSince.computeIfAbsent(live.table(), ignored -> new HashMap<>());
            since.keySet().removeIf(writer -> !live.from().isClosed(writer) || live.registry().isRegistered(writer));
            for (WriterId writer : live.from().offsets().keySet()) {
                if (live.from().isClosed(writer) && !live.registry().isRegistered(writer)) {
                    since.putIfAbsent(writer, live.now());
                }
            }
            return since.entrySet().stream()
                    .filter(entry -> !entry.getValue().isAfter(live.now().minus(DROP_AFTER)))
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    DuplicateWalk walk()
    {
        return walk;
    }

    WalListing listing()
    {
        return listing;
    }
}

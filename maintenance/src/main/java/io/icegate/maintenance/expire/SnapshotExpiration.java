package io.icegate.maintenance.expire;

import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.PropertyUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.StreamSupport;

import static java.util.Objects.requireNonNull;

/**
 * Expires snapshots that are older than the table keeps them, within what the policy keeps at least. Branches and tags stay, as do
 * specs and schemas that nothing uses: segments need the unpartitioned spec.
 */
public final class SnapshotExpiration
{
    private static final Logger log = LoggerFactory.getLogger(SnapshotExpiration.class);

    private final ExpirationPolicy policy;
    private final InstantSource clock;

    public SnapshotExpiration(ExpirationPolicy policy, InstantSource clock)
    {
        this.policy = requireNonNull(policy, "policy is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Returns how many snapshots are due. Fewer may go, because of branches and tags.
     */
    public int due(Table table)
    {
        Instant olderThan = olderThan(table);
        List<Snapshot> newestFirst = StreamSupport.stream(table.snapshots().spliterator(), false)
                .sorted(Comparator.comparingLong(Snapshot::sequenceNumber).reversed())
                .toList();
        return (int) newestFirst.stream()
                .skip(retained(table))
                .filter(snapshot -> Instant.ofEpochMilli(snapshot.timestampMillis()).isBefore(olderThan))
                .count();
    }

    /**
     * Expires what is due, and deletes the files that nothing refers to any more, segments among them. Changes nothing when nothing is
     * due.
     */
    public ExpirationResult run(Table table)
    {
        table.refresh();
        if (due(table) == 0) {
            return new ExpirationResult(0, 0, 0);
        }
        int before = count(table);
        AtomicLong deleted = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        table.expireSnapshots()
                .expireOlderThan(olderThan(table).toEpochMilli())
                .retainLast(retained(table))
                .cleanExpiredMetadata(false)
                .deleteWith(location -> delete(table, location, deleted, failed))
                .commit();
        table.refresh();
        return new ExpirationResult(Math.max(0, before - count(table)), deleted.get(), failed.get());
    }

    private static void delete(Table table, String location, AtomicLong deleted, AtomicLong failed)
    {
        try {
            table.io().deleteFile(location);
            deleted.incrementAndGet();
        }
        catch (RuntimeException e) {
            failed.incrementAndGet();
            log.warn("Cannot delete {}, which nothing refers to: {}", location, e.getMessage());
        }
    }

    private Instant olderThan(Table table)
    {
        Instant now = clock.instant();
        Duration kept = Duration.ofMillis(PropertyUtil.propertyAsLong(table.properties(), TableProperties.MAX_SNAPSHOT_AGE_MS, TableProperties.MAX_SNAPSHOT_AGE_MS_DEFAULT));
        Instant due = now.minus(kept.compareTo(policy.ageMin()) < 0 ? policy.ageMin() : kept);
        return currentAt(table, now.minus(policy.ageMin()))
                .map(current -> Instant.ofEpochMilli(current.timestampMillis()))
                .filter(current -> current.isBefore(due))
                .orElse(due);
    }

    /**
     * A snapshot of a table that was quiet for long can be old, and be what a query or a copy began on a moment ago.
     */
    private static Optional<Snapshot> currentAt(Table table, Instant time)
    {
        return table.history().stream()
                .filter(entry -> entry.timestampMillis() <= time.toEpochMilli())
                .reduce((_earlier, later) -> later)
                .map(entry -> table.snapshot(entry.snapshotId()));
    }

    private int retained(Table table)
    {
        return Math.max(policy.snapshotsMin(), PropertyUtil.propertyAsInt(table.properties(), TableProperties.MIN_SNAPSHOTS_TO_KEEP, TableProperties.MIN_SNAPSHOTS_TO_KEEP_DEFAULT));
    }

    private static int count(Table table)
    {
        return (int) StreamSupport.stream(table.snapshots().spliterator(), false).count();
    }
}

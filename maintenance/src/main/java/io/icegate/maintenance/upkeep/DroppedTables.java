package io.icegate.maintenance.upkeep;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.WalLayout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Deletes what tables leave that were dropped: their folder, their segments, and what the WAL has of them beside. A table is gone
 * when the catalog has had none of its UUID for {@link #RETENTION} since that was first seen. It is seen at every call, and told in the
 * status of the table, so a crash, a restart, or a table that comes back by being registered, only makes it later.
 *
 * <p>The status goes last: a call that did not end is repeated by the next one.
 */
final class DroppedTables
{
    static final Duration RETENTION = Duration.ofDays(7);
    /**
     * The folders that the catalog chooses end in a UUID, and nobody else has anything in one. Other places were somebody's choice,
     * and may hold more than the table.
     */
    private static final Pattern OWN_FOLDER = Pattern.compile(".*-[0-9a-f]{32}");

    private final Warehouse warehouse;
    private final UpkeepStatuses statuses;

    DroppedTables(Warehouse warehouse, UpkeepStatuses statuses)
    {
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.statuses = requireNonNull(statuses, "statuses is null");
    }

    /**
     * What one table left.
     *
     * @param young objects that stay until they are old, too
     */
    record Collected(UpkeepStatus table, long objects, long bytes, long young) {}

    /**
     * Looks at one table.
     *
     * @param storeNow by the store's clock, before this call
     * @return what was deleted; empty when the table is there or its retention is not over
     * @throws UncheckedIOException when the store did not answer; the next call repeats what was not finished
     */
    Optional<Collected> collect(UUID table, KnownTables known, Instant storeNow)
    {
        Optional<UpkeepStatus> stored = statuses.read(table);
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        UpkeepStatus status = stored.orElseThrow();
        if (known.has(table)) {
            if (status.missingSince().isPresent()) {
                statuses.write(status.withMissingSince(Optional.empty()));
            }
            return Optional.empty();
        }
        if (status.missingSince().isEmpty() || status.missingSince().orElseThrow().isAfter(storeNow)) {
            statuses.write(status.withMissingSince(Optional.of(storeNow)));
            return Optional.empty();
        }
        Instant before = storeNow.minus(RETENTION);
        return status.missingSince().orElseThrow().isBefore(before) ? Optional.of(delete(status, known, before)) : Optional.empty();
    }

    private Collected delete(UpkeepStatus status, KnownTables known, Instant before)
    {
        UUID table = status.table();
        Counts counts = new Counts();
        try {
            Optional<ObjectKey> folder = warehouse.key(status.location()).filter(key -> OWN_FOLDER.matcher(key.name()).matches());
            if (folder.isPresent() && !known.owns(status.location())) {
                delete(folder.orElseThrow(), before, counts);
            }
            delete(WalLayout.table(table), before, counts);
            delete(WalLayout.live(table), before, counts);
            if (counts.young == 0) {
                warehouse.store().delete(List.of(WalLayout.committer(table), WalLayout.maintainer(table), WalLayout.statements(table)));
                warehouse.store().delete(List.of(WalLayout.upkeep(table)));
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot delete what table %s left: %s".formatted(status.name(), e.getMessage()), e);
        }
        return new Collected(status, counts.deleted, counts.bytes, counts.young);
    }

    private static final class Counts
    {
        private long deleted;
        private long bytes;
        private long young;
    }

    private void delete(ObjectKey folder, Instant before, Counts counts)
            throws IOException
    {
        Optional<ObjectKey> last = Optional.empty();
        while (true) {
            ListPage page = warehouse.store().list(folder, last, ObjectStore.LIST_COUNT_MAX);
            List<ObjectHead> old = page.objects().stream().filter(object -> object.lastModified().isBefore(before)).toList();
            if (!old.isEmpty()) {
                warehouse.store().delete(old.stream().map(ObjectHead::key).toList());
            }
            counts.deleted += old.size();
            counts.bytes += old.stream().mapToLong(ObjectHead::size).sum();
            counts.young += page.objects().size() - old.size();
            if (!page.truncated()) {
                return;
            }
            last = Optional.of(page.objects().get(page.objects().size() - 1).key());
        }
    }
}

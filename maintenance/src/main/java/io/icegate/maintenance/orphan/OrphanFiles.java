package io.icegate.maintenance.orphan;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.WalLayout;
import io.icegate.wal.collect.SettledSegments;
import io.icegate.wal.registry.WriterRegistry;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

import static java.util.Objects.requireNonNull;

/**
 * Finds and deletes files of a table that no snapshot of it needs: in its folder, which belongs to the table alone, and among its
 * segments. Left alone is what is younger than {@link #AGE_MIN} by the store's clock, because a commit may still come for it,
 * metadata files, which the catalog collects, segments that are not {@linkplain SettledSegments settled}, and everything that is
 * not named like a file of a table.
 */
public final class OrphanFiles
{
    /**
     * Longer than any statement runs.
     */
    public static final Duration AGE_MIN = Duration.ofDays(3);
    /**
     * Orphans of one plan.
     */
    private static final int FILES_MAX = 50_000;
    private static final Set<String> EXTENSIONS = Set.of("parquet", "orc", "avro", "puffin", "stats");

    private final Warehouse warehouse;
    private final WriterRegistry registry;

    public OrphanFiles(Warehouse warehouse)
    {
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.registry = new WriterRegistry(warehouse.store());
    }

    /**
     * Looks, and changes nothing. Refreshes the table.
     *
     * @param storeNow by the store's clock, before this call
     * @throws UncheckedIOException when the store did not answer
     * @throws io.icegate.wal.WalException when it did not tell the writers
     */
    public OrphanPlan plan(Table table, Instant storeNow)
    {
        Optional<ObjectKey> folder = warehouse.key(table.location());
        if (folder.isEmpty()) {
            return new OrphanPlan(List.of(), true); // another store, which this one cannot list
        }
        table.refresh();
        TableMetadata metadata = ((HasTableOperations) table).operations().current();
        SettledSegments settled = SettledSegments.of(metadata, registry.list());
        ReachableNames needed = ReachableNames.of(table);
        Instant before = storeNow.minus(AGE_MIN);
        Predicate<ObjectHead> orphan = object -> object.lastModified().isBefore(before) && !needed.contains(object.key().value());
        List<ObjectHead> orphans = new ArrayList<>();
        boolean complete = find(folder.orElseThrow(), orphan.and(object -> isFileOfTable(object.key().name())), orphans)
                && find(WalLayout.table(table.uuid()), orphan.and(settled::contains), orphans);
        return new OrphanPlan(orphans, complete);
    }

    /**
     * @return false when there may be more
     */
    private boolean find(ObjectKey folder, Predicate<ObjectHead> orphan, List<ObjectHead> orphans)
    {
        Optional<ObjectKey> last = Optional.empty();
        while (true) {
            ListPage page = list(folder, last);
            page.objects().stream().filter(orphan).forEach(orphans::add);
            if (!page.truncated() || orphans.size() >= FILES_MAX) {
                return !page.truncated();
            }
            last = Optional.of(page.objects().get(page.objects().size() - 1).key());
        }
    }

    /**
     * Deletes what was found.
     *
     * @throws UncheckedIOException when the store did not answer; some may be gone
     */
    public void delete(OrphanPlan plan)
    {
        try {
            for (int from = 0; from < plan.files().size(); from += ObjectStore.LIST_COUNT_MAX) {
                List<ObjectHead> portion = plan.files().subList(from, Math.min(plan.files().size(), from + ObjectStore.LIST_COUNT_MAX));
                warehouse.store().delete(portion.stream().map(ObjectHead::key).toList());
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot delete %s orphans: %s".formatted(plan.files().size(), e.getMessage()), e);
        }
    }

    private ListPage list(ObjectKey folder, Optional<ObjectKey> last)
    {
        try {
            return warehouse.store().list(folder, last, ObjectStore.LIST_COUNT_MAX);
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot list %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private static boolean isFileOfTable(String name)
    {
        return EXTENSIONS.contains(name.substring(name.lastIndexOf('.') + 1));
    }
}

package io.icegate.maintenance.upkeep;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.StoredObject;
import io.icegate.wal.WalLayout;
import org.apache.iceberg.catalog.TableIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * Stores what maintenance did. The last writer wins, and what two did at once may be told by one of them only: nothing is decided
 * by it but when to look again.
 */
public final class UpkeepStatuses
{
    private static final Logger log = LoggerFactory.getLogger(UpkeepStatuses.class);

    private final ObjectStore store;

    public UpkeepStatuses(ObjectStore store)
    {
        this.store = requireNonNull(store, "store is null");
    }

    /**
     * Empty when nothing is stored, or nothing that this version reads.
     *
     * @throws UncheckedIOException when the store did not answer
     */
    public Optional<UpkeepStatus> read(UUID table)
    {
        ObjectKey key = WalLayout.upkeep(table);
        try {
            Optional<StoredObject> stored = store.get(key);
            return stored.map(object -> UpkeepStatusParser.fromJson(object.content())).filter(status -> status.table().equals(table));
        }
        catch (IllegalArgumentException e) {
            log.warn("Cannot read {}, what was done before is not known: {}", key, e.getMessage());
            return Optional.empty();
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot read %s: %s".formatted(key, e.getMessage()), e);
        }
    }

    /**
     * What was done last to a table, the oldest first.
     *
     * @param name to tell it by
     * @throws UncheckedIOException when the store did not answer
     */
    public List<TableAction> actions(TableIdentifier name, UUID table)
    {
        return read(table).map(UpkeepStatus::actions).orElse(List.of()).stream().map(action -> new TableAction(name, action)).toList();
    }

    /**
     * @throws UncheckedIOException when the store did not answer
     */
    void write(UpkeepStatus status)
    {
        ObjectKey key = WalLayout.upkeep(status.table());
        try {
            store.put(key, UpkeepStatusParser.toJson(status));
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot write %s: %s".formatted(key, e.getMessage()), e);
        }
    }

    /**
     * The tables that something is stored of.
     *
     * @throws UncheckedIOException when the store did not answer
     */
    public List<UUID> tables()
    {
        List<UUID> tables = new ArrayList<>();
        Optional<ObjectKey> last = Optional.empty();
        try {
            while (true) {
                ListPage page = store.list(WalLayout.UPKEEP, last, ObjectStore.LIST_COUNT_MAX);
                page.objects().stream().map(ObjectHead::key).flatMap(key -> table(key).stream()).forEach(tables::add);
                if (!page.truncated()) {
                    return tables;
                }
                last = Optional.of(page.objects().get(page.objects().size() - 1).key());
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot list %s: %s".formatted(WalLayout.UPKEEP, e.getMessage()), e);
        }
    }

    private static Optional<UUID> table(ObjectKey key)
    {
        try {
            UUID table = UUID.fromString(key.name().replaceFirst("\\.json$", ""));
            return Optional.of(table).filter(found -> WalLayout.upkeep(found).equals(key));
        }
        catch (IllegalArgumentException e) {
            return Optional.empty(); // somebody else's
        }
    }
}

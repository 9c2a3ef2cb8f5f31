package io.icegate.receiver.commit;

import io.airlift.log.Logger;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.collect.CollectResult;
import io.icegate.wal.collect.WalCollector;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Removes what WAL and catalog log no longer need, every now and then. A round that fails is repeated by a later one, here or elsewhere.
 */
final class CollectRounds
{
    static final Duration INTERVAL = Duration.ofMinutes(10);
    private static final Logger log = Logger.get(CollectRounds.class);

    private final OpenWarehouse warehouse;
    private final WalCollector collector;
    private final LongSupplier nanoTime;
    private long nextNanos;

    CollectRounds(OpenWarehouse warehouse)
    {
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        ObjectStore store = warehouse.warehouse().store();
        this.collector = new WalCollector(store);
        this.nanoTime = warehouse.environment().nanoTime();
        this.nextNanos = nanoTime.getAsLong();
    }

    /**
     * Collects when it is time to.
     *
     * @param tables that this process commits
     */
    void runIfDue(Set<UUID> tables)
    {
        if (tables.isEmpty() || nanoTime.getAsLong() - nextNanos < 0) {
            return;
        }
        nextNanos = nanoTime.getAsLong() + INTERVAL.toNanos();
        try {
            CollectResult result = collector.collect(tables, this::metadata);
            long records = warehouse.catalog().collectLog();
            if (!result.isEmpty() || records > 0) {
                log.info("collected writers=%s objects=%s catalog=%s", result.writers(), result.objects(), records);
            }
        }
        catch (RuntimeException e) {
            log.warn("Cannot collect what WAL and catalog no longer need, a later round will: %s", e.getMessage());
        }
    }

    private Optional<TableMetadata> metadata(UUID uuid)
    {
        Optional<TableIdentifier> name = warehouse.catalog().state().tableByUuid(uuid);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        Table table = warehouse.catalog().loadTable(name.orElseThrow());
        if (!table.uuid().equals(uuid)) {
            throw new IllegalStateException("table %s was replaced meanwhile".formatted(name.orElseThrow()));
        }
        return Optional.of(((HasTableOperations) table).operations().current());
    }
}

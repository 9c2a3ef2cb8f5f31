package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.expire.ExpirationPolicy;
import io.icegate.maintenance.expire.SnapshotExpiration;
import io.icegate.maintenance.merge.MergePlanner;
import io.icegate.maintenance.merge.MergePolicy;
import io.icegate.maintenance.merge.MergeSettings;
import io.icegate.maintenance.merge.NativeMerge;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.WalLayout;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.lease.WorkLease;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * Keeps the tables of a warehouse that take segments in order: {@link #round} all of them, again and again, {@link #keep} one of
 * them because somebody asked. Other tables have other owners. Any number of processes may do this at once: leases share the
 * tables among them, and what two do at once by chance is decided by the commits. Used by one thread.
 */
public final class Maintenance
        implements AutoCloseable
{
    /**
     * After which another process looks after the tables of one that died.
     */
    private static final Duration LEASE_TIME = Duration.ofMinutes(5);

    private final Catalog catalog;
    private final Warehouse warehouse;
    private final UpkeepSettings settings;
    private final InstantSource clock;
    private final Consumer<UpkeepAction> actions;
    private final MergePlanner planner;
    private final NativeMerge merge;
    private final SnapshotExpiration expiration;
    private final String holder;
    private final Map<UUID, WorkLease> leases = new HashMap<>();

    private Maintenance(Catalog catalog, Warehouse warehouse, UpkeepSettings settings, NativeMerge merge, String holder, InstantSource clock, Consumer<UpkeepAction> actions)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.actions = requireNonNull(actions, "actions is null");
        this.planner = new MergePlanner(MergePolicy.DEFAULT);
        this.merge = requireNonNull(merge, "merge is null");
        this.expiration = new SnapshotExpiration(ExpirationPolicy.DEFAULT, clock);
        this.holder = requireNonNull(holder, "holder is null");
    }

    /**
     * Makes no request yet.
     *
     * @param catalog of the warehouse; stays the caller's to close, as the warehouse does
     * @param scratch an existing folder on the local disk, for copies of what is being merged
     * @param random never repeats itself among processes
     * @param actions is told of everything that is done, when it is done
     */
    public static Maintenance open(Catalog catalog, Warehouse warehouse, Path scratch, RandomGenerator random, InstantSource clock, Consumer<UpkeepAction> actions)
    {
        NativeMerge merge = new NativeMerge(MergeSettings.DEFAULT, scratch, random);
        return new Maintenance(catalog, warehouse, UpkeepSettings.DEFAULT, merge, "%016x".formatted(random.nextLong()), clock, actions);
    }

    /**
     * How much a round may do, and how far apart they should begin.
     */
    public UpkeepSettings settings()
    {
        return settings;
    }

    /**
     * Does what is due now, in the tables whose lease this process gets. A table that fails is told and stops no other.
     *
     * @param goesOn false ends the round after the running action
     * @throws RuntimeException when the catalog cannot list its tables
     */
    public void round(BooleanSupplier goesOn)
    {
        List<TableIdentifier> names = new ArrayList<>();
        if (catalog instanceof SupportsNamespaces namespaces) {
            addTables(namespaces, Namespace.empty(), names);
        }
        upkeep(actions).round(() -> names.stream().flatMap(name -> load(name).stream()).iterator(), this::holdsLease, goesOn);
    }

    /**
     * Does what is due now in one table, whoever holds its lease. Refreshes the table.
     *
     * @return what was done and what failed, in order; nothing when nothing is due
     */
    public List<UpkeepAction> keep(Table table, BooleanSupplier goesOn)
    {
        table.refresh();
        List<UpkeepAction> told = new ArrayList<>();
        upkeep(actions.andThen(told::add)).round(List.of(table), _table -> true, goesOn);
        return told;
    }

    private Upkeep upkeep(Consumer<UpkeepAction> told)
    {
        return new Upkeep(planner, merge, expiration, settings, clock, told);
    }

    private void addTables(SupportsNamespaces namespaces, Namespace outer, List<TableIdentifier> names)
    {
        for (Namespace namespace : namespaces.listNamespaces(outer)) {
            try {
                names.addAll(catalog.listTables(namespace));
                addTables(namespaces, namespace, names);
            }
            catch (NoSuchNamespaceException e) {
                // dropped meanwhile; the next round sees what is left
            }
        }
    }

    private Optional<Table> load(TableIdentifier name)
    {
        try {
            Table table = catalog.loadTable(name);
            return Optional.of(table).filter(loaded -> EngineWal.isWalTable(loaded.properties()));
        }
        catch (NoSuchTableException e) {
            return Optional.empty(); // dropped meanwhile
        }
        catch (RuntimeException e) {
            actions.accept(new UpkeepAction(clock.instant(), Duration.ZERO, name.toString(), "load", false, "look", e.getMessage() == null ? e.toString() : e.getMessage()));
            return Optional.empty();
        }
    }

    private boolean holdsLease(Table table)
    {
        return leases.computeIfAbsent(table.uuid(), uuid -> new WorkLease(warehouse.store(), WalLayout.maintainer(uuid), holder, LEASE_TIME, clock)).tryHold();
    }

    /**
     * Gives the tables to other processes.
     */
    @Override
    public void close()
    {
        leases.values().forEach(WorkLease::release);
        leases.clear();
    }
}

package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.expire.ExpirationPolicy;
import io.icegate.maintenance.expire.SnapshotExpiration;
import io.icegate.maintenance.merge.MergePlanner;
import io.icegate.maintenance.merge.MergePolicy;
import io.icegate.maintenance.merge.MergeSettings;
import io.icegate.maintenance.merge.NativeMerge;
import io.icegate.maintenance.orphan.OrphanFiles;
import io.icegate.maintenance.orphan.OrphanPlan;
import io.icegate.maintenance.statistics.TableStatistics;
import io.icegate.objectstore.ClockComparison;
import io.icegate.objectstore.Sleeper;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalLayout;
import io.icegate.wal.copies.CopyFolder;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.lease.StatementHold;
import io.icegate.wal.lease.WorkLease;
import io.icegate.wal.registry.BoundedMap;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
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
     * After which another process looks after the tables of one that died. The same one, started again, does at once.
     */
    private static final Duration LEASE_TIME = Duration.ofMinutes(5);

    /**
     * Between two looks for orphans in a table.
     */
    private static final Duration ORPHANS_INTERVAL = Duration.ofDays(7);
    private static final Duration DROPPED_INTERVAL = Duration.ofHours(1);
    /**
     * Tables whose status is remembered.
     */
    private static final int TABLES_MAX = 10_000;

    private final Catalog catalog;
    private final Warehouse warehouse;
    private final UpkeepSettings settings;
    private final RandomGenerator random;
    private final InstantSource clock;
    private final UpkeepListener listener;
    private final List<UpkeepAction> told = new ArrayList<>(); // since the table was begun
    private final NativeMerge merge;
    private final ScratchFolder scratch;
    private final StatementHold statements;
    private final Optional<RewriteExecutor> engine;
    private final Upkeep upkeep;
    private final OrphanFiles orphans;
    private final UpkeepStatuses statuses;
    private final Path folder;
    private final Map<UUID, WorkLease> leases = new HashMap<>();
    private final Map<UUID, UpkeepStatus> known = BoundedMap.create(TABLES_MAX);
    private Instant droppedLooked = Instant.MIN;
    private Optional<HolderFile> holder = Optional.empty(); // once this takes part in rounds
    private int rounds;

    private Maintenance(Catalog catalog, Warehouse warehouse, UpkeepSettings settings, Path scratch, RandomGenerator random, InstantSource clock, UpkeepListener listener, Optional<RewriteExecutor> engine)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.engine = requireNonNull(engine, "engine is null");
        this.listener = new Told(requireNonNull(listener, "listener is null"));
        this.merge = new NativeMerge(MergeSettings.DEFAULT, scratch, random, settings.copies().map(folder -> new CopyFolder(warehouse, folder)));
        this.scratch = new ScratchFolder(scratch);
        WalEnvironment environment = new WalEnvironment(Runnable::run, clock, System::nanoTime, Sleeper.system(), random);
        EngineWal wal = new EngineWal(warehouse, new ParquetSegmentCodec(), environment, EngineWal.Limits.DEFAULT);
        this.statements = new StatementHold(warehouse.store(), clock);
        this.random = random;
        this.upkeep = newUpkeep(TableStatistics.INTERVAL, new Upkeep.Courtesy(WorkShare.ofThisProcess(settings.cpuShare()), Optional.of(new CommitLag(wal, clock)), Optional.of(statements)));
        this.orphans = new OrphanFiles(warehouse);
        this.statuses = new UpkeepStatuses(warehouse.store());
        this.folder = scratch;
    }

    /**
     * Keeps what is told for the status of the table.
     */
    private final class Told
            implements UpkeepListener
    {
        private final UpkeepListener listener;

        private Told(UpkeepListener listener)
        {
            this.listener = listener;
        }

        @Override
        public void did(UpkeepAction action)
        {
            listener.did(action);
            told.add(action);
        }

        @Override
        public void unmerged(String table, Duration lag)
        {
            listener.unmerged(table, lag);
        }
    }

    private Upkeep newUpkeep(Duration statisticsInterval, Upkeep.Courtesy courtesy)
    {
        return new Upkeep(
                new MergePlanner(MergePolicy.DEFAULT),
                merge,
                new SnapshotExpiration(ExpirationPolicy.DEFAULT, clock),
                new TableStatistics(statisticsInterval, random, clock),
                settings,
                clock,
                listener,
                courtesy,
                engine);
    }

    /**
     * Makes no request yet.
     *
     * @param catalog of the warehouse; stays the caller's to close, as the warehouse does
     * @param scratch an existing folder on the local disk, for copies of what is being merged and for the name of this process
     * @param random never repeats itself among processes
     * @param listener is told of everything that is done, when it is done
     */
    public static Maintenance open(Catalog catalog, Warehouse warehouse, Path scratch, RandomGenerator random, InstantSource clock, UpkeepListener listener)
    {
        return open(catalog, warehouse, UpkeepSettings.DEFAULT, scratch, random, clock, listener, Optional.empty());
    }

    /**
     * As above.
     *
     * @param engine merges what is refused here; empty when nobody does
     */
    public static Maintenance open(Catalog catalog, Warehouse warehouse, UpkeepSettings settings, Path scratch, RandomGenerator random, InstantSource clock, UpkeepListener listener, Optional<RewriteExecutor> engine)
    {
        return new Maintenance(catalog, warehouse, settings, scratch, random, clock, listener, engine);
    }

    /**
     * Does what is due now, in the tables whose lease this process gets. A table that fails is told and stops no other.
     *
     * @param goesOn false ends the round after the running action
     * @throws RuntimeException when the catalog cannot list its tables
     */
    public void round(BooleanSupplier goesOn)
    {
        if (rounds == 0) {
            scratch.clean(clock.instant());
        }
        List<TableIdentifier> names = new ArrayList<>();
        if (catalog instanceof SupportsNamespaces namespaces) {
            addTables(namespaces, Namespace.empty(), names);
        }
        if (!names.isEmpty()) {
            // each table comes first in its turn, so that the budget reaches all of them
            Collections.rotate(names, -(rounds % names.size()));
        }
        rounds++;
        long budget = settings.bytesPerRound();
        for (TableIdentifier name : names) {
            if (!goesOn.getAsBoolean()) {
                return;
            }
            Optional<Table> table = load(name).filter(this::holdsLease);
            if (table.isPresent()) {
                budget -= keep(upkeep, table.orElseThrow(), budget, goesOn);
            }
        }
    }

    /**
     * Does what is due now in one table, whoever holds its lease. Refreshes the table.
     *
     * @return what was done and what failed, in order; nothing when nothing is due
     */
    public List<UpkeepAction> keep(Table table, BooleanSupplier goesOn)
    {
        table.refresh();
        // one that remembers nothing and waits for no ingest, because somebody asked now; a statement that runs would still fail
        keep(newUpkeep(Duration.ZERO, new Upkeep.Courtesy(WorkShare.all(), Optional.empty(), Optional.of(statements))), table, settings.bytesPerRound(), goesOn);
        return List.copyOf(told);
    }

    private long keep(Upkeep with, Table table, long bytesMax, BooleanSupplier goesOn)
    {
        told.clear();
        long merged = with.keep(table, bytesMax, goesOn);
        try {
            UpkeepStatus before = status(table);
            UpkeepStatus after = before.seen(table);
            if (goesOn.getAsBoolean()) {
                after = deleteOrphans(table, after);
            }
            after = after.withActions(told);
            if (!after.equals(before)) {
                statuses.write(after);
            }
            known.put(table.uuid(), after);
        }
        catch (RuntimeException e) {
            known.remove(table.uuid());
            tell(clock.instant(), table.name(), "status", false, "what was done", message(e));
        }
        return merged;
    }

    private UpkeepStatus status(Table table)
    {
        UpkeepStatus remembered = known.get(table.uuid());
        return remembered == null ? statuses.read(table.uuid()).orElseGet(() -> UpkeepStatus.of(table)) : remembered;
    }

    private UpkeepStatus deleteOrphans(Table table, UpkeepStatus status)
    {
        Instant started = clock.instant();
        if (status.orphansLooked().filter(looked -> looked.plus(ORPHANS_INTERVAL).isAfter(started) && !looked.isAfter(started)).isPresent()) {
            return status;
        }
        try {
            OrphanPlan plan = orphans.plan(table, storeTime());
            if (!plan.files().isEmpty()) {
                orphans.delete(plan);
                tellDeleted(started, table.name(), "orphans", "no snapshot needs them", "files", plan.files().size(), plan.bytes());
            }
            return plan.complete() ? status.withOrphansLooked(started) : status;
        }
        catch (RuntimeException e) {
            tell(started, table.name(), "orphans", false, "look", message(e));
            return status;
        }
    }

    /**
     * Looks, once an hour, for tables that were dropped, and deletes what those left whose retention is over. Finds what was kept in
     * order before.
     */
    public void collectDropped(KnownTables catalogTables, BooleanSupplier goesOn)
    {
        Instant started = clock.instant();
        if (droppedLooked.plus(DROPPED_INTERVAL).isAfter(started)) {
            return;
        }
        droppedLooked = started;
        DroppedTables dropped = new DroppedTables(warehouse, statuses);
        Instant storeNow = storeTime();
        for (UUID table : statuses.tables()) {
            if (!goesOn.getAsBoolean()) {
                return;
            }
            try {
                dropped.collect(table, catalogTables, storeNow).filter(collected -> collected.objects() > 0).ifPresent(collected ->
                        tellDeleted(started, collected.table().name(), "drop", "dropped for %s days".formatted(DroppedTables.RETENTION.toDays()), "objects", collected.objects(), collected.bytes()));
            }
            catch (RuntimeException e) {
                tell(started, table.toString(), "drop", false, "look", message(e));
            }
        }
    }

    /**
     * The time by which the store tells the age of its objects.
     */
    private Instant storeTime()
    {
        try {
            return ClockComparison.probe(warehouse.store(), clock).store();
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot ask the store for its time: " + e.getMessage(), e);
        }
    }

    private void tellDeleted(Instant started, String table, String kind, String reason, String what, long count, long bytes)
    {
        String result = "DELETED %s %s, %s bytes".formatted(count, what, bytes);
        listener.did(new UpkeepAction(started, Duration.between(started, clock.instant()), table, kind, true, reason, result, UpkeepWork.deleted(count, bytes, 0)));
    }

    private void tell(Instant started, String table, String kind, boolean succeeded, String reason, String result)
    {
        listener.did(new UpkeepAction(started, Duration.between(started, clock.instant()), table, kind, succeeded, reason, result));
    }

    private static String message(RuntimeException failure)
    {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private void addTables(SupportsNamespaces namespaces, Namespace namespace, List<TableIdentifier> names)
    {
        try {
            names.addAll(catalog.listTables(namespace));
            for (Namespace inner : namespaces.listNamespaces(namespace)) {
                addTables(namespaces, inner, names);
            }
        }
        catch (NoSuchNamespaceException e) {
            // dropped meanwhile; the next round sees what is left
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
            tell(clock.instant(), name.toString(), "load", false, "look", message(e));
            return Optional.empty();
        }
    }

    private boolean holdsLease(Table table)
    {
        HolderFile file = holder.orElseGet(() -> HolderFile.open(folder, random));
        holder = Optional.of(file);
        return leases.computeIfAbsent(table.uuid(), uuid -> new WorkLease(warehouse.store(), WalLayout.maintainer(uuid), file.holder(), LEASE_TIME, clock)).tryHold();
    }

    /**
     * Gives the tables to other processes.
     */
    @Override
    public void close()
    {
        leases.values().forEach(WorkLease::release);
        leases.clear();
        holder.ifPresent(HolderFile::close);
        holder = Optional.empty();
    }
}

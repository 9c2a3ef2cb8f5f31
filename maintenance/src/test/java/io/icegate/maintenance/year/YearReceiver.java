package io.icegate.maintenance.year;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.maintenance.year.RequestLedger.Action;
import io.icegate.objectstore.ObjectStore;
import io.icegate.schema.Signal;
import io.icegate.schema.TableShape;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.collect.WalCollector;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.copies.SegmentCopies;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.lease.WorkLease;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.table.TableBootstrap;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import io.icegate.wal.writer.WriterOptions;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import static java.util.Objects.requireNonNull;

/**
 * One start of a receiver: a writer for each table, and rounds that follow the tables, commit when it is this process's turn
 * and collect, as the receiver's commit loop does. A process that dies is one that is not asked any more.
 */
final class YearReceiver
        implements AutoCloseable
{
    private static final Logger log = LoggerFactory.getLogger(YearReceiver.class);
    static final Namespace NAMESPACE = Namespace.of("otel");
    private static final Duration LEASE_MARGIN = Duration.ofSeconds(2);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int COMMITS_MAX = 20;
    private static final long COPIES_BYTES = 64L << 20;
    private static final int SKEW_MILLIS_MAX = 40_000;

    private final YearWarehouse year;
    private final Settings settings;
    private final Duration[] skew;
    private final InstantSource clock;
    private final ObjectStore store;
    private final ObjectStoreCatalog catalog;
    private final EngineWal wal;
    private final WalCollector collector;
    private final String holder;
    private final Map<String, Open> open = new HashMap<>();
    private final Map<UUID, WorkLease> leases = new HashMap<>();
    private final Set<UUID> committed = new HashSet<>();
    private final Map<UUID, Followed> followed = new HashMap<>();
    private final Map<UUID, Loaded> loaded = new HashMap<>();

    /**
     * What a negative control leaves out.
     *
     * @param tables that are written to
     * @param commitInterval the lease lasts for two of them and a little more
     * @param skewMillisMax of the clock of this process, either way
     * @param copies folder for copies of segments; empty when upkeep runs on another machine
     */
    record Settings(List<String> tables, boolean leases, boolean seals, Duration commitInterval, int skewMillisMax, Optional<Path> copies)
    {
        Settings
        {
            tables = List.copyOf(tables);
        }

        Settings(List<String> tables, boolean leases, boolean seals)
        {
            this(tables, leases, seals, Duration.ofSeconds(10), SKEW_MILLIS_MAX, Optional.empty());
        }
    }

    /**
     * A writer of a table, with its loop of heartbeats, which does one beat each time it is run.
     */
    private record Open(Table table, WalWriter writer, WalLane lane, SegmentEncoder encoder, Runnable beat) {}

    /**
     * Where a table was when the catalog was asked last.
     */
    private record Followed(TableIdentifier name, String metadataLocation) {}

    private record Loaded(TableIdentifier name, Table table) {}

    YearReceiver(YearWarehouse year, Settings settings)
    {
        this.year = year;
        this.settings = settings;
        this.skew = new Duration[] {Duration.ofMillis(year.random.nextInt(Math.max(1, 2 * settings.skewMillisMax())) - settings.skewMillisMax())};
        this.clock = year.skewed(skew);
        this.store = settings.copies().map(folder -> copying(folder, year.warehouse.store())).orElse(year.warehouse.store());
        this.catalog = year.catalog(year.warehouse, clock);
        WalEnvironment environment = year.environment(clock, Runnable::run);
        this.wal = new EngineWal(year.warehouse, new ParquetSegmentCodec(), environment, year.limits);
        this.collector = new WalCollector(year.warehouse.store());
        this.holder = WriterId.random(clock.instant(), year.random).toString();
    }

    private static ObjectStore copying(Path folder, ObjectStore store)
    {
        try {
            return SegmentCopies.open(folder, COPIES_BYTES, Runnable::run).around(store);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Moves the clock of this process a little, within the minute that is allowed.
     */
    void drift()
    {
        long millis = skew[0].toMillis() + year.random.nextInt(2_001) - 1_000;
        skew[0] = Duration.ofMillis(Math.max(-settings.skewMillisMax(), Math.min(settings.skewMillisMax(), millis)));
    }

    void look()
    {
        catalog.state();
    }

    void beat()
    {
        open.values().forEach(each -> year.requests.count(Action.HEARTBEAT, each.beat()));
    }

    /**
     * Writes one segment.
     *
     * @return the segment that holds the rows; empty when the writer has ended or was never opened
     */
    Optional<SegmentKey> append(String table, YearRows rows)
    {
        Open target = open.get(table);
        if (target == null || target.writer().end().isPresent()) {
            return Optional.empty();
        }
        CompletableFuture<SegmentFooter> durable;
        try {
            durable = target.lane().append(header -> target.encoder().encode(header, target.lane().earlier(), target.table().schema().schemaId(), target.table().schema(), List.of(rows.admitted(clock.instant()))));
        }
        catch (WalException e) {
            return Optional.empty();
        }
        return durable.isDone() && !durable.isCompletedExceptionally() ? Optional.of(durable.join().header().key()) : Optional.empty();
    }

    /**
     * Opens tables, ends writers of tables that were dropped or replaced, and commits in turn.
     *
     * @param all false to look at the first table only
     */
    void round(boolean all)
    {
        round(all, true);
    }

    /**
     * As above.
     *
     * @param commits false when no commit is due
     */
    void round(boolean all, boolean commits)
    {
        committed.clear();
        for (String name : all ? settings.tables() : settings.tables().subList(0, 1)) {
            year.requests.count(Action.FOLLOW, () -> follow(name));
            Open current = open.get(name);
            if (commits && current != null && takesTurn(current.table().uuid())) {
                commit(current.table().uuid());
            }
        }
    }

    private void follow(String name)
    {
        TableIdentifier identifier = TableIdentifier.of(NAMESPACE, name);
        Open current = open.get(name);
        if (current != null) {
            CatalogState state = catalog.state();
            Optional<TableIdentifier> present = state.tableByUuid(current.table().uuid());
            Optional<UUID> named = state.object(identifier).map(CatalogObject::uuid);
            followed.remove(current.table().uuid());
            present.ifPresent(now -> followed.put(current.table().uuid(), new Followed(now, state.object(now).orElseThrow().metadataLocation())));
            if (current.writer().end().isEmpty() && present.isPresent() && (named.isEmpty() || named.orElseThrow().equals(current.table().uuid()))) {
                return;
            }
            if (present.isPresent() && current.writer().end().isEmpty()) {
                current.writer().close();
                wal.commit(catalog.loadTable(present.orElseThrow()), CommitOptions.DEFAULT);
            }
            current.writer().end().ifPresent(end -> log.info("writer of {} ended: {}", name, end.getMessage()));
            open.remove(name);
        }
        open(name);
    }

    /**
     * A table of log records by another name.
     */
    static TableShape shape(String name)
    {
        TableShape logs = Signal.LOGS.shape();
        return new TableShape(name, logs.columns(), logs.partitions(), logs.sortColumns(), logs.properties());
    }

    private void open(String name)
    {
        TableShape shape = shape(name);
        Table table = TableBootstrap.createOrUpdate(catalog, NAMESPACE, shape);
        RegistryEntry entry = new RegistryEntry(WriterId.random(clock.instant(), year.random), clock.instant(), "host", "build", Set.of(table.uuid()));
        @Nullable Runnable[] beat = new Runnable[1];
        WalWriter writer = WalWriter.open(store, entry, wal.footers(), WriterOptions.DEFAULT, year.environment(clock, task -> {
            if (beat[0] == null) {
                beat[0] = task; // the first task of a writer
            }
            else {
                task.run();
            }
        }));
        WalLane lane = writer.lane(table.uuid(), header -> new ParquetSegmentCodec().encodeSeal(header, table.schema().schemaId(), table.schema()));
        followed.put(table.uuid(), new Followed(TableIdentifier.of(NAMESPACE, name), "")); // nowhere yet
        open.put(name, new Open(table, writer, lane, new SegmentEncoder(shape), () -> {
            Runnable loop = beat[0];
            if (loop != null) {
                loop.run();
            }
        }));
    }

    private boolean takesTurn(UUID table)
    {
        WorkLease lease = leases.computeIfAbsent(table, uuid -> new WorkLease(year.warehouse.store(), WalLayout.committer(uuid), holder, settings.commitInterval().multipliedBy(2).plus(LEASE_MARGIN), clock));
        boolean[] held = {true};
        year.requests.count(Action.LEASE, () -> held[0] = lease.tryHold());
        return held[0] || !settings.leases();
    }

    private void commit(UUID uuid)
    {
        committed.add(uuid);
        CommitOptions options = new CommitOptions(CommitOptions.SEGMENTS_MAX, settings.seals());
        boolean done = false;
        for (int attempt = 0; attempt < COMMITS_MAX && !done; attempt++) {
            boolean[] complete = {false};
            year.requests.count(Action.COMMIT, () -> complete[0] = wal.commit(load(uuid), options).isComplete());
            done = complete[0];
            year.clock.advance(RETRY);
        }
    }

    /**
     * As this process left it, unless others changed it.
     */
    private Table load(UUID uuid)
    {
        Followed newest = requireNonNull(followed.get(uuid), "table was not followed");
        Loaded before = loaded.get(uuid);
        if (before != null && before.name().equals(newest.name()) && newest.metadataLocation().equals(((HasTableOperations) before.table()).operations().current().metadataFileLocation())) {
            return before.table();
        }
        Table table = catalog.loadTable(newest.name());
        loaded.put(uuid, new Loaded(newest.name(), table));
        return table;
    }

    /**
     * What this process removes every ten minutes, for the tables that it commits.
     */
    void collect()
    {
        if (!committed.isEmpty()) {
            collector.collect(Set.copyOf(committed), this::metadata);
            catalog.collectLog();
        }
    }

    private Optional<TableMetadata> metadata(UUID uuid)
    {
        return catalog.state().tableByUuid(uuid)
                .map(catalog::loadTable)
                .map(table -> ((HasTableOperations) table).operations().current());
    }

    /**
     * Ends as SIGTERM ends a receiver: writers seal, the lease is free.
     */
    void stop()
    {
        open.values().stream().filter(each -> each.writer().end().isEmpty()).forEach(each -> each.writer().close());
        leases.values().forEach(WorkLease::release);
    }

    @Override
    public void close()
            throws IOException
    {
        catalog.close();
    }
}

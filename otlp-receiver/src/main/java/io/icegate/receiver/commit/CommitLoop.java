package io.icegate.receiver.commit;

import io.airlift.log.Logger;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.ingest.BatchIds;
import io.icegate.receiver.ingest.IngestConfig;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.ingest.Lane;
import io.icegate.receiver.ingest.LogsIngest;
import io.icegate.receiver.ingest.RecentBatches;
import io.icegate.receiver.ingest.SegmentFormat;
import io.icegate.receiver.ingest.SegmentSink;
import io.icegate.receiver.ingest.WindowPolicy;
import io.icegate.schema.Signal;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.commit.CommitResult;
import io.icegate.wal.commit.WalCommitter;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveSegments;
import io.icegate.wal.read.RunEnd;
import io.icegate.wal.read.WalListing;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.wal.table.TableBootstrap;
import io.icegate.wal.writer.WalFormat;
import io.icegate.wal.writer.WalWriter;
import io.icegate.wal.writer.WriterOptions;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import static java.lang.Math.toIntExact;
import static java.util.Objects.requireNonNull;

/**
 * Keeps the receiver pointed at its table and commits what waits. In every round:
 * <ol>
 * <li>The table that the lane writes to is looked up by its UUID, so a rename is followed. When it is gone, or its name
 * leads to another table now, the lane is closed at once and a new writer is registered for the table of that name, which
 * is created if there is none. No request is acknowledged into a table that the catalog has not known for longer than an
 * interval.
 * <li>A writer that ended (fenced, or the store refused it for long) is replaced by a new one.
 * <li>What waits in the table's WAL, of every writer, is committed, and silent writers are sealed.
 * </ol>
 * A round that fails changes nothing and is repeated: the segments stay where they are, and any other committer may be
 * faster.
 */
public final class CommitLoop
{
    private static final Logger log = Logger.get(CommitLoop.class);
    private static final String CATALOG_NAME = "icegate";
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(20);
    /**
     * Without an answer of the catalog for this long nothing is acknowledged any more: the table may be gone.
     */
    private static final Duration UNSEEN_MAX = Duration.ofSeconds(60);
    private static final int COMMITS_PER_ROUND_MAX = 100;
    private static final int RECENT_BATCHES_MAX = 1_000_000;
    private static final int RECENT_BATCH_HEAP_BYTES = 2_048;

    private final Warehouse warehouse;
    private final ObjectStoreCatalog catalog;
    private final TableIdentifier name;
    private final Settings settings;
    private final RequestDecoder decoder;
    private final LogsIngest ingest;
    private final IngestMetrics ingestMetrics;
    private final CommitMetrics metrics;
    private final WalEnvironment environment;
    private final FooterCache footers;
    private final WalCommitter committer;
    private final WalListing listing;
    private final BatchIds ids;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean roundWanted;
    private boolean stopping;
    private volatile @Nullable Thread thread;
    private volatile @Nullable WriterSession session;
    private @Nullable RecentBatches recent;
    private @Nullable UUID recentTable;
    private long seenNanos;

    /**
     * @param build of this program, for humans
     */
    public record Settings(Namespace namespace, IngestConfig ingest, CommitConfig commit, String host, String build)
    {
        public Settings
        {
            requireNonNull(namespace, "namespace is null");
            requireNonNull(ingest, "ingest is null");
            requireNonNull(commit, "commit is null");
            requireNonNull(host, "host is null");
            requireNonNull(build, "build is null");
        }
    }

    /**
     * Where the loop reports to.
     */
    public record Observers(IngestMetrics ingest, CommitMetrics commit)
    {
        public Observers
        {
            requireNonNull(ingest, "ingest is null");
            requireNonNull(commit, "commit is null");
        }
    }

    public CommitLoop(
            Warehouse warehouse,
            SegmentCodec codec,
            WalEnvironment environment,
            RequestDecoder decoder,
            LogsIngest ingest,
            Settings settings,
            Observers observers)
    {
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.catalog = ObjectStoreCatalog.open(CATALOG_NAME, warehouse, new ObjectStoreFileIO(warehouse), Map.of());
        this.settings = requireNonNull(settings, "settings is null");
        this.name = TableIdentifier.of(settings.namespace(), Signal.LOGS.shape().name());
        this.environment = requireNonNull(environment, "environment is null");
        this.decoder = requireNonNull(decoder, "decoder is null");
        this.ingest = requireNonNull(ingest, "ingest is null");
        this.ingestMetrics = observers.ingest();
        this.metrics = observers.commit();
        this.footers = new FooterCache(codec, FooterCache.COUNT_MAX_DEFAULT);
        this.committer = new WalCommitter(warehouse, footers, environment);
        this.listing = new WalListing(warehouse.store(), new WriterRegistry(warehouse.store()), footers, environment.executor());
        this.ids = new BatchIds(WalFormat.openOrCreate(warehouse.store(), environment.random()).seed(), environment.random());
    }

    /**
     * Creates the table if needed, registers a writer, opens the lane and starts the loop.
     */
    public void start()
    {
        open();
        Thread started = Thread.ofVirtual().name("commit-loop").unstarted(this::run);
        thread = started;
        started.start();
    }

    /**
     * Closes the lane gracefully: what was accepted becomes durable, the writer is sealed.
     */
    public void stop()
            throws InterruptedException
    {
        ingest.target(new LogsIngest.Closed("the receiver is stopping"));
        lock.lock();
        try {
            stopping = true;
            changed.signalAll();
        }
        finally {
            lock.unlock();
        }
        WriterSession current = session;
        if (current != null) {
            current.drain(DRAIN_TIMEOUT);
        }
        Thread running = thread;
        if (running != null) {
            running.join(DRAIN_TIMEOUT);
        }
        WriterSession last = session;
        if (last != null && last != current) {
            last.drain(DRAIN_TIMEOUT);
        }
    }

    /**
     * Asks for a round now.
     */
    private void wake()
    {
        lock.lock();
        try {
            roundWanted = true;
            changed.signalAll();
        }
        finally {
            lock.unlock();
        }
    }

    private void run()
    {
        Duration pause = settings.commit().getInterval().toJavaTime();
        while (await(pause)) {
            boolean succeeded = false;
            try {
                succeeded = round();
            }
            catch (RuntimeException | Error e) {
                // without the loop nothing is committed, and a writer that ended is not replaced
                log.warn(e, "Cannot finish a commit round of table %s, it is repeated", name);
            }
            Duration interval = settings.commit().getInterval().toJavaTime();
            pause = succeeded || interval.compareTo(RETRY_INTERVAL) < 0 ? interval : RETRY_INTERVAL;
        }
    }

    /**
     * False when the loop has to end.
     */
    private boolean await(Duration pause)
    {
        lock.lock();
        try {
            long leftNanos = pause.toNanos();
            while (!stopping && !roundWanted && leftNanos > 0) {
                leftNanos = changed.awaitNanos(leftNanos);
            }
            roundWanted = false;
            return !stopping;
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        finally {
            lock.unlock();
        }
    }

    /**
     * True when all is well, false when the next round should come soon.
     */
    private boolean round()
    {
        WriterSession current = session;
        if (current == null) {
            open();
            return true;
        }
        Optional<TableIdentifier> tableName = checkTable(current);
        if (tableName.isEmpty()) {
            return false;
        }
        if (current.isOver()) {
            ingest.target(new LogsIngest.Closed("the writer is being replaced"));
            session = null;
            current.abandon("the writer is being replaced");
            open();
            return false;
        }
        Table table = catalog.loadTable(tableName.orElseThrow());
        if (!table.uuid().equals(current.tableUuid())) {
            return false; // moved again meanwhile
        }
        current.followSchema(table);
        if (settings.commit().isEnabled()) {
            commit(table);
        }
        measure(table);
        return true;
    }

    /**
     * What waits for a commit, by whomever.
     */
    private void measure(Table table)
    {
        Optional<OffsetVector> committed = OffsetVector.fromProperties(table.properties());
        if (committed.isEmpty()) {
            return;
        }
        LiveSegments live = listing.list(table.uuid(), committed.orElseThrow());
        long bytes = live.segments().stream().mapToLong(segment -> segment.footer().size()).sum();
        Duration oldest = live.segments().stream()
                .map(segment -> Duration.between(segment.footer().header().created(), environment.clock().instant()))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        long corrupt = live.ends().values().stream().filter(end -> end.kind() == RunEnd.Kind.CORRUPT).count();
        if (corrupt > 0) {
            log.error("table=%s writers with a corrupt segment=%s: what they wrote behind it is not readable, ends=%s", name, corrupt, live.ends());
        }
        metrics.waiting(live.segments().size(), bytes, oldest, corrupt);
    }

    /**
     * The name of the session's table, when that is still the one to write to; else the session is closed.
     */
    private Optional<TableIdentifier> checkTable(WriterSession current)
    {
        Optional<TableIdentifier> present;
        Optional<UUID> named;
        try {
            CatalogState state = catalog.state();
            present = state.tableByUuid(current.tableUuid());
            named = state.object(name).map(CatalogObject::uuid);
            seenNanos = environment.nanoTime().getAsLong();
        }
        catch (RuntimeException e) {
            if (environment.nanoTime().getAsLong() - seenNanos > UNSEEN_MAX.toNanos()) {
                ingest.target(new LogsIngest.Closed("the catalog does not answer"));
            }
            throw e;
        }
        if (present.isPresent() && (named.isEmpty() || named.orElseThrow().equals(current.tableUuid()))) {
            if (!ingest.isOpen() && !current.isOver()) {
                target(current);
            }
            return present;
        }
        ingest.target(new LogsIngest.Closed("table %s was %s".formatted(name, present.isPresent() ? "replaced" : "dropped")));
        session = null;
        log.warn("table=%s uuid=%s was %s: writer=%s ends", name, current.tableUuid(), present.isPresent() ? "replaced" : "dropped", current.writerId());
        if (present.isPresent()) {
            try {
                current.drain(DRAIN_TIMEOUT);
            }
            catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
        else {
            current.abandon("table %s was dropped".formatted(name));
        }
        open();
        return Optional.empty();
    }

    private void open()
    {
        Table table = TableBootstrap.createOrUpdate(catalog, settings.namespace(), Signal.LOGS.shape());
        seenNanos = environment.nanoTime().getAsLong();
        RegistryEntry entry = new RegistryEntry(
                new WriterId(UuidV7.next(environment.clock(), environment.random())),
                environment.clock().instant(),
                settings.host(),
                settings.build(),
                Set.of(table.uuid()));
        WriterOptions options = WriterOptions.DEFAULT.withSegmentsInFlightMax(settings.ingest().getMaxInFlightSegments());
        WalWriter writer = WalWriter.open(warehouse.store(), entry, footers, options, environment);
        WriterSession opened = new WriterSession(writer, table, footers.codec(), this::lane, this::wake);
        session = opened;
        log.info("table=%s uuid=%s writer=%s", name, table.uuid(), writer.id());
        target(opened);
    }

    private Lane lane(SegmentSink sink, SegmentFormat format, Runnable whenBroken)
    {
        IngestConfig config = settings.ingest();
        return new Lane(
                sink,
                format,
                new WindowPolicy(config.getWindow().toJavaTime(), config.fileBudget(Warehouses.isPriced(warehouse.root())), environment.nanoTime()),
                new Lane.Limits(config.getSegmentBytes().toBytes(), config.getSegmentRows(), config.getMaxInFlightSegments()),
                ingest::openRequests,
                ingestMetrics,
                _ -> whenBroken.run());
    }

    private void target(WriterSession opened)
    {
        lock.lock();
        try {
            if (!stopping) {
                ingest.target(new LogsIngest.Open(opened.lane(), decoder, ids, recent(opened.tableUuid()), settings.ingest().isDedup()));
            }
        }
        finally {
            lock.unlock();
        }
    }

    /**
     * What was acknowledged into a table that is gone says nothing about the next one.
     */
    private RecentBatches recent(UUID table)
    {
        RecentBatches known = recent;
        if (known == null || !table.equals(recentTable)) {
            long batchesMax = Math.min(RECENT_BATCHES_MAX, Runtime.getRuntime().maxMemory() / RECENT_BATCH_HEAP_BYTES);
            known = new RecentBatches(settings.ingest().getDedupWindow().toJavaTime(), toIntExact(batchesMax), environment.nanoTime());
            recent = known;
            recentTable = table;
        }
        return known;
    }

    private void commit(Table table)
    {
        CommitOptions options = new CommitOptions(settings.commit().getMaxSegments(), true, settings.commit().getSilentAfter().toJavaTime());
        for (int commit = 0; commit < COMMITS_PER_ROUND_MAX && !isStopping(); commit++) {
            long startNanos = environment.nanoTime().getAsLong();
            CommitResult result;
            try {
                result = committer.commit(table, options);
            }
            catch (RuntimeException e) {
                metrics.commitFailed(since(startNanos));
                throw e;
            }
            metrics.committed(result.segments(), result.rows(), result.duplicateBatches(), since(startNanos));
            if (result.segments() < options.segmentsMax()) {
                return;
            }
        }
    }

    private boolean isStopping()
    {
        lock.lock();
        try {
            return stopping;
        }
        finally {
            lock.unlock();
        }
    }

    private Duration since(long startNanos)
    {
        return Duration.ofNanos(environment.nanoTime().getAsLong() - startNanos);
    }
}

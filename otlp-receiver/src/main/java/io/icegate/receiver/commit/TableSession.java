package io.icegate.receiver.commit;

import io.airlift.log.Logger;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.ingest.Lease;
import io.icegate.receiver.ingest.Repetitions;
import io.icegate.receiver.ingest.SegmentBatcher;
import io.icegate.receiver.ingest.SegmentSink;
import io.icegate.receiver.ingest.SignalIngest;
import io.icegate.receiver.ingest.WindowPolicy;
import io.icegate.schema.TableShape;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.OffsetsDisagreeException;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.commit.CommitResult;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.table.TableBootstrap;
import io.icegate.wal.table.ViewBootstrap;
import io.icegate.wal.writer.WalWriter;
import io.icegate.wal.writer.WriterOptions;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.ValidationException;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

import static java.util.Objects.requireNonNull;

/**
 * Keeps one signal pointed at its table, and commits what waits there. In every round:
 * <ol>
 * <li>Looks up the table by its UUID, so a rename is followed. If the table is gone, or its name now leads to another table,
 * acknowledgements stop. A new writer is then registered for the table of that name, which is created if there is none.
 * <li>Proves the table before the first acknowledgement, see {@link TableProof}. A table that fails stays closed with the
 * reason until a later round succeeds.
 * <li>Replaces a writer that ended because it was fenced or the store refused it for long.
 * <li>When the interval of commits is over: commits the waiting segments of all writers and seals silent writers, even while the
 * table is closed.
 * </ol>
 * Rounds run in one thread, which may hang. The right to acknowledge is therefore a {@link Lease}, which expires after a minute
 * without an answer of the catalog.
 */
public final class TableSession
{
    private static final Logger log = Logger.get(TableSession.class);
    private static final Duration UNCONFIRMED_MAX = Duration.ofSeconds(60);
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(20);
    private static final int COMMITS_PER_ROUND_MAX = 100;
    /**
     * How often a process that does not commit looks at what waits.
     */
    private static final Duration MEASURE_INTERVAL = Duration.ofMinutes(5);

    private final OpenWarehouse warehouse;
    private final WalEnvironment environment;
    private final TableIdentifier name;
    private final Route route;
    private final Settings settings;
    private final Observers observers;
    private final CommitHistory commits;
    private final RoundSignal signal;
    private final TableProof proof;
    private final CommitTurn turn;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean stopping; // guarded by lock
    private volatile @Nullable TableWriter writer;
    private volatile @Nullable Lease lease;
    private @Nullable TableIdentifier followed; // the name that the writer's table has now
    private @Nullable String newestMetadata; // of that table, when the catalog was asked last
    private @Nullable Loaded loaded;
    private volatile @Nullable Instant lastWriterEnd;
    private String closedReason = "";
    private boolean committedElsewhere; // in this round
    private @Nullable Long committedNanos; // when the last round began that committed, or saw that another process does
    private @Nullable CommitResult committed; // by this process, when its last round could
    private @Nullable Long measuredNanos; // when what waits was told last

    /**
     * A table as this session left it.
     */
    private record Loaded(TableIdentifier name, Table table)
    {
        boolean isAt(String metadataLocation)
        {
            return table instanceof BaseTable base && metadataLocation.equals(base.operations().current().metadataFileLocation());
        }
    }

    /**
     * From requests to a table.
     */
    public record Route(SignalIngest ingest, RequestDecoder decoder, Repetitions repetitions, TableShape shape)
    {
        public Route
        {
            requireNonNull(ingest, "ingest is null");
            requireNonNull(decoder, "decoder is null");
            requireNonNull(repetitions, "repetitions is null");
            requireNonNull(shape, "shape is null");
        }
    }

    /**
     * @param commits empty when somebody else commits
     * @param host of this process, for humans
     * @param build of this program, for humans
     */
    public record Settings(Namespace namespace, SegmentBatcher.Settings batches, Optional<CommitOptions> commits, CommitPace pace, String host, String build)
    {
        public Settings
        {
            requireNonNull(namespace, "namespace is null");
            requireNonNull(batches, "batches is null");
            requireNonNull(commits, "commits is null");
            requireNonNull(pace, "pace is null");
            requireNonNull(host, "host is null");
            requireNonNull(build, "build is null");
        }
    }

    /**
     * Where a session reports to.
     */
    public record Observers(IngestMetrics ingest, CommitMetrics commit)
    {
        public Observers
        {
            requireNonNull(ingest, "ingest is null");
            requireNonNull(commit, "commit is null");
        }
    }

    /**
     * @param signal told when a round is needed at once
     */
    public TableSession(OpenWarehouse warehouse, Route route, Settings settings, Observers observers, RoundSignal signal)
    {
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.environment = warehouse.environment();
        this.route = requireNonNull(route, "route is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.observers = requireNonNull(observers, "observers is null");
        this.commits = new CommitHistory(observers.commit(), environment.clock());
        this.signal = requireNonNull(signal, "signal is null");
        this.name = TableIdentifier.of(settings.namespace(), route.shape().name());
        this.proof = new TableProof(warehouse);
        this.turn = new CommitTurn(warehouse, settings.pace().interval());
    }

    TableIdentifier name()
    {
        return name;
    }

    /**
     * What the session does now. May be asked by any thread, and asks neither store nor catalog.
     */
    public SessionStatus status()
    {
        return new SessionStatus(
                name,
                Optional.ofNullable(writer).map(TableWriter::status),
                Optional.ofNullable(lastWriterEnd),
                settings.commits().isPresent(),
                commits.status());
    }

    /**
     * True when all is well, false when the next round should come soon.
     */
    boolean round()
    {
        boolean measured = false;
        long startNanos = environment.nanoTime().getAsLong();
        try {
            boolean open = follow();
            if (!isCommitDue(startNanos)) {
                measured = true; // by an earlier round
                return open;
            }
            Optional<Table> table = load();
            if (table.isEmpty()) {
                return false;
            }
            TableWriter current = writer;
            if (current != null) {
                current.followSchema(table.orElseThrow());
            }
            Optional<WaitingRows> left = Optional.empty();
            try {
                left = commit(table.orElseThrow());
            }
            finally {
                measured = left.isPresent() ? told(left.orElseThrow()) : isMeasuredElsewhere() || measure(table.orElseThrow());
            }
            committedNanos = startNanos;
            return open;
        }
        finally {
            if (!measured) {
                measuredNanos = null;
                commits.waitingUnknown();
            }
        }
    }

    private boolean isCommitDue(long nowNanos)
    {
        Long last = committedNanos;
        return last == null || settings.pace().isDue(Duration.ofNanos(nowNanos - last), fewWait());
    }

    /**
     * False when it is not known: other processes write too, or commit.
     */
    private boolean fewWait()
    {
        TableWriter current = writer;
        CommitResult last = committed;
        return current != null
                && last != null
                && Set.of(current.id()).containsAll(last.ends().keySet())
                && current.segmentsFrom(last.after().next(current.id())) < CommitPace.SEGMENTS_FEW;
    }

    /**
     * Points requests to the table that the name leads to, if it can be written to. True when requests are accepted.
     */
    boolean follow()
    {
        TableWriter current = writer;
        if (current != null && !isCurrent(current)) {
            current = null;
        }
        if (current != null && current.isOver()) {
            close("the writer is being replaced");
            writer = null;
            lastWriterEnd = environment.clock().instant();
            current.abandon("the writer is being replaced");
            current = null;
        }
        return current != null || open();
    }

    /**
     * True when the writer's table is still the one to write to; else the writer has been ended.
     */
    private boolean isCurrent(TableWriter current)
    {
        long askedNanos = environment.nanoTime().getAsLong();
        CatalogState state = warehouse.catalog().state();
        Optional<TableIdentifier> present = state.tableByUuid(current.tableUuid());
        Optional<UUID> named = state.object(name).map(CatalogObject::uuid);
        if (present.isPresent() && (named.isEmpty() || named.orElseThrow().equals(current.tableUuid()))) {
            requireNonNull(lease, "lease is null").renew(askedNanos);
            followed = present.orElseThrow();
            newestMetadata = state.object(followed).map(CatalogObject::metadataLocation).orElse(null);
            return true;
        }
        close("table %s was %s".formatted(name, present.isPresent() ? "replaced" : "dropped"));
        log.warn("table=%s uuid=%s was %s: writer=%s ends", name, current.tableUuid(), present.isPresent() ? "replaced" : "dropped", current.id());
        writer = null;
        lastWriterEnd = environment.clock().instant();
        if (present.isPresent()) {
            try {
                current.drain(DRAIN_TIMEOUT);
            }
            catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        else {
            current.abandon("table %s was dropped".formatted(name));
        }
        return false;
    }

    private boolean open()
    {
        if (isStopping()) {
            return false;
        }
        long askedNanos = environment.nanoTime().getAsLong();
        SegmentEncoder encoder = new SegmentEncoder(route.shape());
        TableWriter opened;
        Table table;
        try {
            table = TableBootstrap.createOrUpdate(warehouse.catalog(), settings.namespace(), route.shape());
            proof.require(table);
            encoder.requireFit(table.schema());
            opened = register(table, encoder);
        }
        catch (RuntimeException e) {
            close(reason(e));
            log.debug(e, "Cannot open table %s", name);
            return false;
        }
        Lease granted = new Lease(UNCONFIRMED_MAX, environment.nanoTime(), askedNanos);
        lease = granted;
        followed = name;
        newestMetadata = null;
        writer = opened;
        closedReason = "";
        target(new SignalIngest.Open(opened.tableUuid(), opened.batcher(), route.decoder(), route.repetitions(), granted));
        log.info("table=%s uuid=%s writer=%s", name, opened.tableUuid(), opened.id());
        ViewBootstrap.createOrUpdate(warehouse.catalog(), settings.namespace(), route.shape(), table);
        return true;
    }

    private TableWriter register(Table table, SegmentEncoder encoder)
    {
        RegistryEntry entry = new RegistryEntry(
                WriterId.random(environment.clock().instant(), environment.random()),
                environment.clock().instant(),
                settings.host(),
                settings.build(),
                Set.of(table.uuid()));
        WriterOptions options = WriterOptions.DEFAULT.withSegmentsInFlightMax(settings.batches().limits().segmentsInFlight());
        WalWriter wal = WalWriter.open(warehouse.warehouse().store(), entry, warehouse.wal().footers(), options, environment);
        return new TableWriter(wal, table, warehouse.wal().footers().codec(), encoder, environment, this::batcher, signal::wake);
    }

    private SegmentBatcher batcher(SegmentSink sink)
    {
        SegmentBatcher.Settings batches = settings.batches();
        return new SegmentBatcher(
                sink,
                new WindowPolicy(batches.windowMax(), batches.filesPerSecond(), environment.nanoTime()),
                batches.limits(),
                route.ingest()::openRequests,
                observers.ingest(),
                signal::wake);
    }

    /**
     * Passes on the messages of our own checks. Other messages may hold anything, so they are replaced.
     */
    private static String reason(RuntimeException failure)
    {
        return switch (failure) {
            case IllegalStateException own -> String.valueOf(own.getMessage());
            case IllegalArgumentException own -> String.valueOf(own.getMessage());
            case OffsetsDisagreeException own -> String.valueOf(own.getMessage());
            case ValidationException own -> String.valueOf(own.getMessage());
            default -> "the catalog or the store does not answer";
        };
    }

    private void close(String reason)
    {
        target(new SignalIngest.Closed(reason));
        if (!reason.equals(closedReason)) {
            closedReason = reason;
            log.warn("table=%s takes no requests: %s", name, reason);
        }
    }

    private void target(SignalIngest.Target target)
    {
        lock.lock();
        try {
            if (!stopping) {
                route.ingest().target(target);
            }
        }
        finally {
            lock.unlock();
        }
    }

    /**
     * The table to commit to: the writer's, else the one of the name.
     */
    private Optional<Table> load()
    {
        TableWriter current = writer;
        TableIdentifier present = current == null ? name : requireNonNull(followed, "followed is null");
        Loaded before = loaded;
        String newest = newestMetadata;
        if (current != null && before != null && newest != null && before.name().equals(present) && before.table().uuid().equals(current.tableUuid()) && before.isAt(newest)) {
            return Optional.of(before.table()); // nobody but this process has changed it
        }
        try {
            Table table = warehouse.catalog().loadTable(present);
            loaded = new Loaded(present, table);
            // else it moved again meanwhile
            return current == null || table.uuid().equals(current.tableUuid()) ? Optional.of(table) : Optional.empty();
        }
        catch (NoSuchTableException e) {
            return Optional.empty();
        }
    }

    /**
     * The table that this session commits for all receivers; empty when another process does that.
     */
    Optional<UUID> committed()
    {
        return turn.table();
    }

    /**
     * @return what the commit left; empty when this process did not commit, or not all
     */
    private Optional<WaitingRows> commit(Table table)
    {
        committedElsewhere = false;
        committed = null;
        if (settings.commits().isEmpty() || OffsetVector.fromProperties(table.properties()).isEmpty()) {
            return Optional.empty();
        }
        if (!turn.take(table.uuid())) {
            committedElsewhere = true;
            return Optional.empty();
        }
        CommitOptions options = settings.commits().orElseThrow();
        for (int commit = 0; commit < COMMITS_PER_ROUND_MAX && !isStopping(); commit++) {
            long startNanos = environment.nanoTime().getAsLong();
            CommitResult result;
            try {
                result = warehouse.wal().commit(table, options);
            }
            catch (RuntimeException e) {
                commits.commitFailed(since(startNanos));
                turn.release(); // another process may do better
                throw e;
            }
            commits.committed(result.segments(), result.rows(), result.duplicateBatches(), since(startNanos));
            commits.forgotten(result.forgottenBatches());
            if (result.isComplete()) {
                committed = result;
                return Optional.of(WaitingRows.behind(result));
            }
        }
        return Optional.empty();
    }

    /**
     * True when the process that commits tells what waits, and this one looked not long ago. Ten receivers would else list the
     * segments of ten in each round.
     */
    private boolean isMeasuredElsewhere()
    {
        Long measured = measuredNanos;
        return committedElsewhere && measured != null && environment.nanoTime().getAsLong() - measured < MEASURE_INTERVAL.toNanos();
    }

    private boolean told(WaitingRows waiting)
    {
        if (waiting.corruptWriters() > 0) {
            log.error("table=%s writers with a corrupt segment=%s: what they wrote behind it is not readable", name, waiting.corruptWriters());
        }
        commits.waiting(waiting);
        measuredNanos = environment.nanoTime().getAsLong();
        return true;
    }

    /**
     * False when what waits is not known.
     */
    private boolean measure(Table table)
    {
        Optional<OffsetVector> committed = OffsetVector.fromProperties(table.properties());
        if (committed.isEmpty()) {
            return false;
        }
        WaitingRows waiting;
        try {
            waiting = WaitingRows.of(warehouse.wal().waiting(table, committed.orElseThrow()), environment.clock().instant());
        }
        catch (RuntimeException e) {
            log.warn("Cannot measure what waits for table %s: %s", name, e.getMessage());
            return false;
        }
        return told(waiting);
    }

    /**
     * Refuses what is new, makes durable what was accepted and seals. More than once is fine.
     */
    void stop(Duration patience)
            throws InterruptedException
    {
        lock.lock();
        try {
            stopping = true;
            route.ingest().target(new SignalIngest.Closed("the receiver is stopping"));
        }
        finally {
            lock.unlock();
        }
        TableWriter current = writer;
        if (current != null) {
            current.drain(patience);
        }
        turn.release();
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

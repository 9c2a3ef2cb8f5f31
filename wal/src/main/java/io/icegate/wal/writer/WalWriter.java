package io.icegate.wal.writer;

import io.icegate.objectstore.ClockComparison;
import io.icegate.objectstore.ClockOffException;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.registry.Heartbeat;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.registry.WriterRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.ToLongFunction;

import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * One start of a process that writes to the WAL. Its registry entry is durable before the constructor's caller gets it, so
 * no reader can miss a segment of it.
 *
 * <p>A writer ends in one of two ways, and never comes back: {@link #close} waits for what is in flight and seals every
 * lane; a failure (fenced, or a store that refuses every write) fails what is in flight, seals what it can and completes
 * {@link #stopped}. What was in flight then may or may not be stored; it was not acknowledged.
 */
public final class WalWriter
        implements AutoCloseable
{
    private static final Logger log = LoggerFactory.getLogger(WalWriter.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final ObjectStore store;
    private final RegistryEntry entry;
    private final WriterRegistry registry;
    private final FooterCache footers;
    private final WriterOptions options;
    private final WalEnvironment environment;
    private final Map<UUID, WalLane> lanes = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable WalException> end = new AtomicReference<>();
    private final CompletableFuture<WalException> stopped = new CompletableFuture<>();
    private final WriterClock clock;
    private final long floorMicros;
    private @Nullable Thread heartbeat; // guarded by stopped

    private WalWriter(ObjectStore store, RegistryEntry entry, WriterRegistry registry, WriterClock clock, long floorMicros, FooterCache footers, WriterOptions options, WalEnvironment environment)
    {
        this.store = requireNonNull(store, "store is null");
        this.entry = requireNonNull(entry, "entry is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.floorMicros = floorMicros;
        this.footers = requireNonNull(footers, "footers is null");
        this.options = requireNonNull(options, "options is null");
        this.environment = requireNonNull(environment, "environment is null");
    }

    /**
     * Registers the writer and starts its heartbeat.
     *
     * @param footers gets the footer of every segment that became durable, so that a committer in this process need not read it
     * @throws ClockOffException when the clock of this process is too far from the store's
     * @throws WalException FENCED when the writer id is taken, UNAVAILABLE when the store does not answer
     */
    public static WalWriter open(ObjectStore store, RegistryEntry entry, FooterCache footers, WriterOptions options, WalEnvironment environment)
    {
        return open(store, entry, footers, options, environment, WriterRegistry::floorMicros);
    }

    /**
     * @param floor from the time of the registry entry to the time that no {@code ingest_time} of the writer is before
     */
    static WalWriter open(ObjectStore store, RegistryEntry entry, FooterCache footers, WriterOptions options, WalEnvironment environment, ToLongFunction<Instant> floor)
    {
        WriterClock clock = WriterClock.confirm(store, environment);
        WriterRegistry registry = new WriterRegistry(store);
        Instant registered = registry.register(entry, environment.waiting());
        WalWriter writer = new WalWriter(store, entry, registry, clock, floor.applyAsLong(registered), footers, options, environment);
        environment.executor().execute(writer::beat);
        return writer;
    }

    public WriterId id()
    {
        return entry.writer();
    }

    /**
     * The lane of a table; one per table, however often asked.
     *
     * @param seal encodes the object that ends the lane
     * @throws IllegalArgumentException when the table is not in the registry entry
     */
    public WalLane lane(UUID table, Function<SegmentHeader, EncodedSegment> seal)
    {
        if (!entry.tables().contains(table)) {
            throw new IllegalArgumentException("Cannot open a lane for table %s: writer %s is not registered for it".formatted(table, id()));
        }
        return lanes.computeIfAbsent(table, ignored -> new WalLane(this, table, floorMicros, seal));
    }

    /**
     * Why the writer takes no more; empty while it does.
     */
    public Optional<WalException> end()
    {
        return Optional.ofNullable(end.get());
    }

    /**
     * Completes, normally, when the writer stopped because of a failure. Does not complete by {@link #close}.
     */
    public CompletableFuture<WalException> stopped()
    {
        return stopped.copy();
    }

    /**
     * Takes no more segments, waits for those in flight and for what hangs on their futures, then seals every lane. Must
     * not be called by what hangs on such a future.
     */
    @Override
    public void close()
    {
        close(CLOSE_TIMEOUT);
    }

    /**
     * @param timeout for the segments in flight; what is not durable then fails
     */
    public void close(Duration timeout)
    {
        WalException closed = new WalException(UNAVAILABLE, "Cannot append to the WAL: writer %s is closed".formatted(id()));
        for (WalLane lane : lanes.values()) {
            lane.refuse(closed);
        }
        for (WalLane lane : lanes.values()) {
            lane.awaitDurable(timeout);
        }
        if (end.compareAndSet(null, closed)) {
            end(closed);
        }
    }

    void fail(WalException failure)
    {
        if (end.compareAndSet(null, failure)) {
            log.error("WAL writer stops: writer={} kind={} reason={}", id(), failure.kind(), failure.getMessage());
            end(failure);
            stopped.complete(failure);
        }
    }

    private void end(WalException reason)
    {
        List<WalLane> all = List.copyOf(lanes.values());
        all.forEach(lane -> lane.fail(reason));
        all.forEach(WalLane::seal);
        synchronized (stopped) {
            if (heartbeat != null) {
                heartbeat.interrupt();
            }
        }
    }

    private void beat()
    {
        synchronized (stopped) {
            heartbeat = Thread.currentThread();
        }
        try {
            while (end.get() == null) {
                beatOnce();
                environment.sleeper().sleep(options.heartbeatInterval());
            }
        }
        catch (InterruptedException e) {
            // the writer ended
        }
        finally {
            synchronized (stopped) {
                heartbeat = null;
                // an interrupt of ours must not reach the next task of this thread
                Thread.interrupted();
            }
        }
    }

    void beatOnce()
    {
        if (isProgressing()) {
            sendHeartbeat();
        }
    }

    /**
     * False when a segment cannot be made durable for so long that others should take over: whatever this writer's heartbeats
     * do, all who wait for its progress wait for that segment. Without heartbeats it is sealed, and fenced.
     */
    private boolean isProgressing()
    {
        Duration oldest = lanes.values().stream().map(WalLane::oldestInFlight).max(Duration::compareTo).orElse(Duration.ZERO);
        if (oldest.compareTo(WriterRegistry.SILENT_AFTER) <= 0) {
            return true;
        }
        log.warn("Writer {} sends no heartbeat: a segment is not durable after {} s", id(), oldest.toSeconds());
        return false;
    }

    private void sendHeartbeat()
    {
        Map<UUID, Long> lows = new HashMap<>();
        for (UUID table : entry.tables()) {
            WalLane lane = lanes.get(table);
            lows.put(table, lane == null ? floorMicros : lane.lowMicros());
        }
        try {
            long nanos = environment.nanoTime().getAsLong();
            Instant asked = environment.clock().instant();
            registry.heartbeat(id(), new Heartbeat(lows));
            Optional<ObjectHead> written = store.head(WalLayout.heartbeat(id()));
            if (written.isPresent()) {
                clock.compared(new ClockComparison(asked, environment.clock().instant(), written.orElseThrow().lastModified()), nanos);
            }
        }
        catch (IOException e) {
            log.warn("Cannot write the heartbeat of writer {}: {}", id(), e.getMessage());
        }
        catch (ClockOffException e) {
            fail(new WalException(UNAVAILABLE, String.valueOf(e.getMessage()), e));
        }
    }

    /**
     * Goes on until the writer ends.
     */
    RetryPolicy untilEnd()
    {
        return options.retries(environment).until(() -> end.get() != null);
    }

    ObjectStore store()
    {
        return store;
    }

    WriterRegistry registry()
    {
        return registry;
    }

    FooterCache footers()
    {
        return footers;
    }

    WriterOptions options()
    {
        return options;
    }

    WriterClock clock()
    {
        return clock;
    }

    WalEnvironment environment()
    {
        return environment;
    }
}

package io.icegate.receiver;

import com.google.inject.Inject;
import io.airlift.http.server.HttpServer;
import io.airlift.http.server.HttpServerInfo;
import io.airlift.log.Logger;
import io.airlift.node.NodeInfo;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.StoreSelfCheck;
import io.icegate.objectstore.Warehouse;
import io.icegate.receiver.commit.CommitConfig;
import io.icegate.receiver.commit.CommitLoop;
import io.icegate.receiver.commit.CommitPace;
import io.icegate.receiver.commit.OpenWarehouse;
import io.icegate.receiver.commit.RoundSignal;
import io.icegate.receiver.commit.TableSession;
import io.icegate.receiver.ingest.BatchIds;
import io.icegate.receiver.ingest.IngestConfig;
import io.icegate.receiver.ingest.RecentBatches;
import io.icegate.receiver.ingest.Repetitions;
import io.icegate.receiver.otlp.GrpcServer;
import io.icegate.receiver.signal.Origin;
import io.icegate.receiver.telemetry.SelfTelemetry;
import io.icegate.server.OperatorPages;
import io.icegate.server.StoreConfig;
import io.icegate.server.StoreHealth;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.copies.SegmentCopies;
import io.icegate.wal.writer.WalFormat;
import io.icegate.warehouse.Warehouses;
import jakarta.annotation.PreDestroy;
import org.apache.iceberg.catalog.Namespace;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static java.lang.Math.toIntExact;
import static java.util.Objects.requireNonNull;

/**
 * Starts and stops a receiver. The start checks the store, warms up, opens the tables and serves. The stop refuses new requests,
 * makes accepted ones durable and acknowledges them, seals the lanes and closes. Depends on the HTTP server, so it stops first.
 */
final class Receiver
{
    private static final Logger log = Logger.get(Receiver.class);
    private static final long RECENT_BATCHES_MAX = 1_000_000;
    private static final long RECENT_BATCH_HEAP_BYTES = 2_048;
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

    private final String warehouseLocation;
    private final Map<String, String> storeProperties;
    private final TableSession.Settings sessionSettings;
    private final CommitPace commitPace;
    private final Duration repetitionWindow;
    private final boolean repetitionsRecognised;
    private final Parts parts;
    private final Optional<Path> copiesFolder;
    private final long copiesBytes;
    private final ExecutorService copier = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("segment-copies").factory());
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable Warehouse warehouse;
    private @Nullable CommitLoop loop;
    private boolean stopped;

    /**
     * The parts that a receiver drives.
     */
    record Parts(ServedSignals signals, SegmentCodec codec, GrpcServer grpc, HttpServerInfo http, NodeInfo node, ReceiverMetrics metrics, Observation observation)
    {
        @Inject
        @SuppressWarnings("unused") // orders the start: the HTTP server is there before, and stopped after, the receiver
        Parts(ServedSignals signals, SegmentCodec codec, GrpcServer grpc, HttpServer httpServer, HttpServerInfo http, NodeInfo node, ReceiverMetrics metrics, Observation observation)
        {
            this(signals, codec, grpc, http, node, metrics, observation);
        }
    }

    /**
     * What tells operators of a receiver.
     */
    record Observation(StoreHealth health, StatusPage status, SelfTelemetry telemetry)
    {
        @Inject
        Observation {}
    }

    @Inject
    Receiver(ReceiverConfig config, StoreConfig storeConfig, IngestConfig ingestConfig, CommitConfig commitConfig, Parts parts)
    {
        this.warehouseLocation = Warehouses.canonical(requireNonNull(config.getWarehouse(), "warehouse is null"));
        boolean priced = Warehouses.isPriced(warehouseLocation);
        this.commitPace = commitConfig.pace(ingestConfig.requestProfile(priced));
        this.storeProperties = storeConfig.properties();
        this.sessionSettings = new TableSession.Settings(
                Namespace.of(config.getNamespace()),
                ingestConfig.batcherSettings(priced),
                commitConfig.options(),
                commitPace,
                parts.node().getInternalAddress(),
                build());
        this.repetitionWindow = ingestConfig.getDedupWindow().toJavaTime();
        this.copiesFolder = ingestConfig.getCopiesFolder();
        this.copiesBytes = ingestConfig.getCopiesSize().toBytes();
        this.repetitionsRecognised = ingestConfig.isDedup();
        this.parts = requireNonNull(parts, "parts is null");
    }

    synchronized void start()
    {
        parts.observation().telemetry().start();
        Warehouse opened = openWarehouse();
        warehouse = opened;
        CommitLoop started = loop(OpenWarehouse.open(opened, parts.codec(), WalEnvironment.system(Origin.keeping(executor))));
        loop = started;
        parts.signals().list().forEach(signal -> WarmUp.run(signal.otlp(), signal.decoder(), signal.shape()));
        try {
            parts.grpc().start();
        }
        catch (IOException e) {
            throw new IllegalStateException("Cannot listen for OTLP/gRPC on the port of icegate.otlp.grpc-port: %s".formatted(e.getMessage()), e);
        }
        started.start();
        parts.grpc().serving(true);
        OperatorPages.Readiness readiness = parts.signals().readiness();
        readiness.closed().forEach(reason -> log.warn("IceGate receiver does not accept %s", reason));
        log.info("IceGate receiver is %s: grpc=%s http=%s", readiness.ready() ? "ready" : "running, but not ready", grpcPort(), httpPort());
    }

    private CommitLoop loop(OpenWarehouse warehouse)
    {
        WalEnvironment environment = warehouse.environment();
        long seed = WalFormat.openOrCreate(warehouse.warehouse().store(), environment).seed();
        int batchesMax = toIntExact(Math.min(RECENT_BATCHES_MAX, Runtime.getRuntime().maxMemory() / RECENT_BATCH_HEAP_BYTES));
        Repetitions repetitions = new Repetitions(
                new BatchIds(seed, environment.random()),
                new RecentBatches(repetitionWindow, batchesMax, environment.nanoTime()),
                repetitionsRecognised);
        RoundSignal signal = new RoundSignal();
        List<TableSession> sessions = parts.signals().list().stream()
                .map(served -> new TableSession(
                        warehouse,
                        new TableSession.Route(served.ingest(), served.decoder(), repetitions, served.shape()),
                        sessionSettings,
                        new TableSession.Observers(
                                served.spans().over(parts.metrics().ofSignal(served.otlp().name())),
                                served.spans().over(parts.metrics().ofTable(served.shape().name()))),
                        signal))
                .toList();
        parts.observation().status().sessions(sessions);
        return new CommitLoop(sessions, commitPace.interval(), signal, warehouse);
    }

    private Warehouse openWarehouse()
    {
        Warehouse opened = Warehouses.open(warehouseLocation, storeProperties);
        Warehouse metered = new Warehouse(opened.root(), parts.metrics().metered(opened.store(), parts.observation().health()));
        try {
            StoreSelfCheck.verify(metered.store());
        }
        catch (IOException | RuntimeException e) {
            throw new IllegalStateException("Cannot use warehouse %s: %s".formatted(opened.root(), e.getMessage()), e);
        }
        return new Warehouse(metered.root(), copying(metered.store()));
    }

    /**
     * Behind the metrics: what is not copied costs nothing but a request.
     */
    private ObjectStore copying(ObjectStore store)
    {
        if (copiesFolder.isEmpty()) {
            return store;
        }
        try {
            return SegmentCopies.open(copiesFolder.orElseThrow(), copiesBytes, copier).around(store);
        }
        catch (IOException e) {
            log.warn("Cannot keep copies of segments in %s, merges read them from the store: %s", copiesFolder.orElseThrow(), e);
            return store;
        }
    }

    static String build()
    {
        return Optional.ofNullable(Receiver.class.getPackage().getImplementationVersion()).orElse("development");
    }

    int grpcPort()
    {
        return parts.grpc().port();
    }

    int httpPort()
    {
        return Optional.ofNullable(parts.http().getHttpsUri()).orElseGet(parts.http()::getHttpUri).getPort();
    }

    @PreDestroy
    public synchronized void stop()
            throws InterruptedException, IOException
    {
        if (stopped) {
            return;
        }
        stopped = true;
        log.info("IceGate receiver is stopping");
        parts.observation().telemetry().stop();
        parts.signals().close("the receiver is stopping");
        parts.grpc().refuseNew();
        if (loop != null) {
            loop.stop();
        }
        parts.grpc().close(ANSWER_PATIENCE);
        executor.shutdown();
        copier.shutdown();
        if (warehouse != null) {
            warehouse.store().close();
        }
        log.info("IceGate receiver has stopped");
    }
}

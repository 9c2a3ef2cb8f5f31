package io.icegate.receiver;

import com.google.inject.Inject;
import io.airlift.http.server.HttpServer;
import io.airlift.http.server.HttpServerInfo;
import io.airlift.log.Logger;
import io.airlift.node.NodeInfo;
import io.icegate.objectstore.StoreSelfCheck;
import io.icegate.objectstore.Warehouse;
import io.icegate.receiver.commit.CommitConfig;
import io.icegate.receiver.commit.CommitLoop;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.ingest.IngestConfig;
import io.icegate.receiver.ingest.LogsIngest;
import io.icegate.receiver.otlp.GrpcServer;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.WalEnvironment;
import io.icegate.warehouse.Warehouses;
import jakarta.annotation.PreDestroy;
import org.apache.iceberg.catalog.Namespace;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static java.util.Objects.requireNonNull;

/**
 * Life of a receiver: prove the store, warm up, open the table's lane, serve; and in reverse order: refuse what is new, make durable
 * and acknowledge what was accepted, seal, close. Depends on the HTTP server so that it is stopped before that is.
 */
final class Receiver
{
    private static final Logger log = Logger.get(Receiver.class);
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

    private final ReceiverConfig config;
    private final StoreConfig storeConfig;
    private final IngestConfig ingestConfig;
    private final CommitConfig commitConfig;
    private final Parts parts;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable Warehouse warehouse;
    private @Nullable CommitLoop loop;
    private boolean stopped;

    /**
     * What a receiver consists of.
     */
    record Parts(LogsIngest logs, RequestDecoder decoder, SegmentCodec codec, GrpcServer grpc, HttpServerInfo http, NodeInfo node, ReceiverMetrics metrics)
    {
        @Inject
        @SuppressWarnings("unused") // orders the start: the HTTP server is there before, and stopped after, the receiver
        Parts(LogsIngest logs, RequestDecoder decoder, SegmentCodec codec, GrpcServer grpc, HttpServer httpServer, HttpServerInfo http, NodeInfo node, ReceiverMetrics metrics)
        {
            this(logs, decoder, codec, grpc, http, node, metrics);
        }
    }

    @Inject
    Receiver(ReceiverConfig config, StoreConfig storeConfig, IngestConfig ingestConfig, CommitConfig commitConfig, Parts parts)
    {
        this.config = requireNonNull(config, "config is null");
        this.storeConfig = requireNonNull(storeConfig, "storeConfig is null");
        this.ingestConfig = requireNonNull(ingestConfig, "ingestConfig is null");
        this.commitConfig = requireNonNull(commitConfig, "commitConfig is null");
        this.parts = requireNonNull(parts, "parts is null");
    }

    synchronized void start()
    {
        Warehouse opened = openWarehouse();
        warehouse = opened;
        CommitLoop started = new CommitLoop(
                opened,
                parts.codec(),
                WalEnvironment.system(executor),
                parts.decoder(),
                parts.logs(),
                new CommitLoop.Settings(Namespace.of(config.getNamespace()), ingestConfig, commitConfig, parts.node().getInternalAddress(), build()),
                new CommitLoop.Observers(parts.metrics(), parts.metrics()));
        loop = started;
        WarmUp.run(parts.decoder());
        try {
            parts.grpc().start();
        }
        catch (IOException e) {
            throw new IllegalStateException("Cannot listen for OTLP/gRPC on the port of icegate.otlp.grpc-port: %s".formatted(e.getMessage()), e);
        }
        started.start();
        parts.grpc().serving(true);
        log.info("IceGate receiver is ready: grpc=%s http=%s", grpcPort(), httpPort());
    }

    private Warehouse openWarehouse()
    {
        String location = requireNonNull(config.getWarehouse(), "warehouse is null");
        Warehouse opened = Warehouses.open(location, storeConfig.properties());
        Warehouse metered = new Warehouse(opened.root(), parts.metrics().metered(opened.store()));
        try {
            StoreSelfCheck.verify(metered.store());
        }
        catch (IOException | RuntimeException e) {
            throw new IllegalStateException("Cannot use warehouse %s: %s".formatted(opened.root(), e.getMessage()), e);
        }
        return metered;
    }

    private static String build()
    {
        return Optional.ofNullable(Receiver.class.getPackage().getImplementationVersion()).orElse("development");
    }

    int grpcPort()
    {
        return parts.grpc().port();
    }

    int httpPort()
    {
        return parts.http().getHttpUri().getPort();
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
        parts.logs().target(new LogsIngest.Closed("the receiver is stopping"));
        parts.grpc().refuseNew();
        if (loop != null) {
            loop.stop();
        }
        parts.grpc().close(ANSWER_PATIENCE);
        executor.shutdown();
        if (warehouse != null) {
            warehouse.store().close();
        }
        log.info("IceGate receiver has stopped");
    }
}

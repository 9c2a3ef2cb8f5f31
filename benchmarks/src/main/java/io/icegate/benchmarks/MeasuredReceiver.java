package io.icegate.benchmarks;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.ChildProcess;
import io.icegate.standalone.process.Http;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.Ports;
import io.icegate.standalone.process.ReceiverProcess;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveTailReader;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.catalog.TableIdentifier;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A receiver process on a warehouse of its own.
 */
final class MeasuredReceiver
        implements AutoCloseable
{
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    private final Http http = new Http();
    private final int grpcPort;
    private final int httpPort;
    private final GcLog gcLog;
    private final ChildProcess process;

    MeasuredReceiver(Installation installation, Path folder, IngestStore.Opened store, ReceiverSetup setup)
            throws InterruptedException, IOException
    {
        List<Integer> ports = Ports.free(2);
        this.grpcPort = ports.get(0);
        this.httpPort = ports.get(1);
        this.gcLog = new GcLog(Files.createDirectories(folder).resolve("gc.log"));
        Map<String, String> configuration = new HashMap<>(store.properties());
        configuration.put("node.environment", "benchmark");
        configuration.put("icegate.warehouse", store.warehouse());
        configuration.put("icegate.namespace", "otel");
        configuration.put("icegate.tenant.default", "default");
        configuration.put("icegate.otlp.grpc-port", Integer.toString(grpcPort));
        configuration.put("icegate.otlp.http-port", Integer.toString(httpPort));
        configuration.putAll(setup.configuration());
        List<String> options = new ArrayList<>(setup.javaOptions());
        options.add(gcLog.option());
        this.process = ReceiverProcess.start(installation, folder, configuration, Map.of(), options);
        process.awaitReady(() -> ReceiverProcess.ready(http, httpPort, Optional.empty()), START_LIMIT);
    }

    ExportClient connect(Protocol protocol, Payload payload)
    {
        return protocol.connect(payload, grpcPort, httpPort);
    }

    ProcessUsage usage()
    {
        return ProcessUsage.of(process.handle());
    }

    GcLog gcLog()
    {
        return gcLog;
    }

    PrometheusPage metrics()
    {
        return new PrometheusPage(http.get("http://localhost:%s/metrics".formatted(httpPort)).orElseThrow(() -> new CommandException("Cannot measure: the receiver does not tell its metrics")));
    }

    @Override
    public void close()
    {
        process.close();
        http.close();
    }

    /**
     * Counts what is in the table: the rows of the snapshot and the live ones.
     */
    static void requireStored(Warehouse warehouse, Payload payload, long acknowledged)
            throws IOException
    {
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("ingest", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            BaseTable table = (BaseTable) catalog.loadTable(TableIdentifier.of("otel", payload.table()));
            Snapshot snapshot = table.currentSnapshot();
            long committed = snapshot == null ? 0 : Long.parseLong(snapshot.summary().get("total-records"));
            long live = new LiveTailReader(warehouse, new FooterCache(new ParquetSegmentCodec(), FooterCache.COUNT_MAX_DEFAULT), executor).read(table.operations().current()).rows();
            if (committed + live != acknowledged) {
                throw new CommandException("The benchmark is invalid: %s %s were acknowledged, but %s are committed and %s are live".formatted(acknowledged, payload, committed, live));
            }
        }
    }
}

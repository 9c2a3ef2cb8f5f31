package io.icegate.benchmarks;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.ChildProcess;
import io.icegate.standalone.process.Http;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.MemoryPlan;
import io.icegate.standalone.process.Ports;
import io.icegate.standalone.process.ReceiverProcess;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveTailReader;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.catalog.TableIdentifier;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A receiver process with the settings that everybody gets, on a warehouse of its own.
 */
final class MeasuredReceiver
        implements AutoCloseable
{
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final Pattern SEGMENTS = Pattern.compile("^icegate_wal_segment_rows_count\\S* ([0-9.eE+]+)$", Pattern.MULTILINE);

    private final Http http = new Http();
    private final int grpcPort;
    private final int httpPort;
    private final ChildProcess process;

    /**
     * @param store settings of the store
     */
    MeasuredReceiver(Installation installation, Path folder, String warehouse, Map<String, String> store)
            throws InterruptedException
    {
        List<Integer> ports = Ports.free(2);
        this.grpcPort = ports.get(0);
        this.httpPort = ports.get(1);
        Map<String, String> configuration = new HashMap<>(store);
        configuration.put("node.environment", "benchmark");
        configuration.put("icegate.warehouse", warehouse);
        configuration.put("icegate.namespace", "otel");
        configuration.put("icegate.tenant.default", "default");
        configuration.put("icegate.otlp.grpc-port", Integer.toString(grpcPort));
        configuration.put("icegate.otlp.http-port", Integer.toString(httpPort));
        this.process = ReceiverProcess.start(installation, folder, configuration, Map.of(), MemoryPlan.ofMachine().receiver());
        process.awaitReady(() -> ReceiverProcess.ready(http, httpPort, Optional.empty()), START_LIMIT);
    }

    ExportClient connect(Protocol protocol, Payload payload)
    {
        return protocol.connect(payload, grpcPort, httpPort);
    }

    Duration cpu()
    {
        return process.handle().info().totalCpuDuration().orElseThrow(() -> new CommandException("Cannot measure: this system does not tell the CPU time of a process"));
    }

    /**
     * Segments that became durable since the start.
     */
    long segments()
    {
        String page = http.get("http://localhost:%s/metrics".formatted(httpPort)).orElseThrow(() -> new CommandException("Cannot measure: the receiver does not tell its metrics"));
        Matcher matcher = SEGMENTS.matcher(page);
        if (!matcher.find()) {
            throw new CommandException("Cannot measure: the receiver does not count its segments");
        }
        return Math.round(Double.parseDouble(matcher.group(1)));
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
                throw new CommandException("The benchmark is invalid: %s records were acknowledged, but %s are committed and %s are live".formatted(acknowledged, committed, live));
            }
        }
    }
}

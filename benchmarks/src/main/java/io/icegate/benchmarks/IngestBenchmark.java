package io.icegate.benchmarks;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.s3.StrictS3Server;
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
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.catalog.TableIdentifier;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What a receiver process can take: records per second of its CPU time, and how long clients wait for the acknowledgement. The
 * store is an S3 server in this process, so its CPU time does not count. A request that is refused is sent again, as exporters do.
 */
final class IngestBenchmark
{
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(15);
    private static final Duration RETRY_DELAY = Duration.ofMillis(200);
    private static final int ATTEMPTS_MAX = 50;
    private static final String BUCKET = "ingest";

    private record Measured(long records, Latencies latencies, double seconds, double cpuSeconds, long retries) {}

    private final Installation installation;
    private final Path folder;
    private final int clients;
    private final int recordsPerRequest;
    private final Duration warmUp;
    private final Duration duration;

    IngestBenchmark(Installation installation, Path folder, int clients, int recordsPerRequest, Duration warmUp, Duration duration)
    {
        this.installation = installation;
        this.folder = folder;
        this.clients = clients;
        this.recordsPerRequest = recordsPerRequest;
        this.warmUp = warmUp;
        this.duration = duration;
    }

    Report run(List<Duration> putLatencies)
            throws IOException, InterruptedException
    {
        LogRequests requests = new LogRequests(recordsPerRequest);
        Report report = new Report("ingest")
                .setting("clients", clients)
                .setting("protocol", "OTLP/HTTP, protobuf, no compression")
                .setting("records_per_request", recordsPerRequest)
                .setting("bytes_per_record", requests.bytesPerRecord())
                .setting("warm_up_seconds", warmUp.toSeconds())
                .setting("seconds", duration.toSeconds())
                .setting("store", "S3 server in the process of the load generator, on the same cores; the receiver's commit loop runs")
                .peer("none: no other receiver runs in this benchmark");
        for (Duration latency : putLatencies) {
            report.result(result(latency, run(requests, latency)));
        }
        return report;
    }

    private static Map<String, Object> result(Duration latency, Measured measured)
    {
        return Map.of(
                "injected_put_millis", latency.toMillis(),
                "records", measured.records(),
                "retries", measured.retries(),
                "records_per_cpu_second", Math.round(measured.records() / measured.cpuSeconds()),
                "records_per_second", Math.round(measured.records() / measured.seconds()),
                "receiver_cpu_seconds", measured.cpuSeconds(),
                "ack_ms_p50", measured.latencies().millis(50),
                "ack_ms_p99", measured.latencies().millis(99));
    }

    private Measured run(LogRequests requests, Duration putLatency)
            throws IOException, InterruptedException
    {
        List<Integer> ports = Ports.free(2);
        try (StrictS3Server server = StrictS3Server.start();
                Http http = new Http()) {
            server.follow(Duration.ZERO, putLatency);
            String warehouse = "s3://" + BUCKET + "/put-" + putLatency.toMillis();
            Map<String, String> configuration = new HashMap<>(server.properties());
            configuration.put("node.environment", "benchmark");
            configuration.put("icegate.warehouse", warehouse);
            configuration.put("icegate.namespace", "otel");
            configuration.put("icegate.tenant.default", "default");
            configuration.put("icegate.otlp.grpc-port", Integer.toString(ports.get(0)));
            configuration.put("icegate.otlp.http-port", Integer.toString(ports.get(1)));
            AtomicLong acknowledged = new AtomicLong();
            Measured measured;
            try (ChildProcess receiver = ReceiverProcess.start(installation, folder, configuration, Map.of(), MemoryPlan.ofMachine().receiver())) {
                receiver.awaitReady(() -> ReceiverProcess.ready(http, ports.get(1)), START_LIMIT);
                send(requests, ports.get(1), warmUp, acknowledged);
                Duration cpuBefore = cpu(receiver);
                Measured sent = send(requests, ports.get(1), duration, acknowledged);
                double cpuSeconds = cpu(receiver).minus(cpuBefore).toNanos() / 1e9;
                measured = new Measured(sent.records(), sent.latencies(), sent.seconds(), cpuSeconds, sent.retries());
            }
            server.follow(Duration.ZERO, Duration.ZERO);
            requireStored(Warehouses.open(warehouse, server.properties()), acknowledged.get());
            return measured;
        }
    }

    private static Duration cpu(ChildProcess receiver)
    {
        return receiver.handle().info().totalCpuDuration().orElseThrow(() -> new CommandException("Cannot measure: this system does not tell the CPU time of a process"));
    }

    private Measured send(LogRequests requests, int port, Duration limit, AtomicLong acknowledged)
            throws InterruptedException
    {
        Queue<Long> nanos = new ConcurrentLinkedQueue<>();
        AtomicLong retries = new AtomicLong();
        long start = System.nanoTime();
        long deadline = start + limit.toNanos();
        List<Future<?>> running = new ArrayList<>();
        URI uri = URI.create("http://localhost:%s/v1/logs".formatted(port));
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int index = 0; index < clients; index++) {
                running.add(executor.submit(() -> {
                    // one at least: a machine may be so busy that the time is over before a client begins
                    do {
                        HttpRequest request = HttpRequest.newBuilder(uri)
                                .timeout(REQUEST_LIMIT)
                                .header("Content-Type", "application/x-protobuf")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(requests.next()))
                                .build();
                        long begin = System.nanoTime();
                        retries.addAndGet(untilAcknowledged(client, request));
                        nanos.add(System.nanoTime() - begin);
                    }
                    while (System.nanoTime() - deadline < 0);
                    return null;
                }));
            }
            for (Future<?> clientThread : running) {
                clientThread.get();
            }
        }
        catch (ExecutionException e) {
            throw e.getCause() instanceof CommandException failure ? failure : new CommandException("The benchmark is invalid: " + e.getCause(), e);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long records = (long) nanos.size() * recordsPerRequest;
        acknowledged.addAndGet(records);
        return new Measured(records, Latencies.of(nanos), seconds, 0, retries.get());
    }

    /**
     * Sends the same bytes again after every retryable answer.
     *
     * @return how often it had to
     */
    private static int untilAcknowledged(HttpClient client, HttpRequest request)
            throws InterruptedException
    {
        String problem = "";
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            try {
                HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
                if (response.statusCode() == 200) {
                    return attempt;
                }
                problem = "HTTP status " + response.statusCode();
                if (response.statusCode() != 503 && response.statusCode() != 429) {
                    break;
                }
            }
            catch (IOException e) {
                problem = e.toString();
            }
            LockSupport.parkNanos(RETRY_DELAY.toNanos());
        }
        throw new CommandException("The benchmark is invalid: a request was not acknowledged: " + problem);
    }

    /**
     * Counts what is in the table: the rows of the snapshot and the live ones.
     */
    private static void requireStored(Warehouse warehouse, long acknowledged)
            throws IOException
    {
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("ingest", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            BaseTable table = (BaseTable) catalog.loadTable(TableIdentifier.of("otel", "logs"));
            Snapshot snapshot = table.currentSnapshot();
            long committed = snapshot == null ? 0 : Long.parseLong(snapshot.summary().get("total-records"));
            long live = new LiveTailReader(warehouse, new FooterCache(new ParquetSegmentCodec(), FooterCache.COUNT_MAX_DEFAULT), executor).read(table.operations().current()).rows();
            if (committed + live != acknowledged) {
                throw new CommandException("The benchmark is invalid: %s records were acknowledged, but %s are committed and %s are live".formatted(acknowledged, committed, live));
            }
        }
    }
}

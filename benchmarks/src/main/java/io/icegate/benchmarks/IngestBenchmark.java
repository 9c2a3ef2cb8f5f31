package io.icegate.benchmarks;

import io.icegate.objectstore.s3.StrictS3Server;
import io.icegate.standalone.process.Installation;
import io.icegate.warehouse.Warehouses;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a receiver process can take: records per second of its CPU time, and how long clients wait for the acknowledgement. The
 * store is an S3 server in this process, so its CPU time does not count.
 */
final class IngestBenchmark
{
    private static final String BUCKET = "ingest";

    private record Measured(ClosedLoop.Sent sent, long records, double cpuSeconds) {}

    private final Installation installation;
    private final Path folder;
    private final Payload payload;
    private final int clients;
    private final int recordsPerRequest;
    private final Duration warmUp;
    private final Duration duration;

    IngestBenchmark(Installation installation, Path folder, Payload payload, int clients, int recordsPerRequest, Duration warmUp, Duration duration)
    {
        this.installation = installation;
        this.folder = folder;
        this.payload = payload;
        this.clients = clients;
        this.recordsPerRequest = recordsPerRequest;
        this.warmUp = warmUp;
        this.duration = duration;
    }

    Report run(List<Duration> putLatencies)
            throws IOException, InterruptedException
    {
        ExportRequests requests = payload.requests(recordsPerRequest);
        Report report = new Report("ingest")
                .setting("signal", payload.toString())
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
        Latencies latencies = measured.sent().latencies();
        return Map.of(
                "injected_put_millis", latency.toMillis(),
                "records", measured.records(),
                "retries", measured.sent().retries(),
                "records_per_cpu_second", Math.round(measured.records() / measured.cpuSeconds()),
                "records_per_second", Math.round(measured.records() / measured.sent().seconds()),
                "receiver_cpu_seconds", measured.cpuSeconds(),
                "ack_ms_p50", latencies.millis(50),
                "ack_ms_p99", latencies.millis(99));
    }

    private Measured run(ExportRequests requests, Duration putLatency)
            throws IOException, InterruptedException
    {
        try (StrictS3Server server = StrictS3Server.start()) {
            server.follow(Duration.ZERO, putLatency);
            String warehouse = "s3://" + BUCKET + "/put-" + putLatency.toMillis();
            long acknowledged;
            Measured measured;
            try (MeasuredReceiver receiver = new MeasuredReceiver(installation, folder, warehouse, server.properties());
                    ExportClient client = receiver.connect(Protocol.HTTP, payload)) {
                acknowledged = ClosedLoop.run(client, requests, clients, warmUp).requests().size();
                Duration cpuBefore = receiver.cpu();
                ClosedLoop.Sent sent = ClosedLoop.run(client, requests, clients, duration);
                double cpuSeconds = receiver.cpu().minus(cpuBefore).toNanos() / 1e9;
                acknowledged += sent.requests().size();
                measured = new Measured(sent, (long) sent.requests().size() * recordsPerRequest, cpuSeconds);
            }
            server.follow(Duration.ZERO, Duration.ZERO);
            MeasuredReceiver.requireStored(Warehouses.open(warehouse, server.properties()), payload, acknowledged * recordsPerRequest);
            return measured;
        }
    }
}

package io.icegate.benchmarks;

import io.icegate.benchmarks.ClosedLoop.Acknowledged;
import io.icegate.objectstore.s3.StrictS3Server;
import io.icegate.standalone.process.Installation;
import io.icegate.warehouse.Warehouses;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How long clients wait for acknowledgements when they send without a pause, minute after minute, at the settings that
 * everybody gets: whether a budget that is spent, or anything else that adds up, slows them down.
 */
final class SteadyBenchmark
{
    private static final Duration SLICE = Duration.ofSeconds(10);
    /**
     * After so long without a request the budget of files is full again.
     */
    private static final Duration REST = Duration.ofSeconds(40);
    /**
     * So short that the budget lasts.
     */
    private static final Duration BURST = Duration.ofSeconds(2);

    private final Installation installation;
    private final Path folder;
    private final Payload payload;
    private final int recordsPerRequest;
    private final Duration warmUp;
    private final Duration duration;
    private final Optional<Duration> putLatency;

    /**
     * @param putLatency of an S3 server in this process; empty for a local folder
     */
    SteadyBenchmark(Installation installation, Path folder, Payload payload, int recordsPerRequest, Duration warmUp, Duration duration, Optional<Duration> putLatency)
    {
        this.installation = installation;
        this.folder = folder;
        this.payload = payload;
        this.recordsPerRequest = recordsPerRequest;
        this.warmUp = warmUp;
        this.duration = duration;
        this.putLatency = putLatency;
    }

    Report run(List<Protocol> protocols, List<Integer> clients)
            throws IOException, InterruptedException
    {
        ExportRequests requests = payload.requests(recordsPerRequest);
        Report report = new Report("ingest")
                .setting("mode", "steady")
                .setting("signal", payload.toString())
                .setting("records_per_request", recordsPerRequest)
                .setting("bytes_per_record", requests.bytesPerRecord())
                .setting("warm_up_seconds", warmUp.toSeconds())
                .setting("seconds", duration.toSeconds())
                .setting("store", putLatency.map(latency -> "S3 server in the process of the load generator, %s ms per PUT".formatted(latency.toMillis())).orElse("local folder"))
                .setting("receiver", "a new process for each result, settings at their defaults, on the cores of the load generator")
                .peer("none: no other receiver runs in this benchmark");
        for (Protocol protocol : protocols) {
            for (int count : clients) {
                report.result(run(requests, protocol, count));
            }
        }
        return report;
    }

    private Map<String, Object> run(ExportRequests requests, Protocol protocol, int clients)
            throws IOException, InterruptedException
    {
        String name = "%s-%s".formatted(protocol, clients);
        if (putLatency.isEmpty()) {
            return run(requests, protocol, clients, folder.resolve("warehouse-" + name).toAbsolutePath().toString(), Map.of());
        }
        try (StrictS3Server server = StrictS3Server.start()) {
            server.follow(Duration.ZERO, putLatency.orElseThrow());
            return run(requests, protocol, clients, "s3://steady/" + name, server.properties());
        }
    }

    private Map<String, Object> run(ExportRequests requests, Protocol protocol, int clients, String warehouse, Map<String, String> store)
            throws IOException, InterruptedException
    {
        ClosedLoop.Sent sent;
        Optional<ClosedLoop.Sent> rested = Optional.empty();
        long acknowledged;
        long segments;
        double cpuSeconds;
        try (MeasuredReceiver receiver = new MeasuredReceiver(installation, folder.resolve(protocol + "-" + clients), warehouse, store);
                ExportClient client = receiver.connect(protocol, payload)) {
            acknowledged = ClosedLoop.run(client, requests, clients, warmUp).requests().size();
            long segmentsBefore = receiver.segments();
            Duration cpuBefore = receiver.cpu();
            sent = ClosedLoop.run(client, requests, clients, duration);
            cpuSeconds = receiver.cpu().minus(cpuBefore).toNanos() / 1e9;
            acknowledged += sent.requests().size();
            segments = receiver.segments() - segmentsBefore;
            if (putLatency.isPresent()) {
                Thread.sleep(REST);
                rested = Optional.of(ClosedLoop.run(client, requests, clients, BURST));
                acknowledged += rested.orElseThrow().requests().size();
            }
        }
        MeasuredReceiver.requireStored(Warehouses.open(warehouse, store), payload, acknowledged * recordsPerRequest);
        Latencies latencies = sent.latencies();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("protocol", protocol.toString());
        result.put("clients", clients);
        result.put("records_per_second", Math.round(sent.requests().size() * (double) recordsPerRequest / sent.seconds()));
        result.put("records_per_cpu_second", Math.round(sent.requests().size() * (double) recordsPerRequest / cpuSeconds));
        result.put("retries", sent.retries());
        result.put("ack_ms_p50", latencies.millis(50));
        result.put("ack_ms_p90", latencies.millis(90));
        result.put("ack_ms_p99", latencies.millis(99));
        result.put("ack_ms_p50_by_10_s", bySlice(sent.requests()));
        rested.ifPresent(burst -> result.put("ack_ms_p50_of_burst", burst.latencies().millis(50)));
        result.put("segments", segments);
        result.put("segments_per_second", segments / sent.seconds());
        return result;
    }

    private static List<Double> bySlice(List<Acknowledged> requests)
    {
        Map<Long, List<Long>> slices = new TreeMap<>();
        for (Acknowledged request : requests) {
            slices.computeIfAbsent(request.sinceStartNanos() / SLICE.toNanos(), _ -> new ArrayList<>()).add(request.nanos());
        }
        return slices.values().stream().map(nanos -> Latencies.of(nanos).millis(50)).toList();
    }
}

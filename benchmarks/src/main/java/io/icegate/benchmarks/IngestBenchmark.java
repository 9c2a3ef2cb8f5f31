package io.icegate.benchmarks;

import io.icegate.standalone.TemporaryFolder;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Installation;
import io.icegate.warehouse.Warehouses;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a receiver process can take: records per second of its CPU time, how long clients wait for the acknowledgement, and the
 * memory that it takes for that. The commit loop runs, no request is like another, and what was acknowledged must be stored in
 * the end. Each measurement has a new process on an empty warehouse.
 */
final class IngestBenchmark
{
    /**
     * So long a process is idle before we read what it holds.
     */
    private static final Duration IDLE = Duration.ofSeconds(2);
    /**
     * Time of a measurement beside the load: the start of the process, its end, and the count of what it stored.
     */
    private static final Duration AROUND = Duration.ofSeconds(12);
    private static final Duration SLICE = Duration.ofSeconds(10);
    private static final double MEGABYTE = 1 << 20;

    /**
     * How long clients send.
     *
     * @param steady also tells whether the acknowledgements become slower in time
     */
    record Times(Duration warmUp, Duration measured, boolean steady)
    {
        private Duration whole()
        {
            return warmUp.plus(measured).plus(AROUND);
        }
    }

    /**
     * Another system that takes the same requests.
     *
     * @param rounds measurements of each of the two, in turn
     */
    record Peer(Path binary, int rounds) {}

    private record Measured(Map<String, Object> result, long records, Duration cpu) {}

    private final Installation installation;
    private final Path folder;
    private final ReceiverSetup setup;
    private final Times times;
    private final long deadline;
    private final List<String> leftOut = new ArrayList<>();
    private final Report report;
    private @Nullable ExportRequests lastRequests;
    private Optional<IngestCell> lastCell = Optional.empty();
    private int runs;

    /**
     * @param limit of all measurements; those that do not fit are left out, and the report says so
     * @param progress is told each result at once
     */
    IngestBenchmark(Installation installation, Path folder, ReceiverSetup setup, Times times, Optional<Duration> limit, Consumer<Object> progress)
    {
        this.installation = installation;
        this.folder = folder;
        this.setup = setup;
        this.times = times;
        this.report = new Report("ingest", progress);
        this.deadline = System.nanoTime() + limit.orElse(Duration.ofDays(10)).toNanos();
    }

    /**
     * @param peer measured beside the usual logs
     * @param noPeer why there is none
     */
    Report run(List<IngestCell> cells, Optional<Peer> peer, String noPeer)
            throws IOException, InterruptedException
    {
        report.setting("receiver", "a new process for each result, with its commit loop, on the cores of the load generator and the store")
                .setting("java_options", setup.javaOptions())
                .setting("configuration", setup.configuration())
                .setting("requests", "protobuf, no compression, every one new, each record with ids of its own")
                .setting("warm_up_seconds", times.warmUp().toSeconds())
                .setting("seconds", times.measured().toSeconds())
                .setting("left_out", leftOut)
                .peer(peer.map(binary -> "%s, %s; either in a folder of its own, with the same requests and clients".formatted(VictoriaLogs.NAME, binary.binary())).orElse(noPeer));
        if (peer.isPresent()) {
            runPeer(peer.orElseThrow());
        }
        for (IngestCell cell : cells) {
            if (fits(times.whole(), cell.description().toString())) {
                report.result(measure(cell).result());
            }
        }
        return report;
    }

    private boolean fits(Duration time, String what)
    {
        boolean fits = System.nanoTime() + time.toNanos() - deadline <= 0;
        if (!fits) {
            leftOut.add(what);
        }
        return fits;
    }

    private void runPeer(Peer peer)
            throws IOException, InterruptedException
    {
        // where the peer stores too
        IngestCell cell = IngestSelection.usual(Payload.LOGS).in(IngestStore.FOLDER);
        List<Measured> ours = new ArrayList<>();
        List<Measured> theirs = new ArrayList<>();
        for (int round = 0; round < peer.rounds(); round++) {
            if (fits(times.whole().multipliedBy(2), "round %s beside %s".formatted(round + 1, VictoriaLogs.NAME))) {
                Measured own = measure(cell);
                report.result(own.result());
                ours.add(own);
                Measured other = measure(peer, cell);
                report.result(other.result());
                theirs.add(other);
            }
        }
        if (!ours.isEmpty()) {
            Map<String, Object> ratio = new LinkedHashMap<>();
            ratio.put("rounds", ours.size());
            ratio.put("icegate_records_per_cpu_second", Math.round(perCpuSecond(ours)));
            ratio.put(VictoriaLogs.NAME.replace('-', '_') + "_records_per_cpu_second", Math.round(perCpuSecond(theirs)));
            ratio.put("ratio", Math.round(perCpuSecond(ours) / perCpuSecond(theirs) * 100) / 100.0);
            report.result(ratio);
        }
    }

    private static double perCpuSecond(List<Measured> rounds)
    {
        return rounds.stream().mapToLong(Measured::records).sum() / (rounds.stream().mapToLong(round -> round.cpu().toMillis()).sum() / 1e3);
    }

    private ExportRequests requests(IngestCell cell)
    {
        ExportRequests requests = lastRequests;
        if (requests == null || !lastCell.map(last -> last.payload() == cell.payload() && last.records() == cell.records()).orElse(false)) {
            lastRequests = null; // two at a time may be too many
            requests = cell.payload().requests(cell.records());
        }
        lastRequests = requests;
        lastCell = Optional.of(cell);
        return requests;
    }

    /**
     * A folder for one measurement. It goes away with it, because a whole matrix would not fit on a disk.
     */
    private TemporaryFolder place()
            throws IOException
    {
        return new TemporaryFolder(Files.createDirectories(folder.resolve("run-" + runs++)));
    }

    private Measured measure(IngestCell cell)
            throws IOException, InterruptedException
    {
        ExportRequests requests = requests(cell);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("system", "icegate");
        result.putAll(cell.description());
        result.put("bytes_per_record", requests.bytesPerRecord());
        Measured measured;
        try (TemporaryFolder place = place();
                IngestStore.Opened store = cell.store().open(place.path())) {
            long acknowledged;
            try (MeasuredReceiver receiver = new MeasuredReceiver(installation, place.path(), store, setup);
                    ExportClient client = receiver.connect(cell.protocol(), cell.payload())) {
                Thread.sleep(IDLE);
                ProcessUsage idle = receiver.usage();
                ClosedLoop.Sent warmUp = ClosedLoop.run(client, requests, cell.clients(), times.warmUp());
                PrometheusPage metricsBefore = receiver.metrics();
                int gcLines = receiver.gcLog().lines();
                ProcessUsage before = receiver.usage();
                ClosedLoop.Sent sent = ClosedLoop.run(client, requests, cell.clients(), times.measured());
                ProcessUsage after = receiver.usage();
                GcLog.Collections collections = receiver.gcLog().after(gcLines);
                PrometheusPage metrics = receiver.metrics();
                measured = load(result, cell, sent, after.cpu().minus(before.cpu()));
                segments(result, metricsBefore, metrics, sent.seconds());
                result.put("garbage_bytes_per_record", collections.allocatedBytes() / measured.records());
                result.put("gc_pause_ms_p99", collections.millis(99));
                result.put("gc_pause_ms_total", collections.totalMillis());
                Thread.sleep(IDLE);
                memory(result, idle, after, receiver.usage());
                requireNoCopies(metrics, warmUp.retries() + sent.retries());
                acknowledged = (long) warmUp.requests().size() + sent.requests().size();
            }
            store.hurry();
            MeasuredReceiver.requireStored(Warehouses.open(store.warehouse(), store.properties()), cell.payload(), acknowledged * cell.records());
            result.put("acknowledged_and_stored", acknowledged * cell.records());
        }
        return measured;
    }

    private Measured measure(Peer peer, IngestCell cell)
            throws IOException, InterruptedException
    {
        ExportRequests requests = requests(cell);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("system", VictoriaLogs.NAME);
        result.putAll(cell.description());
        result.put("store", IngestStore.FOLDER.toString());
        result.put("bytes_per_record", requests.bytesPerRecord());
        try (TemporaryFolder place = place();
                VictoriaLogs receiver = new VictoriaLogs(peer.binary(), place.path());
                ExportClient client = receiver.connect()) {
            Thread.sleep(IDLE);
            ProcessUsage idle = receiver.usage();
            ClosedLoop.Sent warmUp = ClosedLoop.run(client, requests, cell.clients(), times.warmUp());
            ProcessUsage before = receiver.usage();
            ClosedLoop.Sent sent = ClosedLoop.run(client, requests, cell.clients(), times.measured());
            ProcessUsage after = receiver.usage();
            Measured measured = load(result, cell, sent, after.cpu().minus(before.cpu()));
            Thread.sleep(IDLE);
            memory(result, idle, after, receiver.usage());
            long acknowledged = ((long) warmUp.requests().size() + sent.requests().size()) * cell.records();
            receiver.requireStored(acknowledged);
            result.put("acknowledged_and_stored", acknowledged);
            return measured;
        }
    }

    private Measured load(Map<String, Object> result, IngestCell cell, ClosedLoop.Sent sent, Duration cpu)
    {
        long records = (long) sent.requests().size() * cell.records();
        Latencies latencies = sent.latencies();
        result.put("records", records);
        result.put("cpu_seconds", cpu.toMillis() / 1e3);
        result.put("records_per_second", Math.round(records / sent.seconds()));
        result.put("records_per_cpu_second", Math.round(records / (cpu.toMillis() / 1e3)));
        result.put("retries", sent.retries());
        result.put("ack_ms_p50", latencies.millis(50));
        result.put("ack_ms_p99", latencies.millis(99));
        if (times.steady()) {
            result.put("ack_ms_p50_by_10_s", bySlice(sent.requests()));
        }
        return new Measured(result, records, cpu);
    }

    private static List<Double> bySlice(List<ClosedLoop.Acknowledged> requests)
    {
        Map<Long, List<Long>> slices = new TreeMap<>();
        for (ClosedLoop.Acknowledged request : requests) {
            slices.computeIfAbsent(request.sinceStartNanos() / SLICE.toNanos(), _ -> new ArrayList<>()).add(request.nanos());
        }
        return slices.values().stream().map(nanos -> Latencies.of(nanos).millis(50)).toList();
    }

    private static void segments(Map<String, Object> result, PrometheusPage before, PrometheusPage after, double seconds)
    {
        double segments = increase("icegate_wal_segment_rows_count", before, after);
        double rows = increase("icegate_wal_segment_rows_sum", before, after);
        result.put("wal_bytes_per_record", Math.round(increase("icegate_wal_segment_bytes_sum", before, after) / Math.max(1, rows) * 10) / 10.0);
        result.put("records_per_segment", Math.round(rows / Math.max(1, segments)));
        result.put("segments_per_second", Math.round(segments / seconds * 10) / 10.0);
    }

    private static double increase(String name, PrometheusPage before, PrometheusPage after)
    {
        return after.sum(name) - before.sum(name);
    }

    private static void memory(Map<String, Object> result, ProcessUsage idle, ProcessUsage loaded, ProcessUsage idleAgain)
    {
        result.put("resident_mb_idle", megabytes(idle.residentBytes()));
        result.put("resident_mb_loaded", megabytes(loaded.residentBytes()));
        result.put("resident_mb_max", megabytes(loaded.residentBytesMax()));
        result.put("resident_mb_idle_again", megabytes(idleAgain.residentBytes()));
    }

    private static long megabytes(long bytes)
    {
        return Math.round(bytes / MEGABYTE);
    }

    /**
     * A request that was taken for the copy of another one would have cost next to nothing.
     */
    private static void requireNoCopies(PrometheusPage metrics, long retries)
    {
        double copies = metrics.sum("icegate_ingest_deduplicated_requests_total");
        if (copies > retries) {
            throw new CommandException("The benchmark is invalid: %s requests were taken for copies of others, but only %s were sent again".formatted(Math.round(copies), retries));
        }
    }
}

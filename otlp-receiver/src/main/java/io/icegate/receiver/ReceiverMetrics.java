package io.icegate.receiver;

import com.google.inject.Inject;
import io.icegate.objectstore.ObjectStore;
import io.icegate.receiver.commit.CommitMetrics;
import io.icegate.receiver.commit.WaitingRows;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.telemetry.SelfMetrics;
import io.icegate.server.MeteredObjectStore;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import static java.util.Objects.requireNonNull;

/**
 * Registers the metrics of a receiver. Labels have few values; of those that a client chooses, {@code ClientNames} bounds the number.
 */
public final class ReceiverMetrics
{
    private static final double[] SECONDS = {.005, .01, .02, .03, .05, .075, .1, .15, .2, .3, .5, .75, 1, 2, 3, 5, 10};

    private static final String NO_SIGNAL = "none";
    private static final String SELF_ACCEPTED = "accepted";
    private static final String SELF_DROPPED = "dropped";

    private final ClientNames clients = new ClientNames();
    private final Counter clientRequests;
    private final Counter acceptedRequests;
    private final Counter acceptedRecords;
    private final Counter acceptedBytes;
    private final Counter deduplicatedRequests;
    private final Counter refusedRequests;
    private final Histogram ackSeconds;
    private final Histogram putSeconds;
    private final Histogram segmentBytes;
    private final Histogram segmentRows;
    private final Histogram commitSeconds;
    private final Counter commitSegments;
    private final Counter commitRows;
    private final Counter commitDuplicates;
    private final Counter commitForgotten;
    private final Counter selfRecords;
    private final Counter storeRequests;
    private final Gauge waitingSegments;
    private final Gauge waitingBytes;
    private final Gauge waitingOldestSeconds;
    private final Gauge corruptWriters;

    @Inject
    public ReceiverMetrics(PrometheusRegistry registry, Admission admission)
    {
        clientRequests = Counter.builder().name("icegate_ingest_requests").help("Requests of clients that may send").labelNames("signal", "client").register(registry);
        acceptedRequests = counter(registry, "icegate_ingest_accepted_requests", "Requests that became durable");
        acceptedRecords = counter(registry, "icegate_ingest_accepted_records", "Records that became durable");
        acceptedBytes = counter(registry, "icegate_ingest_accepted_bytes", "Bytes of requests, decompressed, that became durable");
        deduplicatedRequests = counter(registry, "icegate_ingest_deduplicated_requests", "Requests that were recognised as sent again");
        refusedRequests = Counter.builder().name("icegate_ingest_refused_requests").help("Requests answered with an error").labelNames("signal", "reason").register(registry);
        ackSeconds = histogram(registry, "icegate_wal_ack_seconds", "From the end of decoding to durable");
        putSeconds = histogram(registry, "icegate_wal_put_seconds", "From encoded to durable, with all segments before");
        segmentBytes = Histogram.builder().name("icegate_wal_segment_bytes").help("Encoded size of segments").classicOnly()
                .classicUpperBounds(1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24).register(registry);
        segmentRows = Histogram.builder().name("icegate_wal_segment_rows").help("Rows of segments").classicOnly()
                .classicUpperBounds(1, 10, 100, 1_000, 10_000, 100_000).register(registry);
        commitSeconds = Histogram.builder().name("icegate_commit_seconds").help("Time of a commit round").labelNames("result").classicOnly()
                .classicUpperBounds(SECONDS).register(registry);
        commitSegments = Counter.builder().name("icegate_commit_segments").help("Segments committed by this process").register(registry);
        commitRows = Counter.builder().name("icegate_commit_rows").help("Rows committed by this process, without duplicates").register(registry);
        commitForgotten = Counter.builder().name("icegate_commit_forgotten_batches").help("Ids of committed batches that were forgotten before their time").register(registry);
        commitDuplicates = Counter.builder().name("icegate_commit_duplicate_batches").help("Copies of batches that were dropped at commit").register(registry);
        waitingSegments = gauge(registry, "icegate_wal_uncommitted_segments", "Segments of all writers that wait for a commit");
        waitingBytes = gauge(registry, "icegate_wal_uncommitted_bytes", "Bytes of these segments");
        waitingOldestSeconds = gauge(registry, "icegate_wal_uncommitted_oldest_seconds", "Age of the oldest of these segments");
        corruptWriters = gauge(registry, "icegate_wal_corrupt_writers", "Writers whose run ends at a segment that cannot be read");
        selfRecords = Counter.builder().name("icegate_telemetry_self_records").help("Records of this process about itself, in no other count of requests and records").labelNames("signal", "outcome").register(registry);
        storeRequests = Counter.builder().name("icegate_objectstore_requests").help("Requests to the store").labelNames("operation", "outcome").register(registry);
        GaugeWithCallback.builder().name("icegate_ingest_budget_used_bytes").help("Bytes of the memory budget in use")
                .callback(callback -> callback.call(admission.usedBytes())).register(registry);
        GaugeWithCallback.builder().name("icegate_ingest_budget_bytes").help("The memory budget")
                .callback(callback -> callback.call(admission.budgetBytes())).register(registry);
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help)
    {
        return Counter.builder().name(name).help(help).labelNames("signal").register(registry);
    }

    private static Histogram histogram(PrometheusRegistry registry, String name, String help)
    {
        return Histogram.builder().name(name).help(help).classicOnly().classicUpperBounds(SECONDS).register(registry);
    }

    private static Gauge gauge(PrometheusRegistry registry, String name, String help)
    {
        return Gauge.builder().name(name).help(help).labelNames("table").register(registry);
    }

    private static String label(Refusal refusal)
    {
        return refusal.name().toLowerCase(Locale.ROOT);
    }

    /**
     * @param further is told each request, too
     */
    ObjectStore metered(ObjectStore store, MeteredObjectStore.Requests further)
    {
        return new MeteredObjectStore(store, (operation, outcome) -> {
            storeRequests.labelValues(operation, outcome).inc();
            further.count(operation, outcome);
        });
    }

    /**
     * Counts what happens to the requests of a signal.
     */
    public IngestMetrics ofSignal(String signal)
    {
        for (Counter counter : List.of(acceptedRequests, acceptedRecords, acceptedBytes, deduplicatedRequests)) {
            counter.initLabelValues(signal);
        }
        for (Refusal refusal : Refusal.values()) {
            refusedRequests.initLabelValues(signal, label(refusal));
        }
        return new SignalMetrics(signal);
    }

    /**
     * Counts requests that reach no signal, for example those to an unknown path. All have one label, because clients choose
     * their paths.
     */
    IngestMetrics ofNoSignal()
    {
        refusedRequests.initLabelValues(NO_SIGNAL, label(Refusal.UNKNOWN_SERVICE));
        return new SignalMetrics(NO_SIGNAL);
    }

    /**
     * Counts what becomes of own telemetry.
     */
    SelfMetrics ofSelf()
    {
        for (OtlpSignal signal : OtlpSignal.ALL) {
            selfRecords.initLabelValues(signal.name(), SELF_ACCEPTED);
            selfRecords.initLabelValues(signal.name(), SELF_DROPPED);
        }
        return new SelfMetrics()
        {
            @Override
            public void accepted(OtlpSignal signal, long records)
            {
                selfRecords.labelValues(signal.name(), SELF_ACCEPTED).inc(records);
            }

            @Override
            public void dropped(OtlpSignal signal, long records)
            {
                selfRecords.labelValues(signal.name(), SELF_DROPPED).inc(records);
            }
        };
    }

    long selfAccepted()
    {
        return selfRecords(SELF_ACCEPTED);
    }

    long selfDropped()
    {
        return selfRecords(SELF_DROPPED);
    }

    private long selfRecords(String outcome)
    {
        return OtlpSignal.ALL.stream().mapToLong(signal -> selfRecords.labelValues(signal.name(), outcome).getLongValue()).sum();
    }

    /**
     * Counts what happens to the segments of a table. The gauges of waiting segments are NaN until the first measurement.
     */
    public CommitMetrics ofTable(String table)
    {
        CommitMetrics metrics = new TableMetrics(table);
        metrics.waitingUnknown();
        return metrics;
    }

    private final class SignalMetrics
            implements IngestMetrics
    {
        private final String signal;

        private SignalMetrics(String signal)
        {
            this.signal = requireNonNull(signal, "signal is null");
        }

        @Override
        public void arrived(@Nullable String userAgent)
        {
            clientRequests.labelValues(signal, clients.name(userAgent)).inc();
        }

        @Override
        public void accepted(long records, long bytes, Duration sinceRead, Duration sinceDecoded)
        {
            acceptedRequests.labelValues(signal).inc();
            acceptedRecords.labelValues(signal).inc(records);
            acceptedBytes.labelValues(signal).inc(bytes);
            ackSeconds.observe(seconds(sinceDecoded));
        }

        @Override
        public void deduplicated()
        {
            deduplicatedRequests.labelValues(signal).inc();
        }

        @Override
        public void refused(Refusal refusal)
        {
            refusedRequests.labelValues(signal, label(refusal)).inc();
        }

        @Override
        public void segment(DurableSegment segment)
        {
            segmentBytes.observe(segment.bytes());
            segmentRows.observe(segment.rows());
            putSeconds.observe(seconds(segment.put()));
        }
    }

    private final class TableMetrics
            implements CommitMetrics
    {
        private final String table;

        private TableMetrics(String table)
        {
            this.table = requireNonNull(table, "table is null");
        }

        @Override
        public void committed(int segments, long rows, int duplicateBatches, Duration time)
        {
            commitSegments.inc(segments);
            commitRows.inc(rows);
            commitDuplicates.inc(duplicateBatches);
            commitSeconds.labelValues(segments == 0 ? "nothing" : "committed").observe(seconds(time));
        }

        @Override
        public void forgotten(long batches)
        {
            commitForgotten.inc(batches);
        }

        @Override
        public void commitFailed(Duration time)
        {
            commitSeconds.labelValues("failed").observe(seconds(time));
        }

        @Override
        public void waiting(WaitingRows rows)
        {
            waiting(rows.segments(), rows.bytes(), seconds(rows.oldest()), rows.corruptWriters());
        }

        @Override
        public void waitingUnknown()
        {
            waiting(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        }

        private void waiting(double segments, double bytes, double oldestSeconds, double corrupt)
        {
            waitingSegments.labelValues(table).set(segments);
            waitingBytes.labelValues(table).set(bytes);
            waitingOldestSeconds.labelValues(table).set(oldestSeconds);
            corruptWriters.labelValues(table).set(corrupt);
        }
    }

    private static double seconds(Duration duration)
    {
        return duration.toNanos() / 1e9;
    }
}

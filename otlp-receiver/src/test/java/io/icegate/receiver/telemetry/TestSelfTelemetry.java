package io.icegate.receiver.telemetry;

import com.google.protobuf.InvalidProtocolBufferException;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Origin;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Own telemetry is told once, is bounded, and brings forth none of its own. Other tests of this process may log meanwhile, so only lines
 * with this test's mark count.
 */
@Execution(ExecutionMode.SAME_THREAD)
final class TestSelfTelemetry
{
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Executor THREADS = task -> {
        CountDownLatch done = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            task.run();
            done.countDown();
        });
        await(done);
    };

    private final String mark = UUID.randomUUID().toString();
    private final Logger logger = Logger.getLogger("test." + mark);
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final AtomicLong nanos = new AtomicLong();
    private final Counts counts = new Counts();
    private final SpanBuffer spans = new SpanBuffer(true, counts, InstantSource.system(), nanos::get, new Random(1));
    private final Admission admission = new Admission(SelfTelemetry.BUDGET_BYTES);
    private final Map<OtlpSignal, Requests> handlers = Map.of(OtlpSignal.LOGS, new Requests(), OtlpSignal.TRACES, new Requests(), OtlpSignal.METRICS, new Requests());
    private final SelfTelemetry telemetry = new SelfTelemetry(
            new SelfTelemetry.Settings(true, "operators", NEVER),
            Resource.getDefaultInstance(),
            new SelfTelemetry.Target(Map.copyOf(handlers), admission),
            registry,
            spans,
            counts,
            InstantSource.system());

    private static final class Counts
            implements SelfMetrics
    {
        private final Map<String, Long> accepted = new HashMap<>();
        private final Map<String, Long> dropped = new HashMap<>();

        @Override
        public synchronized void accepted(OtlpSignal signal, long records)
        {
            accepted.merge(signal.name(), records, Long::sum);
        }

        @Override
        public synchronized void dropped(OtlpSignal signal, long records)
        {
            dropped.merge(signal.name(), records, Long::sum);
        }

        private synchronized long dropped(OtlpSignal signal)
        {
            return dropped.getOrDefault(signal.name(), 0L);
        }
    }

    /**
     * Acknowledges what it is told to, after some further work.
     */
    private static final class Requests
            implements ExportHandler
    {
        private final List<byte[]> bodies = new ArrayList<>();
        private Optional<RefusedException> closed = Optional.empty();
        private Optional<RefusedException> refusal = Optional.empty();
        private Runnable work = () -> {};

        @Override
        public void checkOpen(String tenant, long deadlineNanos)
        {
            assertThat(tenant).isEqualTo("operators");
            closed.ifPresent(failure -> {
                throw failure;
            });
        }

        @Override
        public CompletableFuture<Acknowledgement> export(IngestRequest request)
        {
            bodies.add(request.body());
            work.run();
            request.ticket().close();
            refusal.ifPresent(failure -> {
                throw failure;
            });
            return CompletableFuture.completedFuture(Acknowledgement.FULL);
        }

        @Override
        public long retryMillis()
        {
            return 1_000;
        }

        @Override
        public void refused(Refusal refusal) {}
    }

    @AfterEach
    void stop()
    {
        telemetry.stop();
    }

    @Test
    void testWarningsAreTold()
            throws Exception
    {
        telemetry.start();
        logger.info("not this " + mark);
        logger.log(Level.WARNING, "{0} of " + mark, "one");
        logger.log(Level.SEVERE, "two of " + mark, new IllegalStateException("for a reason"));
        telemetry.flush();
        List<LogRecord> records = records();
        assertThat(records).extracting(record -> "%s %s".formatted(record.getSeverityText(), record.getBody().getStringValue())).containsExactly("WARN one of " + mark, "ERROR two of " + mark);
        assertThat(records.get(1).getAttributesList()).extracting(attribute -> attribute.getKey()).containsExactly("exception.type", "exception.message", "exception.stacktrace");
        assertThat(records.get(1).getAttributes(1).getValue().getStringValue()).isEqualTo("for a reason");
        telemetry.flush();
        assertThat(records()).as("told once").hasSize(2);
        telemetry.stop();
        logger.warning("three of " + mark);
        telemetry.flush();
        assertThat(records()).as("after the end").hasSize(2);
    }

    /**
     * Storing own telemetry may go wrong, and then there are warnings. Neither those of the thread that hands over nor those of the
     * tasks that it starts are told.
     */
    @Test
    void testOwnWorkIsNotTold()
            throws Exception
    {
        AtomicLong warnings = new AtomicLong();
        Executor keeping = Origin.keeping(THREADS);
        requests(OtlpSignal.LOGS).work = () -> {
            logger.warning("handing over %s".formatted(mark));
            keeping.execute(() -> logger.warning("uploading %s".formatted(mark)));
            warnings.addAndGet(2);
        };
        telemetry.start();
        logger.warning("from outside " + mark);
        for (int flush = 0; flush < 10; flush++) {
            telemetry.flush();
        }
        assertThat(warnings.get()).as("of the handler").isGreaterThanOrEqualTo(2);
        assertThat(records()).extracting(record -> record.getBody().getStringValue()).containsExactly("from outside " + mark);
    }

    /**
     * Negative control: without the mark each request brings forth the next one, without end.
     */
    @Test
    void testUnmarkedWorkIsTold()
            throws Exception
    {
        requests(OtlpSignal.LOGS).work = () -> THREADS.execute(() -> logger.warning("uploading " + mark));
        telemetry.start();
        logger.warning("from outside " + mark);
        for (int flush = 0; flush < 10; flush++) {
            telemetry.flush();
        }
        assertThat(records()).hasSize(10);
    }

    @Test
    void testSpansOfOwnSegmentsAreNotTold()
            throws Exception
    {
        SignalSpans ofLogs = new SignalSpans("logs", spans);
        var ingest = ofLogs.over(IngestMetrics.NONE);
        var commits = ofLogs.over(io.icegate.receiver.commit.CommitMetrics.NONE);
        ingest.segment(segment(Origin.SELF));
        commits.committed(1, 1, 0, Duration.ofMillis(5));
        commits.commitFailed(Duration.ofMillis(5));
        telemetry.flush();
        assertThat(names()).as("of own telemetry").isEmpty();

        ingest.segment(segment(Origin.CLIENT));
        commits.commitFailed(Duration.ofMillis(5));
        commits.committed(2, 2, 0, Duration.ofMillis(5));
        commits.committed(1, 1, 0, Duration.ofMillis(5));
        telemetry.flush();
        assertThat(names()).as("of a client").containsExactly("wal.segment", "wal.put", "wal.commit", "wal.commit");
    }

    /**
     * One request a second, and one refused one, whatever the load.
     */
    @Test
    void testSpansAreSampledByRate()
            throws Exception
    {
        IngestMetrics ingest = new SignalSpans("logs", spans).over(IngestMetrics.NONE);
        for (int request = 0; request < 1_000; request++) {
            ingest.accepted(1, 1, Duration.ofMillis(20), Duration.ofMillis(10));
            ingest.refused(Refusal.OVERLOADED);
        }
        nanos.addAndGet(SECONDS.toNanos(1));
        ingest.accepted(7, 8, Duration.ofMillis(20), Duration.ofMillis(10));
        telemetry.flush();
        List<Span> told = told();
        assertThat(told).extracting(Span::getName).containsExactly("receiver.export", "receiver.export", "receiver.export");
        Span last = told.getLast();
        assertThat(Duration.ofNanos(last.getEndTimeUnixNano() - last.getStartTimeUnixNano())).isEqualTo(Duration.ofMillis(20));
        assertThat(last.getAttributesList()).extracting(attribute -> attribute.getKey()).containsExactly("icegate.signal", "icegate.records", "icegate.bytes");
        assertThat(last.getAttributes(1).getValue().getIntValue()).isEqualTo(7);
    }

    @Test
    void testWhatIsRefusedIsDroppedOnce()
    {
        requests(OtlpSignal.LOGS).refusal = Optional.of(new RefusedException(Refusal.OVERLOADED, "Cannot accept request now"));
        telemetry.start();
        logger.warning("lost " + mark);
        telemetry.flush();
        int sent = requests(OtlpSignal.LOGS).bodies.size();
        assertThat(sent).isEqualTo(1);
        long dropped = counts.dropped(OtlpSignal.LOGS);
        assertThat(dropped).isPositive();
        requests(OtlpSignal.LOGS).refusal = Optional.empty();
        telemetry.flush();
        assertThat(requests(OtlpSignal.LOGS).bodies.stream().skip(1).flatMap(body -> records(body).stream()).map(LogRecord::toString)).noneMatch(text -> text.contains(mark));
        assertThat(admission.usedBytes()).isZero();
    }

    /**
     * While the table is closed nothing is taken, and the first lines stay, which tell why.
     */
    @Test
    void testWhatWaitsIsBounded()
            throws Exception
    {
        requests(OtlpSignal.LOGS).closed = Optional.of(new RefusedException(Refusal.DRAINING, "Cannot accept request now"));
        LogCapture capture = new LogCapture(counts);
        for (int line = 0; line < LogCapture.LINES_MAX; line++) {
            capture.publish(new java.util.logging.LogRecord(Level.WARNING, "line " + line));
        }
        assertThat(counts.dropped(OtlpSignal.LOGS)).as("at the bound").isZero();
        capture.publish(new java.util.logging.LogRecord(Level.WARNING, "one more"));
        assertThat(counts.dropped(OtlpSignal.LOGS)).as("past the bound").isEqualTo(1);
        assertThat(capture.take().getFirst().getLogRecords(0).getBody().getStringValue()).isEqualTo("line 0");

        for (int span = 0; span <= SpanBuffer.SPANS_MAX; span++) {
            spans.add(spans.ended("span", Duration.ZERO));
        }
        assertThat(counts.dropped(OtlpSignal.TRACES)).isEqualTo(1);

        telemetry.start();
        logger.warning("why " + mark);
        telemetry.flush();
        assertThat(requests(OtlpSignal.LOGS).bodies).isEmpty();
        requests(OtlpSignal.LOGS).closed = Optional.empty();
        telemetry.flush();
        assertThat(records()).extracting(record -> record.getBody().getStringValue()).containsExactly("why " + mark);
    }

    /**
     * All that an interval can bring fits into the memory that own telemetry has, three times: the request, and its rows.
     */
    @Test
    void testTheLargestRequestFits()
    {
        LogCapture capture = new LogCapture(counts);
        Throwable deep = new IllegalStateException("€".repeat(100_000));
        for (int line = 0; line < LogCapture.LINES_MAX; line++) {
            java.util.logging.LogRecord record = new java.util.logging.LogRecord(Level.WARNING, "€".repeat(100_000));
            record.setThrown(deep);
            capture.publish(record);
        }
        int bytes = capture.take().stream().mapToInt(scope -> scope.getSerializedSize()).sum();
        assertThat(3L * bytes).isLessThan(SelfTelemetry.BUDGET_BYTES);
    }

    @Test
    void testMetrics()
            throws Exception
    {
        Counter.builder().name("icegate_some_requests").help("Some requests").labelNames("signal").register(registry).labelValues("logs").inc(3);
        Gauge.builder().name("icegate_some_bytes").register(registry).set(Double.NaN);
        Gauge.builder().name("icegate_other_bytes").register(registry).set(1.5);
        Counter.builder().name("icegate_without_value").labelNames("never").register(registry);
        Histogram some = Histogram.builder().name("icegate_some_seconds").classicOnly().classicUpperBounds(1, 2).register(registry);
        some.observe(0.5);
        some.observe(1.5);
        some.observe(9);
        telemetry.flush();
        Map<String, Metric> metrics = new HashMap<>();
        for (byte[] body : requests(OtlpSignal.METRICS).bodies) {
            ExportMetricsServiceRequest.parseFrom(body).getResourceMetrics(0).getScopeMetrics(0).getMetricsList().forEach(metric -> metrics.put(metric.getName(), metric));
        }
        assertThat(metrics.keySet()).containsExactlyInAnyOrder("icegate_some_requests", "icegate_some_bytes", "icegate_other_bytes", "icegate_some_seconds");
        var sum = requireNonNull(metrics.get("icegate_some_requests")).getSum();
        assertThat(sum.getIsMonotonic()).isTrue();
        assertThat(sum.getDataPoints(0).getAsInt()).isEqualTo(3);
        assertThat(sum.getDataPoints(0).getStartTimeUnixNano()).isPositive();
        assertThat(sum.getDataPoints(0).getAttributes(0).getValue().getStringValue()).isEqualTo("logs");
        assertThat(requireNonNull(metrics.get("icegate_some_bytes")).getUnit()).isEqualTo("By");
        assertThat(requireNonNull(metrics.get("icegate_some_bytes")).getGauge().getDataPoints(0).getFlags()).as("not known").isEqualTo(1);
        assertThat(requireNonNull(metrics.get("icegate_other_bytes")).getGauge().getDataPoints(0).getAsDouble()).isEqualTo(1.5);
        var histogram = requireNonNull(metrics.get("icegate_some_seconds")).getHistogram().getDataPoints(0);
        assertThat(histogram.getExplicitBoundsList()).containsExactly(1.0, 2.0);
        assertThat(histogram.getBucketCountsList()).containsExactly(1L, 1L, 1L);
        assertThat(histogram.getSum()).isEqualTo(11);
        assertThat(counts.accepted).containsEntry("metrics", 4L);
    }

    private Requests requests(OtlpSignal signal)
    {
        return requireNonNull(handlers.get(signal));
    }

    private static IngestMetrics.DurableSegment segment(Origin origin)
    {
        return new IngestMetrics.DurableSegment(origin, 1, 1, 1, Duration.ofMillis(10), Duration.ofMillis(5));
    }

    /**
     * What was told in lines with the mark of this test.
     */
    private List<LogRecord> records()
    {
        return requests(OtlpSignal.LOGS).bodies.stream().flatMap(body -> records(body).stream()).filter(record -> record.toString().contains(mark)).toList();
    }

    private static List<LogRecord> records(byte[] body)
    {
        try {
            return ExportLogsServiceRequest.parseFrom(body).getResourceLogs(0).getScopeLogsList().stream().flatMap(scope -> scope.getLogRecordsList().stream()).toList();
        }
        catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private List<Span> told()
            throws InvalidProtocolBufferException
    {
        List<Span> told = new ArrayList<>();
        for (byte[] body : requests(OtlpSignal.TRACES).bodies) {
            told.addAll(ExportTraceServiceRequest.parseFrom(body).getResourceSpans(0).getScopeSpans(0).getSpansList());
        }
        return told;
    }

    private List<String> names()
            throws InvalidProtocolBufferException
    {
        return told().stream().map(Span::getName).toList();
    }

    private static void await(CountDownLatch done)
    {
        try {
            assertThat(done.await(60, SECONDS)).isTrue();
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}

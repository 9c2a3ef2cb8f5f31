package io.icegate.receiver.telemetry;

import io.airlift.log.Logger;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.Origin;
import io.icegate.receiver.signal.OtlpSignal;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.logging.LogManager;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

/**
 * Stores what this receiver has to tell of itself in its own tables, see docs/adr/0018-own-telemetry.md. In each interval it takes the
 * warnings and spans that came together, measures the metrics, and hands them to the ingest of this process, at most one request of each
 * signal. The work is marked as {@link Origin#SELF}, so that it leaves neither log lines nor spans to be stored in the next interval.
 *
 * <p>It waits for nothing and takes nothing from clients. Its requests have memory of their own. A request that is refused is dropped
 * and counted, and is not sent again. While a signal is closed nothing is taken, so that its end may tell why.
 */
public final class SelfTelemetry
{
    /**
     * Memory of requests that wait to be durable: what all warnings, spans and metrics of an interval can take.
     */
    public static final long BUDGET_BYTES = 16 << 20;
    public static final String SERVICE = "icegate-receiver";

    private static final Logger log = Logger.get(SelfTelemetry.class);
    private static final InstrumentationScope SCOPE = InstrumentationScope.newBuilder().setName("io.icegate.receiver").build();
    private static final Duration ANSWER_PATIENCE = Duration.ofMinutes(10);
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Settings settings;
    private final Resource resource;
    private final Map<OtlpSignal, ExportHandler> handlers;
    private final Admission admission;
    private final PrometheusRegistry registry;
    private final SpanBuffer spans;
    private final SelfMetrics metrics;
    private final InstantSource clock;
    private final LogCapture logs;
    private final long startNanos;
    private final CountDownLatch stopping = new CountDownLatch(1);

    public record Settings(boolean enabled, String tenant, Duration interval)
    {
        public Settings
        {
            requireNonNull(tenant, "tenant is null");
            requireNonNull(interval, "interval is null");
        }
    }

    /**
     * Where own telemetry goes.
     *
     * @param handlers of all signals; they share no memory and no quotas with clients
     * @param admission their memory
     */
    public record Target(Map<OtlpSignal, ExportHandler> handlers, Admission admission)
    {
        public Target
        {
            handlers = Map.copyOf(handlers);
            requireNonNull(admission, "admission is null");
        }
    }

    /**
     * A request, and how many records it holds.
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Batch(byte[] body, long records) {}

    /**
     * @param resource this process
     * @param registry of the metrics
     */
    public SelfTelemetry(Settings settings, Resource resource, Target target, PrometheusRegistry registry, SpanBuffer spans, SelfMetrics metrics, InstantSource clock)
    {
        this.settings = requireNonNull(settings, "settings is null");
        this.resource = requireNonNull(resource, "resource is null");
        this.handlers = target.handlers();
        this.admission = target.admission();
        this.registry = requireNonNull(registry, "registry is null");
        this.spans = requireNonNull(spans, "spans is null");
        this.metrics = requireNonNull(metrics, "metrics is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.logs = new LogCapture(metrics);
        this.startNanos = nanos(clock.instant());
    }

    public boolean isEnabled()
    {
        return settings.enabled();
    }

    /**
     * Takes log lines from now on, and tells what there is in each interval.
     */
    public void start()
    {
        if (settings.enabled()) {
            rootLogger().addHandler(logs);
            Thread.ofVirtual().name("self-telemetry").start(this::run);
        }
    }

    /**
     * Tells the last there is, without waiting for an answer. More than once is fine.
     */
    public void stop()
    {
        if (settings.enabled() && stopping.getCount() > 0) {
            stopping.countDown();
            flush();
            rootLogger().removeHandler(logs);
        }
    }

    private void run()
    {
        try {
            while (!stopping.await(settings.interval().toNanos(), NANOSECONDS)) {
                flush();
            }
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Sends what came together since the last time.
     */
    synchronized void flush()
    {
        Origin.SELF.run(() -> {
            send(OtlpSignal.LOGS, this::logs);
            send(OtlpSignal.TRACES, this::spans);
            send(OtlpSignal.METRICS, this::points);
        });
    }

    private void send(OtlpSignal signal, Supplier<Batch> batches)
    {
        ExportHandler handler = requireNonNull(handlers.get(signal), "there is no handler");
        long lost = 0;
        try {
            long deadlineNanos = System.nanoTime() + ANSWER_PATIENCE.toNanos();
            handler.checkOpen(settings.tenant(), deadlineNanos);
            Batch batch = batches.get();
            if (batch.records() == 0) {
                return;
            }
            lost = batch.records();
            Admission.Ticket ticket = admission.admit(batch.body().length);
            handler.export(new IngestRequest(settings.tenant(), Encoding.PROTOBUF, "", batch.body(), ticket, deadlineNanos))
                    .whenComplete((answer, failure) -> {
                        long rejected = failure == null ? answer.rejectedRecords() : batch.records();
                        metrics.accepted(signal, batch.records() - rejected);
                        metrics.dropped(signal, rejected);
                    });
        }
        catch (RuntimeException e) {
            log.debug(e, "Cannot store own %s now, %s records are lost", signal.name(), lost);
            metrics.dropped(signal, lost);
        }
    }

    private Batch logs()
    {
        List<ScopeLogs> scopes = logs.take();
        return new Batch(
                ExportLogsServiceRequest.newBuilder().addResourceLogs(ResourceLogs.newBuilder().setResource(resource).addAllScopeLogs(scopes)).build().toByteArray(),
                scopes.stream().mapToLong(ScopeLogs::getLogRecordsCount).sum());
    }

    private Batch spans()
    {
        List<Span> taken = spans.take();
        return new Batch(
                ExportTraceServiceRequest.newBuilder()
                        .addResourceSpans(ResourceSpans.newBuilder().setResource(resource).addScopeSpans(ScopeSpans.newBuilder().setScope(SCOPE).addAllSpans(taken)))
                        .build()
                        .toByteArray(),
                taken.size());
    }

    private Batch points()
    {
        List<Metric> measured = new MetricPoints(nanos(clock.instant()), startNanos).of(registry.scrape());
        return new Batch(
                ExportMetricsServiceRequest.newBuilder()
                        .addResourceMetrics(ResourceMetrics.newBuilder().setResource(resource).addScopeMetrics(ScopeMetrics.newBuilder().setScope(SCOPE).addAllMetrics(measured)))
                        .build()
                        .toByteArray(),
                MetricPoints.count(measured));
    }

    private static long nanos(Instant time)
    {
        return time.getEpochSecond() * NANOS_PER_SECOND + time.getNano();
    }

    private static java.util.logging.Logger rootLogger()
    {
        return requireNonNull(LogManager.getLogManager().getLogger(""), "there is no root logger");
    }
}

package io.icegate.standalone;

import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.upkeep.UpkeepListener;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporterBuilder;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporterBuilder;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;

import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * Sends what maintenance has to tell of itself to a receiver: a log record for each action and each round that failed, and the metrics
 * of {@code /metrics}. Nothing waits for the receiver; what it does not take in time is lost, and stays in the log file.
 *
 * <p>What is sent becomes segments, which maintenance merges and tells about. That cannot grow: only actions leave records, not
 * what is logged while they are sent, and an interval brings one request of each signal, however many actions there were, up
 * to {@value #RECORDS_MAX}.
 */
final class MaintenanceTelemetry
        implements UpkeepListener, AutoCloseable
{
    static final String SERVICE = "icegate-maintenance";
    /**
     * Log records that wait for the next request. More are dropped.
     */
    static final int RECORDS_MAX = 2_048;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String SCOPE = "io.icegate.maintenance";

    private final SdkLoggerProvider logs;
    private final SdkMeterProvider meters;
    private final Logger logger;

    private MaintenanceTelemetry(SdkLoggerProvider logs, SdkMeterProvider meters)
    {
        this.logs = logs;
        this.meters = meters;
        this.logger = logs.get(SCOPE);
    }

    /**
     * Makes no request yet.
     *
     * @param registry of the metrics, all of which it has already
     */
    static MaintenanceTelemetry start(TelemetryTarget target, PrometheusRegistry registry, RandomGenerator random)
    {
        Resource resource = Resource.create(Attributes.builder()
                .put("service.name", SERVICE)
                .put("service.instance.id", "%016x".formatted(random.nextLong()))
                .build());
        OtlpHttpLogRecordExporterBuilder logExporter = OtlpHttpLogRecordExporter.builder().setEndpoint(target.url("logs")).setTimeout(TIMEOUT);
        OtlpHttpMetricExporterBuilder metricExporter = OtlpHttpMetricExporter.builder().setEndpoint(target.url("metrics")).setTimeout(TIMEOUT);
        target.headers().forEach((name, value) -> {
            logExporter.addHeader(name, value);
            metricExporter.addHeader(name, value);
        });
        target.certificate().ifPresent(certificate -> {
            logExporter.setTrustedCertificates(certificate);
            metricExporter.setTrustedCertificates(certificate);
        });
        SdkLoggerProvider logs = SdkLoggerProvider.builder()
                .setResource(resource)
                .addLogRecordProcessor(BatchLogRecordProcessor.builder(logExporter.build())
                        .setScheduleDelay(target.interval())
                        .setMaxQueueSize(RECORDS_MAX)
                        .setMaxExportBatchSize(RECORDS_MAX)
                        .setExporterTimeout(TIMEOUT)
                        .build())
                .build();
        SdkMeterProvider meters = SdkMeterProvider.builder()
                .setResource(resource)
                .registerMetricReader(PeriodicMetricReader.builder(metricExporter.build()).setInterval(target.interval()).build())
                .build();
        Meter meter = meters.get(SCOPE);
        registry.scrape().forEach(metric -> register(meter, registry, metric));
        return new MaintenanceTelemetry(logs, meters);
    }

    /**
     * Under the name that the receiver gives its own: that of {@code /metrics}, without {@code _total}.
     */
    private static void register(Meter meter, PrometheusRegistry registry, MetricSnapshot metric)
    {
        String name = metric.getMetadata().getPrometheusName();
        switch (metric) {
            case CounterSnapshot _ when name.endsWith("_seconds") -> meter.counterBuilder(name).ofDoubles().setUnit("s").buildWithCallback(seen -> each(registry, name, seen::record));
            case CounterSnapshot _ -> meter.counterBuilder(name).buildWithCallback(seen -> each(registry, name, (value, labels) -> seen.record(value.longValue(), labels)));
            case GaugeSnapshot _ -> meter.gaugeBuilder(name).setUnit("s").buildWithCallback(seen -> each(registry, name, seen::record));
            default -> throw new IllegalStateException("Cannot send metric %s: it is neither counter nor gauge".formatted(name));
        }
    }

    private static void each(PrometheusRegistry registry, String name, BiConsumer<Double, Attributes> seen)
    {
        registry.scrape(name::equals).forEach(metric -> metric.getDataPoints().forEach(point -> seen.accept(value(point), attributes(point.getLabels()))));
    }

    private static double value(DataPointSnapshot point)
    {
        return switch (point) {
            case CounterSnapshot.CounterDataPointSnapshot counter -> counter.getValue();
            case GaugeSnapshot.GaugeDataPointSnapshot gauge -> gauge.getValue();
            default -> Double.NaN;
        };
    }

    private static Attributes attributes(Labels labels)
    {
        AttributesBuilder attributes = Attributes.builder();
        labels.forEach(label -> attributes.put(label.getName(), label.getValue()));
        return attributes.build();
    }

    @Override
    public void did(UpkeepAction action)
    {
        record(action.succeeded(), action.text())
                .setTimestamp(action.started().plus(action.time()))
                .setAttribute("icegate.kind", action.kind())
                .setAttribute("icegate.table", action.table())
                .setAttribute("icegate.outcome", action.work().outcome())
                .emit();
    }

    void roundFailed(String reason)
    {
        record(false, "round failed: " + reason).emit();
    }

    private LogRecordBuilder record(boolean succeeded, String text)
    {
        return logger.logRecordBuilder()
                .setContext(Context.root())
                .setSeverity(succeeded ? Severity.INFO : Severity.ERROR)
                .setSeverityText(succeeded ? "INFO" : "ERROR")
                .setBody(text);
    }

    /**
     * Sends the last there is, for as long as one request may take.
     */
    @Override
    public void close()
    {
        logs.shutdown().join(TIMEOUT.toSeconds(), SECONDS);
        meters.shutdown().join(TIMEOUT.toSeconds(), SECONDS);
    }
}

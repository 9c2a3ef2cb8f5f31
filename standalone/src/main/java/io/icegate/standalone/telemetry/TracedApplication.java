package io.icegate.standalone.telemetry;

import io.icegate.standalone.console.CommandException;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;

import java.io.Closeable;
import java.time.Duration;
import java.util.List;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * An application that exports spans and metrics through the OpenTelemetry SDK and the SDK's OTLP exporters.
 */
public final class TracedApplication
        implements Closeable
{
    /**
     * Limit of the spans that wait in the SDK. It drops what exceeds the limit, and {@link #flush} does not learn of it.
     */
    private static final int SPANS_WAITING_MAX = 65_536;

    private static final int BATCH_SPANS = 512;
    private static final Duration SPANS_DELAY = Duration.ofMillis(200);
    private static final Duration METRICS_INTERVAL = Duration.ofSeconds(10);
    private static final int FLUSH_SECONDS_MAX = 120;

    private final String service;
    private final SdkMessages messages = SdkMessages.listen();
    private final SdkTracerProvider tracers;
    private final SdkMeterProvider meters;

    public TracedApplication(String service, OtlpTarget target, Protocol protocol, SdkExportCounts counts)
    {
        this.service = service;
        Resource resource = OtlpTarget.resource(service);
        tracers = SdkTracerProvider.builder()
                .setResource(resource)
                .addSpanProcessor(BatchSpanProcessor.builder(target.spans(protocol, counts.meters()))
                        .setMaxQueueSize(SPANS_WAITING_MAX)
                        .setMaxExportBatchSize(BATCH_SPANS)
                        .setScheduleDelay(SPANS_DELAY)
                        .setExporterTimeout(OtlpTarget.TIMEOUT)
                        .build())
                .build();
        meters = SdkMeterProvider.builder()
                .setResource(resource)
                .registerMetricReader(PeriodicMetricReader.builder(target.metrics(protocol, counts.meters())).setInterval(METRICS_INTERVAL).build())
                .build();
    }

    public Tracer tracer()
    {
        return tracers.get("icegate." + service);
    }

    public Meter meter()
    {
        return meters.get("icegate." + service);
    }

    /**
     * Waits until all spans that ended and the current values of all metrics have been sent and answered.
     */
    public void flush()
    {
        if (!CompletableResultCode.ofAll(List.of(tracers.forceFlush(), meters.forceFlush())).join(FLUSH_SECONDS_MAX, SECONDS).isSuccess()) {
            throw new CommandException("Cannot send all spans and metrics of %s: the receiver did not take them within %s s; the SDK says: %s"
                    .formatted(service, FLUSH_SECONDS_MAX, messages.last()));
        }
    }

    @Override
    public void close()
    {
        CompletableResultCode.ofAll(List.of(tracers.shutdown(), meters.shutdown())).join(FLUSH_SECONDS_MAX, SECONDS);
    }
}

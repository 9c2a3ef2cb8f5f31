package io.icegate.receiver;

import io.icegate.receiver.signal.OtlpSignal;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sends one record of any signal with the Java SDK, which asks up to {@value #ATTEMPTS} times.
 *
 * @param base of HTTP without a path, or of gRPC
 */
public record SdkClient(boolean http, URI base, String compression)
{
    public static final int ATTEMPTS = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final RetryPolicy RETRIES = RetryPolicy.builder()
            .setMaxAttempts(ATTEMPTS)
            .setInitialBackoff(Duration.ofMillis(5))
            .setMaxBackoff(Duration.ofMillis(10))
            .build();

    /**
     * Returns when it was sent for the last time.
     *
     * @param text body of the log, or name of the span or metric
     */
    public void send(OtlpSignal signal, String text)
    {
        switch (signal.name()) {
            case "logs" -> {
                SdkLoggerProvider provider = SdkLoggerProvider.builder().addLogRecordProcessor(SimpleLogRecordProcessor.create(logs())).build();
                provider.get("test").logRecordBuilder().setTimestamp(Instant.now()).setBody(text).emit();
                assertThat(provider.shutdown().join(PATIENCE.toSeconds(), TimeUnit.SECONDS).isDone()).isTrue();
            }
            case "traces" -> {
                SdkTracerProvider provider = SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans())).build();
                provider.get("test").spanBuilder(text).startSpan().end();
                assertThat(provider.shutdown().join(PATIENCE.toSeconds(), TimeUnit.SECONDS).isDone()).isTrue();
            }
            case "metrics" -> {
                SdkMeterProvider provider = SdkMeterProvider.builder().registerMetricReader(PeriodicMetricReader.builder(metrics()).setInterval(Duration.ofDays(1)).build()).build();
                provider.get("test").counterBuilder(text).build().add(1);
                assertThat(provider.shutdown().join(PATIENCE.toSeconds(), TimeUnit.SECONDS).isDone()).isTrue();
            }
            default -> throw new IllegalArgumentException("Cannot send " + signal);
        }
    }

    private LogRecordExporter logs()
    {
        return http
                ? OtlpHttpLogRecordExporter.builder().setEndpoint(base.resolve("/v1/logs").toString()).setCompression(compression).setTimeout(PATIENCE).setRetryPolicy(RETRIES).build()
                : OtlpGrpcLogRecordExporter.builder().setEndpoint(base.toString()).setCompression(compression).setTimeout(PATIENCE).setRetryPolicy(RETRIES).build();
    }

    private SpanExporter spans()
    {
        return http
                ? OtlpHttpSpanExporter.builder().setEndpoint(base.resolve("/v1/traces").toString()).setCompression(compression).setTimeout(PATIENCE).setRetryPolicy(RETRIES).build()
                : OtlpGrpcSpanExporter.builder().setEndpoint(base.toString()).setCompression(compression).setTimeout(PATIENCE).setRetryPolicy(RETRIES).build();
    }

    private MetricExporter metrics()
    {
        return http
                ? OtlpHttpMetricExporter.builder().setEndpoint(base.resolve("/v1/metrics").toString()).setCompression(compression).setTimeout(PATIENCE).setRetryPolicy(RETRIES).build()
                : OtlpGrpcMetricExporter.builder().setEndpoint(base.toString()).setCompression(compression).setTimeout(PATIENCE).setRetryPolicy(RETRIES).build();
    }
}

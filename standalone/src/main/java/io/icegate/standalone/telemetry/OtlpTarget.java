package io.icegate.standalone.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.InternalTelemetryVersion;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.export.SpanExporter;

import java.time.Duration;

import static io.opentelemetry.api.common.AttributeKey.stringKey;

/**
 * The ports of a receiver on this machine.
 */
public record OtlpTarget(int grpcPort, int httpPort)
{
    /**
     * Time limit of one export and its retries. A receiver that starts on a busy machine may refuse a few times.
     */
    static final Duration TIMEOUT = Duration.ofSeconds(60);

    LogRecordExporter logs(Protocol protocol, MeterProvider meters)
    {
        return switch (protocol) {
            case GRPC, GRPC_GZIP -> OtlpGrpcLogRecordExporter.builder()
                    .setEndpoint(grpc())
                    .setCompression(protocol.compression())
                    .setTimeout(TIMEOUT)
                    .setInternalTelemetryVersion(InternalTelemetryVersion.LATEST)
                    .setMeterProvider(meters)
                    .build();
            case HTTP, HTTP_GZIP -> OtlpHttpLogRecordExporter.builder()
                    .setEndpoint(http("logs"))
                    .setCompression(protocol.compression())
                    .setTimeout(TIMEOUT)
                    .setInternalTelemetryVersion(InternalTelemetryVersion.LATEST)
                    .setMeterProvider(meters)
                    .build();
        };
    }

    SpanExporter spans(Protocol protocol, MeterProvider meters)
    {
        return switch (protocol) {
            case GRPC, GRPC_GZIP -> OtlpGrpcSpanExporter.builder()
                    .setEndpoint(grpc())
                    .setCompression(protocol.compression())
                    .setTimeout(TIMEOUT)
                    .setInternalTelemetryVersion(InternalTelemetryVersion.LATEST)
                    .setMeterProvider(meters)
                    .build();
            case HTTP, HTTP_GZIP -> OtlpHttpSpanExporter.builder()
                    .setEndpoint(http("traces"))
                    .setCompression(protocol.compression())
                    .setTimeout(TIMEOUT)
                    .setInternalTelemetryVersion(InternalTelemetryVersion.LATEST)
                    .setMeterProvider(meters)
                    .build();
        };
    }

    MetricExporter metrics(Protocol protocol, MeterProvider meters)
    {
        return switch (protocol) {
            case GRPC, GRPC_GZIP -> OtlpGrpcMetricExporter.builder()
                    .setEndpoint(grpc())
                    .setCompression(protocol.compression())
                    .setTimeout(TIMEOUT)
                    .setInternalTelemetryVersion(InternalTelemetryVersion.LATEST)
                    .setMeterProvider(meters)
                    .build();
            case HTTP, HTTP_GZIP -> OtlpHttpMetricExporter.builder()
                    .setEndpoint(http("metrics"))
                    .setCompression(protocol.compression())
                    .setTimeout(TIMEOUT)
                    .setInternalTelemetryVersion(InternalTelemetryVersion.LATEST)
                    .setMeterProvider(meters)
                    .build();
        };
    }

    static Resource resource(String service)
    {
        return Resource.create(Attributes.of(
                stringKey("service.name"), service,
                stringKey("service.namespace"), "icegate-demo",
                stringKey("deployment.environment.name"), "demo"));
    }

    private String grpc()
    {
        return "http://localhost:" + grpcPort;
    }

    private String http(String signal)
    {
        return "http://localhost:%s/v1/%s".formatted(httpPort, signal);
    }
}

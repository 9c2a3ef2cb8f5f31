package io.icegate.standalone.telemetry;

import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporterBuilder;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporterBuilder;
import io.opentelemetry.sdk.common.InternalTelemetryVersion;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;

import java.time.Duration;

/**
 * The ports of a receiver on this machine.
 */
public record OtlpTarget(int grpcPort, int httpPort)
{
    /**
     * Time limit of one export and its retries. A receiver that starts on a busy machine may refuse a few times.
     */
    static final Duration TIMEOUT = Duration.ofSeconds(60);

    LogRecordExporter exporter(Protocol protocol, MeterProvider meters)
    {
        return switch (protocol) {
            case GRPC -> grpc(meters).build();
            case GRPC_GZIP -> grpc(meters).setCompression("gzip").build();
            case HTTP -> http(meters).build();
            case HTTP_GZIP -> http(meters).setCompression("gzip").build();
        };
    }

    private OtlpGrpcLogRecordExporterBuilder grpc(MeterProvider meters)
    {
        return OtlpGrpcLogRecordExporter.builder()
                .setEndpoint("http://localhost:" + grpcPort)
                .setTimeout(TIMEOUT)
                .setInternalTelemetryVersion(InternalTelemetryVersion.LATEST)
                .setMeterProvider(meters);
    }

    private OtlpHttpLogRecordExporterBuilder http(MeterProvider meters)
    {
        return OtlpHttpLogRecordExporter.builder()
                .setEndpoint("http://localhost:%s/v1/logs".formatted(httpPort))
                .setTimeout(TIMEOUT)
                .setInternalTelemetryVersion(InternalTelemetryVersion.LATEST)
                .setMeterProvider(meters);
    }
}

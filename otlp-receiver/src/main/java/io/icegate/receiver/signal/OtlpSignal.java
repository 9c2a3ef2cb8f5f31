package io.icegate.receiver.signal;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * Names a signal as OTLP does: its path, its gRPC service and its JSON fields.
 *
 * @param name for messages and metrics
 * @param path of requests over HTTP
 * @param service of requests over gRPC; its method is {@code Export}
 * @param rejectedField JSON name of the count of rejected records in a partial success
 */
public record OtlpSignal(String name, String path, String service, String rejectedField)
{
    public static final OtlpSignal LOGS = new OtlpSignal("logs", "/v1/logs", "opentelemetry.proto.collector.logs.v1.LogsService", "rejectedLogRecords");
    public static final OtlpSignal TRACES = new OtlpSignal("traces", "/v1/traces", "opentelemetry.proto.collector.trace.v1.TraceService", "rejectedSpans");
    public static final OtlpSignal METRICS = new OtlpSignal("metrics", "/v1/metrics", "opentelemetry.proto.collector.metrics.v1.MetricsService", "rejectedDataPoints");

    /**
     * All stable signals, whether a receiver serves them or not.
     */
    public static final List<OtlpSignal> ALL = List.of(LOGS, TRACES, METRICS);

    public OtlpSignal
    {
        requireNonNull(name, "name is null");
        requireNonNull(path, "path is null");
        requireNonNull(service, "service is null");
        requireNonNull(rejectedField, "rejectedField is null");
    }
}

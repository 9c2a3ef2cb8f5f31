package io.icegate.benchmarks;

import java.util.Locale;
import java.util.function.IntFunction;

/**
 * What is sent.
 */
public enum Payload
{
    LOGS("/v1/logs", "opentelemetry.proto.collector.logs.v1.LogsService", "logs", LogRequests::new),
    SPANS("/v1/traces", "opentelemetry.proto.collector.trace.v1.TraceService", "spans", SpanRequests::new),
    METRICS("/v1/metrics", "opentelemetry.proto.collector.metrics.v1.MetricsService", "metrics", MetricRequests::new);

    private final String path;
    private final String service;
    private final String table;
    private final IntFunction<ExportRequests> requests;

    Payload(String path, String service, String table, IntFunction<ExportRequests> requests)
    {
        this.path = path;
        this.service = service;
        this.table = table;
        this.requests = requests;
    }

    /**
     * Of requests over HTTP.
     */
    public String path()
    {
        return path;
    }

    /**
     * Of requests over gRPC.
     */
    String service()
    {
        return service;
    }

    /**
     * Where the records go to.
     */
    public String table()
    {
        return table;
    }

    /**
     * Requests of so many records.
     */
    ExportRequests requests(int records)
    {
        return requests(records, ExportRequests.PREPARED_RECORDS);
    }

    /**
     * Requests of so many records. Until they have had the prepared ones, no record has the text of another.
     */
    ExportRequests requests(int records, int preparedRecords)
    {
        ExportRequests made = requests.apply(records);
        made.prepare(preparedRecords);
        return made;
    }

    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.icegate.receiver.decode;

import io.icegate.receiver.signal.Encoding;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.MetricBatch;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;

import java.time.Instant;
import java.time.InstantSource;

/**
 * Decodes metrics requests that arrive at one time.
 */
final class MetricsDecoding
{
    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private MetricsDecoding() {}

    static MetricBatch decode(ExportMetricsServiceRequest request)
    {
        return (MetricBatch) decode(request.toByteArray(), Encoding.PROTOBUF, DecodeLimits.DEFAULT).batch();
    }

    static DecodedRequest decode(byte[] request, Encoding encoding, DecodeLimits limits)
    {
        return OtlpRequestDecoder.metrics(limits, InstantSource.fixed(NOW)).decode(request, encoding, new BatchId(1, 2), "tenant");
    }
}

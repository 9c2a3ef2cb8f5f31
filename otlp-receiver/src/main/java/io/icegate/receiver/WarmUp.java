package io.icegate.receiver;

import com.google.protobuf.Message;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.schema.TableShape;
import io.icegate.wal.BatchId;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentEncoder;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * Takes one record through the decoders and the encoder, in memory, before the first client comes. The classes of protobuf,
 * Jackson, Parquet and zstd take seconds to load on a slow machine, and clients do not wait that long.
 */
final class WarmUp
{
    private static final String TENANT = "warm-up";

    /**
     * Requests with one record, in both encodings.
     */
    private record Sample(Message protobuf, String json) {}

    private static final Map<OtlpSignal, Sample> SAMPLES = Map.of(
            OtlpSignal.LOGS, new Sample(
                    ExportLogsServiceRequest.newBuilder()
                            .addResourceLogs(ResourceLogs.newBuilder()
                                    .addScopeLogs(ScopeLogs.newBuilder()
                                            .addLogRecords(LogRecord.newBuilder().setTimeUnixNano(1).setBody(AnyValue.newBuilder().setStringValue(TENANT)))))
                            .build(),
                    """
                    {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "1", "body": {"stringValue": "warm-up"}}]}]}]}
                    """),
            OtlpSignal.TRACES, new Sample(
                    ExportTraceServiceRequest.newBuilder()
                            .addResourceSpans(ResourceSpans.newBuilder()
                                    .addScopeSpans(ScopeSpans.newBuilder()
                                            .addSpans(Span.newBuilder().setStartTimeUnixNano(1).setName(TENANT))))
                            .build(),
                    """
                    {"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": "1", "name": "warm-up"}]}]}]}
                    """),
            OtlpSignal.METRICS, new Sample(
                    ExportMetricsServiceRequest.newBuilder()
                            .addResourceMetrics(ResourceMetrics.newBuilder()
                                    .addScopeMetrics(ScopeMetrics.newBuilder()
                                            .addMetrics(Metric.newBuilder().setName(TENANT).setGauge(Gauge.newBuilder().addDataPoints(NumberDataPoint.newBuilder().setTimeUnixNano(1).setAsInt(1))))))
                            .build(),
                    """
                    {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "warm-up", "gauge": {"dataPoints": [{"timeUnixNano": "1", "asInt": "1"}]}}]}]}]}
                    """));

    private WarmUp() {}

    /**
     * @return the segment, which is not stored
     */
    static EncodedSegment run(OtlpSignal signal, RequestDecoder decoder, TableShape shape)
    {
        Sample sample = requireNonNull(SAMPLES.get(signal), "there is no sample");
        RowBatch protobuf = decode(decoder, Encoding.PROTOBUF, sample.protobuf().toByteArray());
        RowBatch json = decode(decoder, Encoding.JSON, sample.json().getBytes(UTF_8));
        SegmentKey key = new SegmentKey(new UUID(0, 0), new WriterId(new UUID(0, 0)), Sequence.FIRST);
        SegmentHeader header = new SegmentHeader(key, new SegmentId("0".repeat(32)), Instant.EPOCH);
        return new SegmentEncoder(shape).encode(header, 0, shape.schema(), List.of(protobuf, json));
    }

    private static RowBatch decode(RequestDecoder decoder, Encoding encoding, byte[] payload)
    {
        return decoder.decode(payload, encoding, new BatchId(0, encoding.ordinal()), TENANT).batch();
    }
}

package io.icegate.receiver.decode;

import com.google.protobuf.Descriptors.Descriptor;
import io.icegate.receiver.decode.json.JsonTranscoder;
import io.icegate.receiver.decode.json.Place;
import io.icegate.receiver.decode.json.TranscodedRequest;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.RowBatch;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Decodes the export requests of one signal, in either encoding.
 */
public final class OtlpRequestDecoder
        implements RequestDecoder
{
    private final EnvelopeType type;
    private final RecordDecoder.Factory records;
    private final DecodeLimits limits;
    private final InstantSource clock;
    private final JsonTranscoder json;

    /**
     * @param request the signal's export request
     */
    public OtlpRequestDecoder(Descriptor request, RecordDecoder.Factory records, DecodeLimits limits, InstantSource clock)
    {
        type = EnvelopeType.of(request);
        this.records = requireNonNull(records, "records is null");
        this.limits = requireNonNull(limits, "limits is null");
        this.clock = requireNonNull(clock, "clock is null");
        json = new JsonTranscoder(request, limits.messageDepthMax(), limits.recordsMax());
    }

    public static OtlpRequestDecoder logs(DecodeLimits limits, InstantSource clock)
    {
        return new OtlpRequestDecoder(ExportLogsServiceRequest.getDescriptor(), () -> new LogRecordDecoder(limits), limits, clock);
    }

    public static OtlpRequestDecoder spans(DecodeLimits limits, InstantSource clock)
    {
        return new OtlpRequestDecoder(ExportTraceServiceRequest.getDescriptor(), () -> new SpanRecordDecoder(limits), limits, clock);
    }

    public static OtlpRequestDecoder metrics(DecodeLimits limits, InstantSource clock)
    {
        return new OtlpRequestDecoder(ExportMetricsServiceRequest.getDescriptor(), () -> new MetricRecordDecoder(limits), limits, clock);
    }

    @Override
    public DecodedRequest decode(byte[] payload, Encoding encoding, BatchId id, String tenant)
    {
        Findings findings = new Findings();
        RecordDecoder decoder = records.create();
        switch (encoding) {
            case PROTOBUF -> walk(payload, Map.of(), decoder, findings);
            case JSON -> {
                TranscodedRequest request = json.transcode(payload);
                request.ignored().ifPresent(findings::ignored);
                request.unknownKeys().ifPresent(findings::remark);
                walk(request.protobuf(), request.wrong(), decoder, findings);
            }
        }
        RowBatch batch = decoder.batch(id, tenant, payload.length);
        Optional<String> fault = findings.fault();
        if (batch.rowCount() == 0 && fault.isPresent()) {
            // nothing is stored, so nothing is a success
            throw new RefusedException(Refusal.MALFORMED, "Cannot decode request: %s".formatted(fault.orElseThrow()));
        }
        return new DecodedRequest(batch, findings.acknowledgement());
    }

    private void walk(byte[] request, Map<Place, String> wrong, RecordDecoder decoder, Findings findings)
    {
        new EnvelopeDecoder(type, limits, new EventTimes(clock.instant(), limits), request, wrong, decoder, findings).decode();
    }
}

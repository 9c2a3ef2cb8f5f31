package io.icegate.receiver;

import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.signal.Encoding;
import io.icegate.schema.Signal;
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
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Takes one record through the decoders and the encoder, in memory, before the first client comes. The classes of protobuf,
 * Jackson, Parquet and zstd take seconds to load on a slow machine, and clients do not wait that long.
 */
final class WarmUp
{
    private static final String TENANT = "warm-up";

    private WarmUp() {}

    /**
     * @return the segment, which is not stored
     */
    static EncodedSegment run(RequestDecoder decoder)
    {
        RowBatch protobuf = decode(decoder, Encoding.PROTOBUF, ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder()
                        .addScopeLogs(ScopeLogs.newBuilder()
                                .addLogRecords(LogRecord.newBuilder().setTimeUnixNano(1).setBody(AnyValue.newBuilder().setStringValue(TENANT)))))
                .build()
                .toByteArray());
        RowBatch json = decode(decoder, Encoding.JSON,
                """
                {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "1", "body": {"stringValue": "warm-up"}}]}]}]}
                """.getBytes(UTF_8));
        SegmentKey key = new SegmentKey(new UUID(0, 0), new WriterId(new UUID(0, 0)), Sequence.FIRST);
        SegmentHeader header = new SegmentHeader(key, new SegmentId("0".repeat(32)), Instant.EPOCH);
        return new SegmentEncoder(Signal.LOGS.shape()).encode(header, 0, Signal.LOGS.shape().schema(), List.of(protobuf, json));
    }

    private static RowBatch decode(RequestDecoder decoder, Encoding encoding, byte[] payload)
    {
        return decoder.decode(payload, encoding, new BatchId(0, encoding.ordinal()), TENANT).batch();
    }
}

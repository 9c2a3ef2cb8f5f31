package io.icegate.receiver.decode;

import io.icegate.receiver.signal.Encoding;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogBatch;

import java.time.Instant;
import java.time.InstantSource;

/**
 * Decodes requests that arrive at a given time.
 */
final class LogsDecoding
{
    private LogsDecoding() {}

    static LogBatch decode(byte[] protobuf, BatchId id, String tenant, Instant received, DecodeLimits limits)
    {
        return (LogBatch) OtlpRequestDecoder.logs(limits, InstantSource.fixed(received)).decode(protobuf, Encoding.PROTOBUF, id, tenant).batch();
    }

    static LogBatch decodeJson(byte[] json, BatchId id, String tenant, Instant received, DecodeLimits limits)
    {
        return (LogBatch) OtlpRequestDecoder.logs(limits, InstantSource.fixed(received)).decode(json, Encoding.JSON, id, tenant).batch();
    }
}

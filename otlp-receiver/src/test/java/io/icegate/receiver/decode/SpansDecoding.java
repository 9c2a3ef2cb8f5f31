package io.icegate.receiver.decode;

import com.google.protobuf.Message;
import io.icegate.receiver.signal.Encoding;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.SpanBatch;

import java.time.Instant;
import java.time.InstantSource;

/**
 * Decodes trace requests that arrive at a given time.
 */
final class SpansDecoding
{
    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    static final BatchId ID = new BatchId(1, 2);

    private SpansDecoding() {}

    static DecodedRequest decode(byte[] payload, Encoding encoding, DecodeLimits limits)
    {
        return OtlpRequestDecoder.spans(limits, InstantSource.fixed(NOW)).decode(payload, encoding, ID, "tenant");
    }

    static SpanBatch decode(Message request)
    {
        return (SpanBatch) decode(request.toByteArray(), Encoding.PROTOBUF, DecodeLimits.DEFAULT).batch();
    }
}

package io.icegate.receiver;

import com.google.inject.Inject;
import io.icegate.receiver.decode.DecodeLimits;
import io.icegate.receiver.decode.LogsDecoder;
import io.icegate.receiver.decode.MalformedRequestException;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.ingest.LogsReader;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.DecodedLogs;
import io.icegate.wal.BatchId;

import java.time.Instant;
import java.time.InstantSource;

import static java.util.Objects.requireNonNull;

/**
 * Chooses the decoder of a request.
 */
final class LogsDecoding
        implements LogsReader
{
    private final InstantSource clock;

    @Inject
    LogsDecoding(InstantSource clock)
    {
        this.clock = requireNonNull(clock, "clock is null");
    }

    @Override
    public DecodedLogs read(IngestRequest request, BatchId id)
    {
        Instant now = clock.instant();
        try {
            return switch (request.encoding()) {
                case PROTOBUF -> LogsDecoder.decode(request.body(), id, request.tenant(), now, DecodeLimits.DEFAULT);
                case JSON -> LogsDecoder.decodeJson(request.body(), id, request.tenant(), now, DecodeLimits.DEFAULT);
            };
        }
        catch (MalformedRequestException e) {
            throw new RefusedException(Refusal.MALFORMED, requireNonNull(e.getMessage()), e);
        }
    }
}

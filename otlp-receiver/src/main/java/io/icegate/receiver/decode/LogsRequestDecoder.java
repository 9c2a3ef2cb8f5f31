package io.icegate.receiver.decode;

import com.google.inject.Inject;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogBatch;

import java.time.Instant;
import java.time.InstantSource;

import static java.util.Objects.requireNonNull;

/**
 * Decodes log requests of either encoding.
 */
public final class LogsRequestDecoder
        implements RequestDecoder
{
    private final InstantSource clock;

    @Inject
    public LogsRequestDecoder(InstantSource clock)
    {
        this.clock = requireNonNull(clock, "clock is null");
    }

    @Override
    public DecodedRequest decode(byte[] payload, Encoding encoding, BatchId id, String tenant)
    {
        Instant now = clock.instant();
        try {
            LogBatch logs = switch (encoding) {
                case PROTOBUF -> LogsDecoder.decode(payload, id, tenant, now, DecodeLimits.DEFAULT);
                case JSON -> LogsDecoder.decodeJson(payload, id, tenant, now, DecodeLimits.DEFAULT);
            };
            return new DecodedRequest(logs, acknowledgement(logs));
        }
        catch (MalformedRequestException e) {
            throw new RefusedException(Refusal.MALFORMED, requireNonNull(e.getMessage()), e);
        }
    }

    private static Acknowledgement acknowledgement(LogBatch logs)
    {
        long clamped = logs.times().clamped();
        if (clamped == 0) {
            return Acknowledgement.FULL;
        }
        return new Acknowledgement(0, "%s records carry a time too far off; their timestamp is the time of receipt, the sent time is kept beside it".formatted(clamped));
    }
}

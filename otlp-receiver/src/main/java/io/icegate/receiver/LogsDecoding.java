package io.icegate.receiver;

import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.ingest.LogsReader;
import io.icegate.receiver.ingest.Refusal;
import io.icegate.receiver.ingest.RefusedException;
import io.icegate.schema.DecodedLogs;
import io.icegate.wal.BatchId;

/**
 * Connects the decoders.
 */
final class LogsDecoding
        implements LogsReader
{
    @Override
    public DecodedLogs read(IngestRequest request, BatchId id)
    {
        throw new RefusedException(Refusal.UNAVAILABLE, "Cannot accept request now: the decoder is not there yet");
    }
}

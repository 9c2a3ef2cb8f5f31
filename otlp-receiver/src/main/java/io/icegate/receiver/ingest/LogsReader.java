package io.icegate.receiver.ingest;

import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.DecodedLogs;
import io.icegate.wal.BatchId;

/**
 * Decodes a request.
 */
@FunctionalInterface
public interface LogsReader
{
    /**
     * @throws RefusedException when the payload is malformed
     */
    DecodedLogs read(IngestRequest request, BatchId id);
}

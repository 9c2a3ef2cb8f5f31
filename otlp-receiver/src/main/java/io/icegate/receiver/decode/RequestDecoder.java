package io.icegate.receiver.decode;

import io.icegate.receiver.signal.Encoding;
import io.icegate.wal.BatchId;

/**
 * Decodes the requests of one signal.
 */
@FunctionalInterface
public interface RequestDecoder
{
    /**
     * The rows of a request, and what its client has to know about them.
     *
     * @param payload read completely and decompressed
     * @param id of the batch that the rows become
     * @throws io.icegate.receiver.signal.RefusedException when the payload is malformed; only this failure is the client's
     */
    DecodedRequest decode(byte[] payload, Encoding encoding, BatchId id, String tenant);
}

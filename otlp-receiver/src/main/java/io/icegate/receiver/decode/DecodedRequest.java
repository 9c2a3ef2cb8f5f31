package io.icegate.receiver.decode;

import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.wal.format.RowBatch;

import static java.util.Objects.requireNonNull;

/**
 * A decoded request.
 *
 * @param batch the rows to store; may be empty
 * @param acknowledgement the answer once these rows are durable
 */
public record DecodedRequest(RowBatch batch, Acknowledgement acknowledgement)
{
    public DecodedRequest
    {
        requireNonNull(batch, "batch is null");
        requireNonNull(acknowledgement, "acknowledgement is null");
    }
}

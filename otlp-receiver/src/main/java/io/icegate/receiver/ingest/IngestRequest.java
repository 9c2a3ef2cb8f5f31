package io.icegate.receiver.ingest;

import io.icegate.receiver.signal.Encoding;

import static java.util.Objects.requireNonNull;

/**
 * One export request, read completely and decompressed.
 *
 * @param idempotencyKey what the client sent to tell equal bodies apart; empty when it sent nothing
 * @param ticket holds the bytes of the body; closed by whoever gets the request
 * @param deadlineNanos by {@link System#nanoTime}: when an answer is due at the latest
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record IngestRequest(String tenant, Encoding encoding, String idempotencyKey, byte[] body, Admission.Ticket ticket, long deadlineNanos)
{
    public IngestRequest
    {
        requireNonNull(tenant, "tenant is null");
        requireNonNull(encoding, "encoding is null");
        requireNonNull(idempotencyKey, "idempotencyKey is null");
        requireNonNull(body, "body is null");
        requireNonNull(ticket, "ticket is null");
    }
}

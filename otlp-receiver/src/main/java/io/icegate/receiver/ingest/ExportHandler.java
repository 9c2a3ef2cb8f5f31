package io.icegate.receiver.ingest;

import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;

import java.util.concurrent.CompletableFuture;

/**
 * Takes the export requests of one signal from the servers.
 */
public interface ExportHandler
{
    /**
     * Refuses what would be refused anyway, before any of it is read.
     *
     * @throws RefusedException when no request, or none of this tenant, can be accepted now
     */
    void checkOpen(String tenant);

    /**
     * Completes when the records are durable, or exceptionally; never later than the deadline of the request. Takes over
     * the ticket of the request.
     */
    CompletableFuture<Acknowledgement> export(IngestRequest request);

    /**
     * How long a refused client should wait.
     */
    long retryMillis();

    /**
     * Counts a request that was answered with an error.
     */
    void refused(Refusal refusal);
}

package io.icegate.receiver.ingest;

import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;

/**
 * Takes the export requests of one signal from the servers.
 */
public interface ExportHandler
{
    /**
     * Counts a request of a client that may send.
     *
     * @param userAgent as the client named itself; null when it did not
     */
    default void arrived(@Nullable String userAgent) {}

    /**
     * Refuses what would be refused anyway, before any of it is read.
     *
     * @param deadlineNanos of {@link System#nanoTime}, when the request must be answered
     * @throws RefusedException when no request, or none of this tenant, can be accepted now, or answered in time
     */
    void checkOpen(String tenant, long deadlineNanos);

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

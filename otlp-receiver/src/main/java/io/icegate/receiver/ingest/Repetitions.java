package io.icegate.receiver.ingest;

import io.icegate.wal.BatchId;

import static java.util.Objects.requireNonNull;

/**
 * How requests that are sent again are recognised, in all tables of a receiver.
 *
 * @param recognised false when they are not
 */
public record Repetitions(BatchIds ids, RecentBatches recent, boolean recognised)
{
    public Repetitions
    {
        requireNonNull(ids, "ids is null");
        requireNonNull(recent, "recent is null");
    }

    BatchId id(IngestRequest request, String signal)
    {
        return recognised ? ids.ofContent(request.tenant(), signal, request.idempotencyKey(), request.body()) : ids.unique();
    }
}

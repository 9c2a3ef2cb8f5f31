package io.icegate.receiver.ingest;

import io.icegate.wal.format.RowBatch;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static java.util.Objects.requireNonNull;

/**
 * Stores segments of one table, one after the other.
 */
@FunctionalInterface
public interface SegmentSink
{
    /**
     * Stores batches as one segment. The future completes when this segment and all before it are durable. It fails with a
     * {@link NotEncodedException} when the batches could not be encoded; nothing happened then, and others may follow.
     * After any other failure the sink takes no more.
     */
    CompletableFuture<StoredSegment> append(List<RowBatch> batches);

    /**
     * A durable segment.
     *
     * @param bytes encoded
     * @param upload from encoded to durable, with all segments before
     */
    record StoredSegment(long bytes, long rows, Duration upload)
    {
        public StoredSegment
        {
            requireNonNull(upload, "upload is null");
        }
    }
}

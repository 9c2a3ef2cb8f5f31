package io.icegate.receiver.ingest;

import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentHeader;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Where a lane puts its segments: one writer's lane of the WAL.
 */
@FunctionalInterface
public interface SegmentSink
{
    /**
     * Completes when this segment and all before it are durable. When the encoder throws, the future fails with the same
     * exception and no number is used up.
     */
    CompletableFuture<SegmentFooter> append(Function<SegmentHeader, EncodedSegment> encoder);
}

package io.icegate.receiver.ingest;

import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.format.LogBatch;

import java.util.List;

/**
 * Encodes batches as a segment of one table, with the schema that the table has now.
 */
@FunctionalInterface
public interface SegmentFormat
{
    EncodedSegment encode(SegmentHeader header, List<LogBatch> batches);
}

package io.icegate.receiver.ingest;

import io.icegate.schema.DecodedLogs;
import io.icegate.wal.format.EncodedSegment;
import io.icegate.wal.format.SegmentHeader;

import java.util.List;

/**
 * Encodes batches as a segment of one table, with the schema that the table has now.
 */
@FunctionalInterface
public interface SegmentFormat
{
    EncodedSegment encode(SegmentHeader header, List<DecodedLogs> batches);
}

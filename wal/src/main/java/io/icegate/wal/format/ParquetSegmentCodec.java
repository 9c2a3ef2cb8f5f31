package io.icegate.wal.format;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.BatchRange;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.format.PositionDeleteEncoder.EncodedPositionDeletes;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;

import java.io.IOException;
import java.util.List;

/**
 * Segments as docs/format/segment.md defines them.
 */
public final class ParquetSegmentCodec
        implements SegmentCodec
{
    @Override
    public SegmentFooter readFooter(ObjectStore store, ObjectHead head)
            throws IOException
    {
        return SegmentFooterParser.read(store, head);
    }

    @Override
    public EncodedSegment encodeSeal(SegmentHeader header, int schemaId, Schema schema)
    {
        return SealEncoder.encode(header, schemaId, schema);
    }

    @Override
    public DataFile dataFile(SegmentFooter footer, PartitionSpec unpartitioned, MetricsConfig metrics, String location)
    {
        return SegmentFooterParser.toDataFile(footer, unpartitioned, metrics, location);
    }

    @Override
    public EncodedDeletes encodeDeletes(String segment, List<BatchRange> ranges, PartitionSpec unpartitioned, String location)
    {
        EncodedPositionDeletes deletes = PositionDeleteEncoder.encode(segment, ranges);
        return new EncodedDeletes(deletes.content(), deletes.deleteFile(unpartitioned, location));
    }
}

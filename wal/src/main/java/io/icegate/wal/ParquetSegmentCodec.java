package io.icegate.wal;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.format.EncodedSegment;
import io.icegate.wal.format.PositionDeleteEncoder;
import io.icegate.wal.format.PositionDeleteEncoder.EncodedPositionDeletes;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.format.SegmentFooter;
import io.icegate.wal.format.SegmentFooterParser;
import io.icegate.wal.format.SegmentHeader;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;

import java.io.IOException;
import java.util.List;

/**
 * The segment format of docs/format/segment.md.
 */
final class ParquetSegmentCodec
        implements SegmentCodec
{
    static final SegmentCodec INSTANCE = new ParquetSegmentCodec();

    private ParquetSegmentCodec() {}

    @Override
    public SegmentFooter readFooter(ObjectStore store, ObjectHead head)
            throws IOException
    {
        return SegmentFooterParser.read(store, head);
    }

    @Override
    public EncodedSegment encodeSeal(SegmentHeader header, int schemaId, Schema schema)
    {
        return new SegmentEncoder().encodeSeal(header, schemaId, schema);
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

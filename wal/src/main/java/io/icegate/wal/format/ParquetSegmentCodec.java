package io.icegate.wal.format;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectTail;
import io.icegate.wal.BatchRange;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.format.PositionDeleteEncoder.EncodedPositionDeletes;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

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
    public FoundSegment read(ObjectStore store, ObjectHead head)
            throws IOException
    {
        return SegmentFooterParser.readWithEarlier(store, head);
    }

    @Override
    public Optional<FoundSegment> find(ObjectStore store, SegmentKey key)
            throws IOException
    {
        Optional<ObjectTail> tail = store.tail(key.objectKey(), SegmentFooterParser.TAIL_BYTES);
        if (tail.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(SegmentFooterParser.read(store, key, tail.orElseThrow()));
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

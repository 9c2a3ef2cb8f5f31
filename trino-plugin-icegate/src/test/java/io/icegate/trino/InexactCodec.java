package io.icegate.trino;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.BatchRange;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentHeader;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;

import java.io.IOException;
import java.util.List;
import java.util.function.LongUnaryOperator;

import static java.util.Objects.requireNonNull;

/**
 * Describes segments by guesses instead of by their footers.
 */
record InexactCodec(SegmentCodec exact, LongUnaryOperator rows, LongUnaryOperator size)
        implements SegmentCodec
{
    InexactCodec
    {
        requireNonNull(exact, "exact is null");
        requireNonNull(rows, "rows is null");
        requireNonNull(size, "size is null");
    }

    @Override
    public SegmentFooter readFooter(ObjectStore store, ObjectHead head)
            throws IOException
    {
        return exact.readFooter(store, head);
    }

    @Override
    public EncodedSegment encodeSeal(SegmentHeader header, int schemaId, Schema schema)
    {
        return exact.encodeSeal(header, schemaId, schema);
    }

    @Override
    public DataFile dataFile(SegmentFooter footer, PartitionSpec unpartitioned, MetricsConfig metrics, String location)
    {
        DataFile file = exact.dataFile(footer, unpartitioned, metrics, location);
        return DataFiles.builder(unpartitioned)
                .copy(file)
                .withRecordCount(rows.applyAsLong(file.recordCount()))
                .withFileSizeInBytes(size.applyAsLong(file.fileSizeInBytes()))
                .build();
    }

    @Override
    public EncodedDeletes encodeDeletes(String segment, List<BatchRange> ranges, PartitionSpec unpartitioned, String location)
    {
        return exact.encodeDeletes(segment, ranges, unpartitioned, location);
    }
}

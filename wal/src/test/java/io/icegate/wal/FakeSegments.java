package io.icegate.wal;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.WalException.Kind;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * Segments as lines of text: the protocol without the Parquet. A row is nothing but its place in a batch.
 */
public final class FakeSegments
        implements SegmentCodec
{
    private static final int ROWS_PER_BATCH = 10;

    /**
     * An encoder of one batch of ten rows per id, accepted when the segment was opened.
     */
    public static Function<SegmentHeader, EncodedSegment> batches(BatchId... ids)
    {
        return header -> batches(header.created(), ids).apply(header);
    }

    /**
     * As {@link #batches(BatchId...)}, but accepted at a time of its own.
     */
    public static Function<SegmentHeader, EncodedSegment> batches(Instant accepted, BatchId... ids)
    {
        return header -> {
            List<BatchRange> ranges = new ArrayList<>();
            for (BatchId id : ids) {
                ranges.add(new BatchRange(id, accepted.toEpochMilli(), ranges.size() * ROWS_PER_BATCH, ROWS_PER_BATCH));
            }
            return encode(header, SegmentKind.DATA, ranges);
        };
    }

    public static Function<SegmentHeader, EncodedSegment> seal()
    {
        return header -> encode(header, SegmentKind.SEAL, List.of());
    }

    private static EncodedSegment encode(SegmentHeader header, SegmentKind kind, List<BatchRange> batches)
    {
        String text = "%s %s %s %s %s %s".formatted(
                kind,
                header.key().objectKey(),
                header.id(),
                header.created().toEpochMilli(),
                header.ingestMicros(),
                batches.stream().map(batch -> "%s:%s:%s:%s:%s".formatted(batch.id().high(), batch.id().low(), batch.acceptedMillis(), batch.firstRow(), batch.rows())).collect(Collectors.joining(",")));
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        return new EncodedSegment(content, footer(content));
    }

    /**
     * @throws IllegalArgumentException when the bytes are not a segment
     */
    public static SegmentFooter footer(byte[] content)
    {
        String[] parts = new String(content, StandardCharsets.UTF_8).split(" ", -1);
        if (parts.length != 6) {
            throw new IllegalArgumentException("Cannot read segment: not a segment");
        }
        CRC32C crc = new CRC32C();
        crc.update(content);
        SegmentKey key = SegmentKey.parse(new ObjectKey(parts[1])).orElseThrow();
        List<BatchRange> batches = new ArrayList<>();
        for (String batch : parts[5].isEmpty() ? new String[0] : parts[5].split(",")) {
            String[] fields = batch.split(":");
            batches.add(new BatchRange(new BatchId(Long.parseLong(fields[0]), Long.parseLong(fields[1])), Long.parseLong(fields[2]), Integer.parseInt(fields[3]), Integer.parseInt(fields[4])));
        }
        long rows = batches.stream().mapToLong(BatchRange::rows).sum();
        return new SegmentFooter(
                new SegmentHeader(key, new SegmentId(parts[2]), Instant.ofEpochMilli(Long.parseLong(parts[3])), Long.parseLong(parts[4])),
                SegmentKind.valueOf(parts[0]),
                0,
                batches,
                (int) crc.getValue(),
                content.length,
                List.of(),
                new Metrics(rows, null, null, null, null));
    }

    @Override
    public SegmentFooter readFooter(ObjectStore store, ObjectHead head)
            throws IOException
    {
        byte[] content = store.read(head.key(), 0, (int) head.size()).content();
        try {
            SegmentFooter footer = footer(content);
            if (footer.header().key().objectKey().equals(head.key())) {
                return footer;
            }
        }
        catch (IllegalArgumentException e) {
            throw new WalException(Kind.CORRUPT, "Cannot read segment %s: %s".formatted(head.key(), e.getMessage()), e);
        }
        throw new WalException(Kind.CORRUPT, "Cannot read segment %s: it names another key".formatted(head.key()));
    }

    @Override
    public EncodedSegment encodeSeal(SegmentHeader header, int schemaId, Schema schema)
    {
        return seal().apply(header);
    }

    @Override
    public DataFile dataFile(SegmentFooter footer, PartitionSpec unpartitioned, MetricsConfig metrics, String location)
    {
        return DataFiles.builder(unpartitioned)
                .withPath(location)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(footer.size())
                .withMetrics(footer.metrics())
                .build();
    }

    @Override
    public EncodedDeletes encodeDeletes(String segment, List<BatchRange> ranges, PartitionSpec unpartitioned, String location)
    {
        String text = ranges.stream().map(range -> range.firstRow() + "+" + range.rows()).collect(Collectors.joining(","));
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        return new EncodedDeletes(content, FileMetadata.deleteFileBuilder(unpartitioned)
                .ofPositionDeletes()
                .withPath(location)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(content.length)
                .withRecordCount(ranges.stream().mapToLong(BatchRange::rows).sum())
                .withReferencedDataFile(segment)
                .build());
    }

    /**
     * First rows of the ranges that a delete file of this codec deletes.
     */
    public static List<Integer> deletedFirstRows(byte[] content)
    {
        List<Integer> rows = new ArrayList<>();
        for (String range : new String(content, StandardCharsets.UTF_8).split(",")) {
            rows.add(Integer.parseInt(range.substring(0, range.indexOf('+'))));
        }
        return rows;
    }
}

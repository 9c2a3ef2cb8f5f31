package io.icegate.wal;

import org.apache.iceberg.Metrics;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * Everything a reader or committer needs of a segment without reading its rows.
 *
 * @param schemaId the table schema that the writer used
 * @param batches in row order, without gaps: together they are all rows
 * @param crc32c over all bytes before the footer
 * @param size bytes of the whole object, exact
 * @param splitOffsets start of each row group
 * @param metrics row count, value and null counts and bounds by field id, of every top-level primitive column
 */
public record SegmentFooter(
        SegmentHeader header,
        SegmentKind kind,
        int schemaId,
        List<BatchRange> batches,
        int crc32c,
        long size,
        List<Long> splitOffsets,
        Metrics metrics)
{
    public SegmentFooter
    {
        requireNonNull(header, "header is null");
        requireNonNull(kind, "kind is null");
        batches = List.copyOf(batches);
        splitOffsets = List.copyOf(splitOffsets);
        requireNonNull(metrics, "metrics is null");
    }

    public long rows()
    {
        return metrics.recordCount();
    }
}

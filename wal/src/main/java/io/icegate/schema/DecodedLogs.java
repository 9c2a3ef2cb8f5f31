package io.icegate.schema;

import io.icegate.wal.BatchId;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * The rows of one request.
 *
 * @param bytes size of the request after decompression
 */
public record DecodedLogs(BatchId id, String tenant, List<LogRow> rows, long bytes)
{
    public DecodedLogs
    {
        requireNonNull(id, "id is null");
        requireNonNull(tenant, "tenant is null");
        rows = List.copyOf(rows);
    }

    /**
     * Rows that carry a time, but one so far off that the ingest time stands in {@code timestamp}.
     */
    public long clampedRows()
    {
        return rows.stream()
                .filter(row -> row.timestampMicros() == row.ingestTimeMicros() && eventMicros(row) != row.timestampMicros())
                .count();
    }

    private static long eventMicros(LogRow row)
    {
        long nanos = row.timeUnixNano() != 0 ? row.timeUnixNano() : row.observedTimeUnixNano();
        return nanos == 0 ? row.ingestTimeMicros() : Long.divideUnsigned(nanos, 1000);
    }
}

package io.icegate.wal;

import static java.util.Objects.requireNonNull;

/**
 * The rows {@code [firstRow, firstRow + rows)} of a segment that came with one request.
 *
 * @param acceptedMillis when the receiver let the request in, by its clock, since the epoch: before the request was read,
 *         and however long its rows waited for their segment
 */
public record BatchRange(BatchId id, long acceptedMillis, int firstRow, int rows)
{
    public BatchRange
    {
        requireNonNull(id, "id is null");
        if (firstRow < 0 || rows <= 0) {
            throw new IllegalArgumentException("Cannot describe a batch of %s rows from row %s".formatted(rows, firstRow));
        }
    }
}

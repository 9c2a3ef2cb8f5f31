package io.icegate.wal;

import static java.util.Objects.requireNonNull;

/**
 * The rows {@code [firstRow, firstRow + rows)} of a segment that came with one request.
 */
public record BatchRange(BatchId id, int firstRow, int rows)
{
    public BatchRange
    {
        requireNonNull(id, "id is null");
        if (firstRow < 0 || rows <= 0) {
            throw new IllegalArgumentException("Cannot describe a batch of %s rows from row %s".formatted(rows, firstRow));
        }
    }
}

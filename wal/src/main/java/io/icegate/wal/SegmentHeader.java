package io.icegate.wal;

import java.time.Instant;

import static java.time.temporal.ChronoUnit.MILLIS;
import static java.util.Objects.requireNonNull;

/**
 * Identity of one encoding of a segment.
 *
 * @param created when the segment was opened for rows; the duplicate window is measured on this value; whole milliseconds, as
 *         the footer keeps it
 */
public record SegmentHeader(SegmentKey key, SegmentId id, Instant created)
{
    public SegmentHeader
    {
        requireNonNull(key, "key is null");
        requireNonNull(id, "id is null");
        created = created.truncatedTo(MILLIS);
    }
}

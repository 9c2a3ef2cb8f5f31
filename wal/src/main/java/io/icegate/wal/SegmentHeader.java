package io.icegate.wal;

import java.time.Instant;

import static java.time.temporal.ChronoUnit.MICROS;
import static java.time.temporal.ChronoUnit.MILLIS;
import static java.util.Objects.requireNonNull;

/**
 * Identity of one encoding of a segment.
 *
 * @param created when the segment was opened for rows; whole milliseconds, as the footer keeps it
 * @param ingestMicros {@code ingest_time} of all its rows; it never falls from one segment of a lane to the next
 */
public record SegmentHeader(SegmentKey key, SegmentId id, Instant created, long ingestMicros)
{
    public SegmentHeader
    {
        requireNonNull(key, "key is null");
        requireNonNull(id, "id is null");
        created = created.truncatedTo(MILLIS);
    }

    /**
     * Of a segment that nothing follows or precedes, such as a seal: its time of ingest is when it was opened.
     */
    public SegmentHeader(SegmentKey key, SegmentId id, Instant created)
    {
        this(key, id, created, MICROS.between(Instant.EPOCH, created));
    }
}

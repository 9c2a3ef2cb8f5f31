package io.icegate.wal.format;

import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;

import java.time.Instant;

import static java.util.Objects.requireNonNull;

/**
 * Identity of one encoding of a segment.
 *
 * @param created when the segment was opened for rows; the duplicate window is measured on this value
 */
public record SegmentHeader(SegmentKey key, SegmentId id, Instant created)
{
    public SegmentHeader
    {
        requireNonNull(key, "key is null");
        requireNonNull(id, "id is null");
        requireNonNull(created, "created is null");
    }
}

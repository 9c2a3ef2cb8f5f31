package io.icegate.maintenance.doctor;

import java.time.Instant;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * What waits in the WAL of a table.
 *
 * @param oldest since when; empty when nothing waits
 * @param corruptWriters whose run ends at something that cannot be read
 */
public record WaitingSegments(int segments, long rows, Optional<Instant> oldest, int corruptWriters)
{
    public static final WaitingSegments NONE = new WaitingSegments(0, 0, Optional.empty(), 0);

    public WaitingSegments
    {
        requireNonNull(oldest, "oldest is null");
    }
}

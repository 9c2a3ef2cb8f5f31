package io.icegate.receiver.commit;

import io.icegate.wal.read.LiveSegments;
import io.icegate.wal.read.RunEnd;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;

import static java.util.Objects.requireNonNull;

/**
 * Rows of all writers that wait in a table's WAL for a commit.
 *
 * @param oldest age of the oldest waiting segment
 * @param corruptWriters whose run ends at a segment that cannot be read
 */
public record WaitingRows(int segments, long bytes, Duration oldest, long corruptWriters)
{
    public WaitingRows
    {
        requireNonNull(oldest, "oldest is null");
    }

    static WaitingRows of(LiveSegments live, Instant now)
    {
        long bytes = live.segments().stream().mapToLong(segment -> segment.footer().size()).sum();
        Duration oldest = live.segments().stream()
                .map(segment -> Duration.between(segment.footer().header().created(), now))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        long corrupt = live.ends().values().stream().filter(end -> end.kind() == RunEnd.Kind.CORRUPT).count();
        return new WaitingRows(live.segments().size(), bytes, oldest, corrupt);
    }
}

package io.icegate.receiver.commit;

import io.icegate.wal.WriterId;
import io.icegate.wal.commit.CommitResult;
import io.icegate.wal.read.LiveSegments;
import io.icegate.wal.read.RunEnd;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;

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

    /**
     * Behind a commit that took all: what came meanwhile is for the next one.
     */
    static WaitingRows behind(CommitResult result)
    {
        return new WaitingRows(0, 0, Duration.ZERO, corrupt(result.ends()));
    }

    static WaitingRows of(LiveSegments live, Instant now)
    {
        long bytes = live.segments().stream().mapToLong(segment -> segment.footer().size()).sum();
        Duration oldest = live.segments().stream()
                .map(segment -> Duration.between(segment.footer().header().created(), now))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        return new WaitingRows(live.segments().size(), bytes, oldest, corrupt(live.ends()));
    }

    private static long corrupt(Map<WriterId, RunEnd> ends)
    {
        return ends.values().stream().filter(end -> end.kind() == RunEnd.Kind.CORRUPT).count();
    }
}

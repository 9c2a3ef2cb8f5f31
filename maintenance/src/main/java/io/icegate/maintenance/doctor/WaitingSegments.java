package io.icegate.maintenance.doctor;

import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.RunEnd;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;

import java.time.Instant;
import java.util.Comparator;
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

    static WaitingSegments of(EngineWal wal, Table table)
    {
        if (!EngineWal.isWalTable(table.properties())) {
            return NONE;
        }
        LiveTail tail = wal.tail(((HasTableOperations) table).operations().current());
        return new WaitingSegments(
                tail.segments().size(),
                tail.rows(),
                tail.segments().stream().map(segment -> segment.head().lastModified()).min(Comparator.naturalOrder()),
                (int) tail.ends().values().stream().filter(end -> end.kind() == RunEnd.Kind.CORRUPT).count());
    }
}

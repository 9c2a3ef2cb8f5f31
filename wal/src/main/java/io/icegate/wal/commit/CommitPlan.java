package io.icegate.wal.commit;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.commit.BatchRecorder.NewBatches;
import io.icegate.wal.read.Duplicates;
import io.icegate.wal.read.LiveSegment;
import io.icegate.wal.read.LiveSegments;
import org.apache.iceberg.DataFile;

import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * What one commit does. A plan changes nothing; it can be printed and thrown away.
 *
 * @param live what was found, including segments of nothing but duplicates
 * @param segments to append
 * @param window which batches are committed before
 * @param seen the vector of the nearest snapshot that carries one: the fence
 * @param to the vector after the commit
 */
public record CommitPlan(LiveSegments live, List<PlannedSegment> segments, Duplicates duplicates, BatchWindow window, Optional<OffsetVector> seen, OffsetVector to)
{
    /**
     * A segment, appended by reference.
     */
    public record PlannedSegment(LiveSegment segment, DataFile file)
    {
        public PlannedSegment
        {
            requireNonNull(segment, "segment is null");
            requireNonNull(file, "file is null");
        }
    }

    public CommitPlan
    {
        requireNonNull(live, "live is null");
        segments = List.copyOf(segments);
        requireNonNull(duplicates, "duplicates is null");
        requireNonNull(window, "window is null");
        requireNonNull(seen, "seen is null");
        requireNonNull(to, "to is null");
    }

    public OffsetVector from()
    {
        return live.from();
    }

    /**
     * True when there is nothing to commit.
     */
    public boolean isEmpty()
    {
        return to.equals(from());
    }

    WalAppend append()
    {
        return new WalAppend(segments, duplicates, Optional.of(new NewBatches(window, live.segments(), BatchHorizon.of(live, to))), seen, from(), to);
    }

    public long rows()
    {
        return append().rows();
    }

    public long bytes()
    {
        return segments.stream().mapToLong(planned -> planned.segment().head().size()).sum();
    }
}

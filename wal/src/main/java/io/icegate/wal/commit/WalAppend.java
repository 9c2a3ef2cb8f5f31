package io.icegate.wal.commit;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.commit.BatchRecorder.NewBatches;
import io.icegate.wal.commit.CommitPlan.PlannedSegment;
import io.icegate.wal.read.Duplicates;

import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * One change of a table: segments to append by reference, and the vector that goes with them.
 *
 * @param duplicates rows of the segments that do not count
 * @param batches for the batch window; empty when that has them already
 * @param seen the vector of the nearest snapshot that carries one: the fence
 * @param from the vector in the table's property
 * @param to the vector after the change
 */
record WalAppend(List<PlannedSegment> segments, Duplicates duplicates, Optional<NewBatches> batches, Optional<OffsetVector> seen, OffsetVector from, OffsetVector to)
{
    WalAppend
    {
        segments = List.copyOf(segments);
        requireNonNull(duplicates, "duplicates is null");
        requireNonNull(batches, "batches is null");
        requireNonNull(seen, "seen is null");
        requireNonNull(from, "from is null");
        requireNonNull(to, "to is null");
    }

    /**
     * Rows of the segments, without duplicates.
     */
    long rows()
    {
        return segments.stream().mapToLong(planned -> planned.segment().footer().rows() - duplicates.rows(planned.segment().key())).sum();
    }
}

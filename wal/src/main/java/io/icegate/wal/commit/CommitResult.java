package io.icegate.wal.commit;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.WriterId;
import io.icegate.wal.read.RunEnd;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import static java.util.Objects.requireNonNull;

/**
 * @param snapshotId empty when there was nothing to do
 * @param segments appended
 * @param rows appended, without duplicates
 * @param bytes appended
 * @param duplicateBatches copies that do not count
 * @param forgottenBatches ids that had to leave the batch window early, because it holds no more
 * @param before the vector that the commit was built from
 * @param ends why each open writer's run ended where it did; corrupt ones should alarm somebody
 */
public record CommitResult(
        Optional<Long> snapshotId,
        int segments,
        long rows,
        long bytes,
        int duplicateBatches,
        long forgottenBatches,
        OffsetVector before,
        OffsetVector after,
        Map<WriterId, RunEnd> ends)
{
    public CommitResult
    {
        requireNonNull(snapshotId, "snapshotId is null");
        requireNonNull(before, "before is null");
        requireNonNull(after, "after is null");
        ends = Collections.unmodifiableMap(new TreeMap<>(ends));
    }

    /**
     * True when the limit on the commit's size left nothing behind. The number of appended segments does not tell this,
     * because copies count towards the limit and are not appended.
     */
    public boolean isComplete()
    {
        return ends.values().stream().noneMatch(end -> end.kind() == RunEnd.Kind.LIMIT);
    }
}

package io.icegate.wal.commit;

import io.icegate.wal.OffsetVector;

import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * What a reconciliation did.
 *
 * @param snapshotId empty when property and snapshots agreed, and so nothing was changed
 * @param segments appended again
 * @param rows appended again, without duplicates
 * @param property the vector of the table's property, before
 * @param snapshot the vector of the nearest snapshot that carried one, before
 * @param after the vector of both, after
 */
public record ReconcileResult(Optional<Long> snapshotId, int segments, long rows, OffsetVector property, Optional<OffsetVector> snapshot, OffsetVector after)
{
    public ReconcileResult
    {
        requireNonNull(snapshotId, "snapshotId is null");
        requireNonNull(property, "property is null");
        requireNonNull(snapshot, "snapshot is null");
        requireNonNull(after, "after is null");
    }
}

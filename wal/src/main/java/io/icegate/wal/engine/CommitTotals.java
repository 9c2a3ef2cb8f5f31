package io.icegate.wal.engine;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.commit.CommitResult;

import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * The sum of several commits of one table.
 *
 * @param snapshotId of the last commit; empty when there was nothing to do
 * @param segments appended
 * @param rows appended, without duplicates
 * @param bytes appended
 * @param duplicateBatches copies that do not count
 * @param before the vector that the first commit was built from
 * @param after the vector of the last commit
 * @param corruption what keeps writers from being committed to their end; empty when nothing does, or the bound came first
 */
public record CommitTotals(
        Optional<Long> snapshotId,
        long segments,
        long rows,
        long bytes,
        long duplicateBatches,
        OffsetVector before,
        OffsetVector after,
        String corruption)
{
    public CommitTotals
    {
        requireNonNull(snapshotId, "snapshotId is null");
        requireNonNull(before, "before is null");
        requireNonNull(after, "after is null");
        requireNonNull(corruption, "corruption is null");
    }

    static CommitTotals of(CommitResult first)
    {
        return new CommitTotals(first.snapshotId(), first.segments(), first.rows(), first.bytes(), first.duplicateBatches(), first.before(), first.after(), "");
    }

    CommitTotals plus(CommitResult next)
    {
        return new CommitTotals(
                next.snapshotId().or(this::snapshotId),
                segments + next.segments(),
                rows + next.rows(),
                bytes + next.bytes(),
                duplicateBatches + next.duplicateBatches(),
                before,
                next.after(),
                "");
    }

    CommitTotals withCorruption(String text)
    {
        return new CommitTotals(snapshotId, segments, rows, bytes, duplicateBatches, before, after, text);
    }
}

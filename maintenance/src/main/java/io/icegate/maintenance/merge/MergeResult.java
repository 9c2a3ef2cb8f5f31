package io.icegate.maintenance.merge;

import io.icegate.maintenance.statistics.ThetaSketch;

import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * What a merge did.
 *
 * @param inputs files that were replaced, or would have been
 * @param rows of the new files
 * @param snapshotId of the commit
 * @param distinct values of the new files, by field, of columns whose values are counted
 */
public record MergeResult(Outcome outcome, int inputs, int outputs, long rows, long bytesIn, long bytesOut, Optional<Long> snapshotId, Map<Integer, ThetaSketch> distinct)
{
    public enum Outcome
    {
        /**
         * The new files are in the table.
         */
        COMMITTED,
        /**
         * Others changed what was merged. The new files are gone.
         */
        LOST,
        /**
         * A statement began to change rows meanwhile, and goes first. The new files are gone.
         */
        YIELDED,
        /**
         * The catalog did not say. The new files stay, because the commit may have happened.
         */
        UNKNOWN,
    }

    public MergeResult
    {
        requireNonNull(outcome, "outcome is null");
        requireNonNull(snapshotId, "snapshotId is null");
        distinct = Map.copyOf(distinct);
    }
}

package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.expire.ExpirationResult;
import io.icegate.maintenance.merge.MergeResult;

import java.util.Locale;

import static java.util.Objects.requireNonNull;

/**
 * What an action came to in numbers, for metrics. Zero where its kind has no such thing.
 *
 * @param outcome one lower-case word
 * @param filesIn that were merged, taken out of the table or deleted
 * @param filesOut that were written
 * @param rows of the files that were written or taken out
 * @param snapshots that are gone
 * @param undeleted files that could not be deleted
 */
public record UpkeepWork(String outcome, long filesIn, long bytesIn, long filesOut, long bytesOut, long rows, long snapshots, long undeleted)
{
    /**
     * Outcome of what is not done now, and will be without anybody's help or with the help that the result names.
     */
    static final String WAITING = "waiting";

    public UpkeepWork
    {
        requireNonNull(outcome, "outcome is null");
    }

    /**
     * Outcome of an action that has no word of its own for it.
     */
    static String outcome(boolean succeeded)
    {
        return succeeded ? "done" : "failed";
    }

    static UpkeepWork of(MergeResult result)
    {
        return new UpkeepWork(result.outcome().name().toLowerCase(Locale.ROOT), result.inputs(), result.bytesIn(), result.outputs(), result.bytesOut(), result.rows(), 0, 0);
    }

    static UpkeepWork of(ExpirationResult result)
    {
        return new UpkeepWork("deleted", result.files(), 0, 0, 0, 0, result.snapshots(), result.failed());
    }

    static UpkeepWork written(long bytes)
    {
        return new UpkeepWork("written", 0, 0, 1, bytes, 0, 0, 0);
    }

    static UpkeepWork deleted(long files, long bytes, long rows)
    {
        return new UpkeepWork("deleted", files, bytes, 0, 0, rows, 0, 0);
    }

    static UpkeepWork without(String outcome)
    {
        return new UpkeepWork(outcome, 0, 0, 0, 0, 0, 0, 0);
    }
}

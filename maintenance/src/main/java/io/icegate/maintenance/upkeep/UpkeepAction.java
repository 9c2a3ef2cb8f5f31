package io.icegate.maintenance.upkeep;

import java.time.Duration;
import java.time.Instant;

import static java.util.Objects.requireNonNull;

/**
 * Something that a round did, or could not do.
 *
 * @param kind {@code ttl}, {@code merge}, {@code rewrite} by an engine, {@code statistics}, {@code expire}, {@code orphans} or {@code drop}; {@code wait} when merges gave way to ingest; {@code load} of a table, and {@code status},
 *         that could not be read or written
 * @param succeeded also of one that waits
 * @param reason why it was done
 * @param result what came of it, or why nothing did
 * @param work the same in numbers; of what another process did only the outcome is known
 */
public record UpkeepAction(Instant started, Duration time, String table, String kind, boolean succeeded, String reason, String result, UpkeepWork work)
{
    /**
     * Kind of a merge by an engine.
     */
    public static final String REWRITE = "rewrite";

    public UpkeepAction
    {
        requireNonNull(started, "started is null");
        requireNonNull(time, "time is null");
        requireNonNull(table, "table is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(reason, "reason is null");
        requireNonNull(result, "result is null");
        requireNonNull(work, "work is null");
    }

    /**
     * One that has no numbers.
     */
    public UpkeepAction(Instant started, Duration time, String table, String kind, boolean succeeded, String reason, String result)
    {
        this(started, time, table, kind, succeeded, reason, result, UpkeepWork.without(UpkeepWork.outcome(succeeded)));
    }

    /**
     * Whether nothing was done, and nothing has failed: something else has to come first.
     */
    public boolean waits()
    {
        return work.outcome().equals(UpkeepWork.WAITING);
    }

    /**
     * One word for people: done, waiting or failed.
     */
    public String state()
    {
        if (!succeeded) {
            return "failed";
        }
        return waits() ? "waiting" : "done";
    }

    /**
     * One line for people.
     */
    public String text()
    {
        return "%s %s%s: %s (%s, %s ms)".formatted(kind, table, succeeded ? "" : " failed", result, reason, time.toMillis());
    }
}

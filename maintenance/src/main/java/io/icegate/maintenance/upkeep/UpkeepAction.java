package io.icegate.maintenance.upkeep;

import io.icegate.wal.answer.AnswerColumn;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Something that a round did, or could not do.
 *
 * @param kind {@code ttl}, {@code merge}, {@code expire}, {@code orphans} or {@code drop}; {@code wait} when merges gave way to ingest; {@code load} of a table, and {@code status},
 *         that could not be read or written
 * @param reason why it was done
 * @param result what came of it, or why nothing did
 */
public record UpkeepAction(Instant started, Duration time, String table, String kind, boolean succeeded, String reason, String result)
{
    /**
     * The answer of {@code maintain} in every engine that can give one.
     */
    public static final List<AnswerColumn<UpkeepAction>> COLUMNS = List.of(
            AnswerColumn.text("table_name", "Name of the table, with what it is in", action -> Optional.of(action.table)),
            AnswerColumn.text("action", "What was done: merge, expire and so on", action -> Optional.of(action.kind)),
            AnswerColumn.flag("succeeded", "False when it could not be done", action -> Optional.of(action.succeeded)),
            AnswerColumn.text("reason", "Why it was done", action -> Optional.of(action.reason)),
            AnswerColumn.text("result", "What came of it, or why nothing did", action -> Optional.of(action.result)),
            AnswerColumn.time("started", "When it began", action -> Optional.of(action.started)),
            AnswerColumn.number("millis", "How long it took", action -> Optional.of(action.time.toMillis())));

    public UpkeepAction
    {
        requireNonNull(started, "started is null");
        requireNonNull(time, "time is null");
        requireNonNull(table, "table is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(reason, "reason is null");
        requireNonNull(result, "result is null");
    }

    /**
     * One line for people.
     */
    public String text()
    {
        return "%s %s%s: %s (%s, %s ms)".formatted(kind, table, succeeded ? "" : " failed", result, reason, time.toMillis());
    }
}

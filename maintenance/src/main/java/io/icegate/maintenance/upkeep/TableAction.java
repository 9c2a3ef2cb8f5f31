package io.icegate.maintenance.upkeep;

import io.icegate.wal.answer.AnswerColumn;
import org.apache.iceberg.catalog.TableIdentifier;

import java.util.List;
import java.util.Optional;

import static io.icegate.wal.answer.AnswerColumn.flag;
import static io.icegate.wal.answer.AnswerColumn.number;
import static io.icegate.wal.answer.AnswerColumn.text;
import static io.icegate.wal.answer.AnswerColumn.time;
import static java.util.Objects.requireNonNull;

/**
 * An action with the table that somebody asked about.
 */
public record TableAction(TableIdentifier table, UpkeepAction action)
{
    /**
     * The answer of {@code upkeep} in every engine, and of {@code maintain} where a procedure can answer.
     */
    public static final List<AnswerColumn<TableAction>> COLUMNS = List.of(
            text("table_schema", "Schema of the table", row -> Optional.of(row.table.namespace().toString())),
            text("table_name", "Name of the table", row -> Optional.of(row.table.name())),
            text("action", "What was done: ttl, merge, expire and so on", row -> Optional.of(row.action.kind())),
            flag("succeeded", "False when it could not be done", row -> Optional.of(row.action.succeeded())),
            text("reason", "Why it was done", row -> Optional.of(row.action.reason())),
            text("result", "What came of it, or why nothing did", row -> Optional.of(row.action.result())),
            time("started", "When it began", row -> Optional.of(row.action.started())),
            number("millis", "How long it took", row -> Optional.of(row.action.time().toMillis())));

    public TableAction
    {
        requireNonNull(table, "table is null");
        requireNonNull(action, "action is null");
    }
}

package io.icegate.wal.answer;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What every engine answers, as text that does not depend on the engine. Engines whose columns and rows are these are equal.
 */
public final class AnswerContract
{
    /**
     * Columns of {@code wal_status}: name and type.
     */
    public static final List<String> WAL_STATUS = List.of(
            "table_schema TEXT",
            "table_name TEXT",
            "writer TEXT",
            "state TEXT",
            "host TEXT",
            "committed NUMBER",
            "waiting_segments NUMBER",
            "waiting_rows NUMBER",
            "waiting_bytes NUMBER",
            "oldest_waiting TIME",
            "last_seen TIME",
            "low TIME",
            "problem TEXT");

    /**
     * Columns of {@code doctor}.
     */
    public static final List<String> DOCTOR = List.of(
            "table_schema TEXT",
            "table_name TEXT",
            "severity TEXT",
            "rule TEXT",
            "reason TEXT",
            "cost TEXT",
            "remedy TEXT");
    /**
     * Columns of {@code upkeep}, and of {@code maintain} where an engine lets a procedure answer.
     */
    public static final List<String> UPKEEP = List.of(
            "table_schema TEXT",
            "table_name TEXT",
            "action TEXT",
            "succeeded FLAG",
            "reason TEXT",
            "result TEXT",
            "started TIME",
            "millis NUMBER");

    private AnswerContract() {}

    /**
     * A row as it should leave every engine.
     */
    public static <R> List<String> row(List<AnswerColumn<R>> columns, R row)
    {
        return columns.stream().map(column -> column.value().apply(row).map(AnswerContract::text).orElse("NULL")).toList();
    }

    /**
     * One value: text, number, time or flag.
     */
    public static String text(Object value)
    {
        return value instanceof Instant instant ? instant.truncatedTo(ChronoUnit.MICROS).toString() : value.toString();
    }
}

package io.icegate.wal.answer;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

import static java.util.Objects.requireNonNull;

/**
 * One column of an answer.
 *
 * @param <R> one row of the answer
 * @param name in lower case with underscores
 * @param comment what the values say
 * @param value of a row, of the class that the type names; empty is NULL
 */
public record AnswerColumn<R>(String name, AnswerType type, String comment, Function<R, Optional<?>> value)
{
    public AnswerColumn
    {
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
        requireNonNull(comment, "comment is null");
        requireNonNull(value, "value is null");
    }

    public static <R> AnswerColumn<R> text(String name, String comment, Function<R, Optional<String>> value)
    {
        return new AnswerColumn<>(name, AnswerType.TEXT, comment, value::apply);
    }

    public static <R> AnswerColumn<R> number(String name, String comment, Function<R, Optional<Long>> value)
    {
        return new AnswerColumn<>(name, AnswerType.NUMBER, comment, value::apply);
    }

    public static <R> AnswerColumn<R> time(String name, String comment, Function<R, Optional<Instant>> value)
    {
        return new AnswerColumn<>(name, AnswerType.TIME, comment, value::apply);
    }

    public static <R> AnswerColumn<R> flag(String name, String comment, Function<R, Optional<Boolean>> value)
    {
        return new AnswerColumn<>(name, AnswerType.FLAG, comment, value::apply);
    }
}

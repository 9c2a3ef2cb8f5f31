package io.icegate.alerting.evaluate;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * One row, each value as text in the order of the columns; NULL is absent.
 */
public record Row(List<Optional<String>> values)
{
    public Row
    {
        values = List.copyOf(values);
    }

    public static Row of(@Nullable String... values)
    {
        List<Optional<String>> row = new ArrayList<>();
        for (@Nullable String value : values) {
            row.add(Optional.ofNullable(value));
        }
        return new Row(Collections.unmodifiableList(row));
    }

    public Optional<String> value(int column)
    {
        return values.get(column);
    }
}

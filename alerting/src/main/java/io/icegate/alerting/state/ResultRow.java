package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;

import static java.util.Objects.requireNonNull;

/**
 * One row that a rule returned.
 *
 * @param values the columns that are neither {@code value} nor labels, as text; for annotations only
 */
public record ResultRow(Labels labels, OptionalDouble value, SortedMap<String, String> values)
{
    public ResultRow
    {
        requireNonNull(labels, "labels is null");
        requireNonNull(value, "value is null");
        values = ImmutableSortedMap.copyOf((Map<String, String>) values);
    }
}

package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.Maps;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;

import static java.util.Objects.requireNonNull;

/**
 * One row that a rule returned.
 *
 * @param values the columns that are neither {@code value} nor labels, as text; for annotations only, so each is cut to {@link #VALUE_LENGTH_MAX}
 */
public record ResultRow(Labels labels, OptionalDouble value, SortedMap<String, String> values)
{
    /**
     * Characters of the longest value that is kept.
     */
    public static final int VALUE_LENGTH_MAX = 1024;

    public ResultRow
    {
        requireNonNull(labels, "labels is null");
        requireNonNull(value, "value is null");
        values = ImmutableSortedMap.copyOf(Maps.transformValues((Map<String, String>) values, ResultRow::cut));
    }

    static String cut(String value)
    {
        if (value.length() <= VALUE_LENGTH_MAX) {
            return value;
        }
        // never half of a surrogate pair
        return value.substring(0, Character.isHighSurrogate(value.charAt(VALUE_LENGTH_MAX - 1)) ? VALUE_LENGTH_MAX - 1 : VALUE_LENGTH_MAX);
    }
}

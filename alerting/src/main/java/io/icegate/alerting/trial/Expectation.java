package io.icegate.alerting.trial;

import com.google.common.collect.ImmutableSortedMap;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;

import static java.util.Objects.requireNonNull;

/**
 * What is expected of an alert after a tick, given what had arrived by then.
 *
 * @param line in the file
 * @param at the tick, from the start of the test
 * @param labels that the alert has, those of its row or fixed ones; it may have others
 */
record Expectation(int line, Duration at, String alert, State state, SortedMap<String, String> labels, OptionalDouble value)
{
    Expectation
    {
        requireNonNull(at, "at is null");
        requireNonNull(alert, "alert is null");
        requireNonNull(state, "state is null");
        labels = ImmutableSortedMap.copyOf((Map<String, String>) labels);
        requireNonNull(value, "value is null");
    }

    enum State
    {
        PENDING,
        FIRING,
        /**
         * Resolved, and still told to channels.
         */
        RESOLVED,
        /**
         * Neither pending nor firing.
         */
        NONE;

        String text()
        {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}

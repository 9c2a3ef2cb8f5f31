package io.icegate.alerting.rule;

import java.time.Duration;

import static java.util.Objects.requireNonNull;

/**
 * What becomes of an active alert whose row is missing because its window holds no row at all with these labels.
 *
 * @param hold for how long {@link Action#KEEP} leaves the alert as it is, from the last tick with rows on
 */
public record NoData(Action action, Duration hold)
{
    public static final NoData RESOLVE = new NoData(Action.RESOLVE, Duration.ZERO);

    public NoData
    {
        requireNonNull(action, "action is null");
        requireNonNull(hold, "hold is null");
    }

    public enum Action
    {
        /**
         * As if the condition had become false.
         */
        RESOLVE,
        /**
         * The alert stays as it is.
         */
        KEEP,
    }
}

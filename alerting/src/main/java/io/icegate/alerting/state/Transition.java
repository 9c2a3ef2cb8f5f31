package io.icegate.alerting.state;

import java.time.Instant;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A change of one alert, with what it was made of.
 *
 * @param alert as it is after the change, or was before one that made it go: a pending alert that is gone, a transition that is withdrawn
 * @param from state before; {@code INACTIVE} when there was none, or a resolved one that was only kept to be told
 * @param to state after
 * @param tick at which it holds
 * @param rulesVersion version of the rules that made it
 * @param kind what it tells
 * @param late whether it is told at a later tick than its own, because rows came late or ticks were caught up
 * @param reason beside the condition: {@code rule_deleted}, {@code rule_changed}, {@code no_data}; else empty
 */
public record Transition(AlertInstance alert, AlertState from, AlertState to, Instant tick, long rulesVersion, Kind kind, boolean late, Optional<String> reason)
{
    public Transition
    {
        requireNonNull(alert, "alert is null");
        requireNonNull(from, "from is null");
        requireNonNull(to, "to is null");
        requireNonNull(tick, "tick is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(reason, "reason is null");
    }

    public enum Kind
    {
        /**
         * The alert changed.
         */
        CHANGED,
        /**
         * A change that was told before did not happen, as rows that came late show. What was told is never taken back.
         */
        CORRECTED,
    }

    Transition with(AlertInstance changed)
    {
        return new Transition(changed, from, to, tick, rulesVersion, kind, late, reason);
    }

    Transition asLate()
    {
        return new Transition(alert, from, to, tick, rulesVersion, kind, true, reason);
    }

    /**
     * Returns what tells that this one did not happen.
     */
    Transition corrected()
    {
        return new Transition(alert, from, to, tick, rulesVersion, Kind.CORRECTED, true, reason);
    }

    /**
     * Returns what makes two transitions the same: told once, they are not told again.
     */
    public String id()
    {
        return "%s-%s-%s-%s%s".formatted(alert.fingerprint(), tick.getEpochSecond(), from.text(), to.text(), kind == Kind.CORRECTED ? "-corrected" : "");
    }

    /**
     * Returns the identity of what tells that this one did not happen.
     */
    public String correctedId()
    {
        return corrected().id();
    }
}

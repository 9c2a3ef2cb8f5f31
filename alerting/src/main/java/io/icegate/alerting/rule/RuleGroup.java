package io.icegate.alerting.rule;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Rules that are evaluated together, at the same ticks.
 *
 * @param interval ticks are its multiples since 1970; whole seconds
 * @param grace how late a row may arrive and still count at once: the cutoff is the tick plus this
 * @param lateness rows that arrive this much after the tick re-open it; zero means never
 * @param catchUp ticks that were missed and are older than this are skipped, which is recorded
 * @param channels that get its alerts; empty means all
 */
public record RuleGroup(
        GroupName name,
        Duration interval,
        Duration grace,
        Duration lateness,
        Duration catchUp,
        Optional<List<String>> channels,
        List<Rule> rules)
{
    public RuleGroup
    {
        requireNonNull(name, "name is null");
        if (interval.getSeconds() < 1 || interval.getNano() != 0) {
            throw new IllegalArgumentException("Invalid interval %s: must be whole seconds".formatted(interval));
        }
        requireNonNull(grace, "grace is null");
        requireNonNull(lateness, "lateness is null");
        requireNonNull(catchUp, "catchUp is null");
        channels = channels.map(List::copyOf);
        rules = List.copyOf(rules);
    }

    /**
     * Returns the last tick that is not after a time.
     */
    public Instant tickAtOrBefore(Instant time)
    {
        return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), interval.getSeconds()) * interval.getSeconds());
    }

    /**
     * Returns the time below which rows must have arrived to count at a tick.
     */
    public Instant cutoff(Instant tick)
    {
        return tick.plus(grace);
    }

    public boolean notifies(String channel)
    {
        return channels.isEmpty() || channels.orElseThrow().contains(channel);
    }
}

package io.icegate.alerting.rule;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Rules that are evaluated together, at the same ticks.
 *
 * @param interval ticks are its multiples since 1970, plus the offset; whole seconds
 * @param offset spreads groups of one interval, whose ticks would else all be due at once; whole seconds, less than the interval
 * @param grace how late a row may arrive and still count at once: the cutoff is the tick plus this
 * @param lateness rows that arrive this much after the tick re-open it; zero means never
 * @param catchUp ticks that were missed and are older than this are skipped, which is recorded
 * @param channels that get its alerts; empty means all
 */
public record RuleGroup(
        GroupName name,
        Duration interval,
        Duration offset,
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
        if (offset.isNegative() || offset.getNano() != 0 || offset.compareTo(interval) >= 0) {
            throw new IllegalArgumentException("Invalid offset %s: must be whole seconds below the interval %s".formatted(offset, interval));
        }
        requireNonNull(grace, "grace is null");
        requireNonNull(lateness, "lateness is null");
        requireNonNull(catchUp, "catchUp is null");
        channels = channels.map(List::copyOf);
        rules = List.copyOf(rules);
    }

    /**
     * A group without an offset.
     */
    public RuleGroup(GroupName name, Duration interval, Duration grace, Duration lateness, Duration catchUp, Optional<List<String>> channels, List<Rule> rules)
    {
        this(name, interval, Duration.ZERO, grace, lateness, catchUp, channels, rules);
    }

    /**
     * The same group with other rules.
     */
    public RuleGroup withRules(List<Rule> others)
    {
        return new RuleGroup(name, interval, offset, grace, lateness, catchUp, channels, others);
    }

    /**
     * Returns the last tick that is not after a time.
     */
    public Instant tickAtOrBefore(Instant time)
    {
        long intervals = Math.floorDiv(time.getEpochSecond() - offset.getSeconds(), interval.getSeconds());
        return Instant.ofEpochSecond(intervals * interval.getSeconds() + offset.getSeconds());
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

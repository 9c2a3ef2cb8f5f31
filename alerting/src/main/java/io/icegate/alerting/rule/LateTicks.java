package io.icegate.alerting.rule;

import com.google.common.collect.ImmutableSortedSet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

import static java.util.Objects.requireNonNull;

/**
 * Finds the earlier ticks of a group that rows belong to which arrived since the last cutoff.
 *
 * <p>A row with event time e, counted from the group's offset, is in the window w of a tick k if k − w ≤ e &lt; k. So the ticks of a row are the multiples of the interval i from
 * (⌊e / i⌋ + 1) · i to ⌊(e + w) / i⌋ · i. Rows of one ⌊e / i⌋ begin at the same tick, and of them the last one reaches farthest; what lies between is in
 * the windows too. It is therefore enough to group rows by ⌊e / i⌋ and to ask for the largest e of each group, whatever the windows are: one query for all
 * rules of a group, a row of its result for an interval with late rows instead of one for each tick.
 *
 * @param group whose rules are asked about
 * @param first earliest tick that is looked at
 * @param last latest tick that is looked at; there are none when it is before the first
 * @param from arrival from which on rows count as new: the cutoff of the evaluation before
 * @param cutoff before which they had arrived
 */
public record LateTicks(RuleGroup group, Instant first, Instant last, Instant from, Instant cutoff)
{
    private static final String EPOCH = SqlText.time(Instant.EPOCH);

    public LateTicks
    {
        requireNonNull(group, "group is null");
        requireNonNull(first, "first is null");
        requireNonNull(last, "last is null");
        requireNonNull(from, "from is null");
        requireNonNull(cutoff, "cutoff is null");
    }

    /**
     * The ticks before one that is being evaluated, as far back as {@code lateness} re-opens them: a row counts for ticks that it is at most so far behind,
     * so rows from the previous cutoff on reach back to that cutoff less {@code lateness}.
     */
    public static LateTicks before(RuleGroup group, Instant tick, Instant previousCutoff, Instant cutoff)
    {
        Instant bound = previousCutoff.minus(group.lateness());
        Instant atOrBefore = group.tickAtOrBefore(bound);
        return new LateTicks(group, atOrBefore.isBefore(bound) ? atOrBefore.plus(group.interval()) : atOrBefore, tick.minus(group.interval()), previousCutoff, cutoff);
    }

    /**
     * One row of the query's result.
     *
     * @param source number of the source, its column {@code source}
     * @param firstTick seconds since 1970, its column {@code first_tick}
     * @param lastEventMillis event time of the last row, its column {@code last_event}
     */
    public record Rows(int source, long firstTick, long lastEventMillis) {}

    /**
     * What rules read; those with one source have the longest of their windows.
     */
    private record Source(Relation relation, boolean alertEvents) {}

    /**
     * The query, with the columns of {@link Rows} in their order; empty when no tick can be late, because the group or all of its rules know no lateness, or there is none to look at.
     */
    public Optional<String> query(RuleSql sql)
    {
        if (group.lateness().isZero() || last.isBefore(first)) {
            return Optional.empty();
        }
        List<String> selects = new ArrayList<>();
        int number = 0;
        for (Map.Entry<Source, Duration> source : sources().entrySet()) {
            selects.add(select(sql, number, source.getKey(), source.getValue()));
            number++;
        }
        return selects.isEmpty() ? Optional.empty() : Optional.of(String.join("\nUNION ALL\n", selects));
    }

    private String select(RuleSql sql, int number, Source source, Duration window)
    {
        long seconds = group.interval().toSeconds();
        String start = SqlText.time(Instant.EPOCH.plus(group.offset()));
        List<String> conditions = new ArrayList<>();
        conditions.addAll(RuleSql.ofTenant(group.name().tenant()));
        conditions.addAll(RuleSql.between("\"timestamp\"", first.minus(window), last));
        conditions.addAll(RuleSql.between("ingest_time", from, cutoff));
        conditions.addAll(RuleSql.ofRelation(source.relation(), source.alertEvents()));
        return "SELECT %s AS source, (date_diff('second', %s, \"timestamp\") / %s + 1) * %s + %s AS first_tick, max(date_diff('millisecond', %s, \"timestamp\")) AS last_event FROM %s WHERE %s GROUP BY 2"
                .formatted(number, start, seconds, seconds, group.offset().toSeconds(), EPOCH, sql.table(source.relation()), String.join(" AND ", conditions));
    }

    /**
     * The late ticks, given the result of the query.
     */
    public SortedSet<Instant> ticks(List<Rows> rows)
    {
        List<Duration> windows = List.copyOf(sources().values());
        long interval = group.interval().toSeconds();
        long offset = group.offset().toSeconds();
        SortedSet<Instant> ticks = new TreeSet<>();
        for (Rows each : rows) {
            long reach = Math.floorDiv(each.lastEventMillis() + windows.get(each.source()).toMillis() - offset * 1000, interval * 1000) * interval + offset;
            long end = Math.min(reach, last.getEpochSecond());
            for (long late = Math.max(each.firstTick(), first.getEpochSecond()); late <= end; late += interval) {
                ticks.add(Instant.ofEpochSecond(late));
            }
        }
        return ImmutableSortedSet.copyOfSorted(ticks);
    }

    private Map<Source, Duration> sources()
    {
        Map<Source, Duration> windows = new LinkedHashMap<>();
        for (Rule rule : group.rules()) {
            if (rule.time() == RuleTime.EVENT) {
                for (Relation relation : RuleStatement.of(rule.sql()).relations()) {
                    windows.merge(new Source(relation, rule.alertEvents()), rule.window(), (left, right) -> left.compareTo(right) >= 0 ? left : right);
                }
            }
        }
        return windows;
    }
}

package io.icegate.alerting.trial;

import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.evaluate.TickQueries;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.RuleResult;

import java.time.Instant;
import java.util.List;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * Asks for late ticks only when a row arrived that could belong to one, which saves a statement at nearly every tick.
 */
record OnlyIfLate(TickQueries queries, Trial trial, Instant start)
        implements TickQueries
{
    OnlyIfLate
    {
        requireNonNull(queries, "queries is null");
        requireNonNull(trial, "trial is null");
        requireNonNull(start, "start is null");
    }

    @Override
    public Set<String> tables(RuleGroup group)
    {
        return queries.tables(group);
    }

    @Override
    public RuleResult evaluate(RuleGroup group, Rule rule, Instant tick, Instant cutoff, List<Labels> active)
            throws QueryException, InterruptedException
    {
        return queries.evaluate(group, rule, tick, cutoff, active);
    }

    @Override
    public List<Instant> late(RuleGroup group, List<Instant> ticks, Instant from, Instant cutoff)
            throws QueryException, InterruptedException
    {
        Instant last = ticks.getLast();
        boolean possible = trial.rows().stream().anyMatch(row -> {
            Instant arrival = start.plus(row.arrives());
            return !arrival.isBefore(from) && arrival.isBefore(cutoff) && start.plus(row.at()).isBefore(last);
        });
        return possible ? queries.late(group, ticks, from, cutoff) : List.of();
    }
}

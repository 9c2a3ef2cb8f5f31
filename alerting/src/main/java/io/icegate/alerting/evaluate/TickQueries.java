package io.icegate.alerting.evaluate;

import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.RuleResult;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What a tick asks. Answers depend on the arguments and on nothing else, as long as rows are kept: rows that came before the cutoff do not change.
 */
public interface TickQueries
{
    /**
     * Names of the tables that the rules of a group read.
     */
    Set<String> tables(RuleGroup group);

    /**
     * Evaluates a rule. A rule that fails is a result.
     *
     * @param active labels of its alerts that are pending or fire
     * @throws QueryException only of kind {@code UNAVAILABLE}: nothing is known about the rule
     */
    RuleResult evaluate(RuleGroup group, Rule rule, Instant tick, Instant cutoff, List<Labels> active)
            throws QueryException, InterruptedException;

    /**
     * Returns those ticks whose windows hold rows that arrived within {@code [from, cutoff)}.
     *
     * @param ticks in order
     * @throws QueryException when it cannot be told
     */
    List<Instant> late(RuleGroup group, List<Instant> ticks, Instant from, Instant cutoff)
            throws QueryException, InterruptedException;
}

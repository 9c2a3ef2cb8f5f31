package io.icegate.alerting.evaluate;

import io.airlift.log.Logger;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.AlertInstance;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.GroupState;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.RuleResult;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static java.util.Objects.requireNonNull;

/**
 * The rules of a group at one tick, over what had arrived before the cutoff.
 */
record RulesAtTick(TickQueries queries, RuleGroup group, Instant tick, Instant cutoff)
{
    private static final Logger log = Logger.get(RulesAtTick.class);

    RulesAtTick
    {
        requireNonNull(queries, "queries is null");
        requireNonNull(group, "group is null");
        requireNonNull(tick, "tick is null");
        requireNonNull(cutoff, "cutoff is null");
    }

    /**
     * Runs the rules at the same time, as far as the engine has room. A mistake of this program in one of them is that rule's failure.
     *
     * @param state whose active alerts are asked for when their rows are missing
     * @throws QueryException when the engine is unavailable
     */
    List<RuleResult> run(GroupState state)
            throws QueryException, InterruptedException
    {
        List<RuleResult> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<RuleResult>> running = new ArrayList<>();
            for (Rule rule : group.rules()) {
                running.add(threads.submit(() -> queries.evaluate(group, rule, tick, cutoff, active(state, rule))));
            }
            try {
                for (int index = 0; index < running.size(); index++) {
                    results.add(result(group.rules().get(index), running.get(index)));
                }
            }
            catch (QueryException | InterruptedException e) {
                threads.shutdownNow();
                throw e;
            }
        }
        return results;
    }

    private RuleResult result(Rule rule, Future<RuleResult> running)
            throws QueryException, InterruptedException
    {
        try {
            return running.get();
        }
        catch (ExecutionException e) {
            if (e.getCause() instanceof QueryException unavailable) {
                throw unavailable;
            }
            log.warn("Cannot evaluate rule %s of %s: %s", rule.alert(), group.name(), e.getCause());
            log.debug(e, "Cannot evaluate rule %s of %s", rule.alert(), group.name());
            return RuleResult.failed(rule.alert(), "Cannot evaluate: " + e.getCause(), 0);
        }
    }

    private static List<Labels> active(GroupState state, Rule rule)
    {
        return state.alerts().stream()
                .filter(alert -> alert.rule().equals(rule.alert()) && alert.state() != AlertState.RESOLVED)
                .map(AlertInstance::labels)
                .toList();
    }
}

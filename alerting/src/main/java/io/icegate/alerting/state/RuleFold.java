package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleLimits;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import static io.icegate.alerting.state.AlertState.FIRING;
import static io.icegate.alerting.state.AlertState.PENDING;
import static io.icegate.alerting.state.AlertState.RESOLVED;
import static java.util.Objects.requireNonNull;

/**
 * What becomes of the alerts of one rule at one tick.
 */
final class RuleFold
{
    static final String NO_DATA = "no_data";
    static final String RULE_CHANGED = "rule_changed";

    private static final Comparator<AlertInstance> NEWEST_FIRST = Comparator.<AlertInstance, Instant>comparing(alert -> alert.resolvedAt().orElseThrow())
            .reversed()
            .thenComparing(GroupState.ORDER);

    private final Annotations annotations;
    private final Instant tick;

    RuleFold(Annotations annotations, Instant tick)
    {
        this.annotations = requireNonNull(annotations, "annotations is null");
        this.tick = requireNonNull(tick, "tick is null");
    }

    /**
     * One alert before and after the tick. At least one is there.
     */
    record Change(Optional<AlertInstance> before, Optional<AlertInstance> after, Optional<String> reason)
    {
        private static Change of(AlertInstance before, AlertInstance after)
        {
            return new Change(Optional.of(before), Optional.of(after), Optional.empty());
        }

        private static Change gone(AlertInstance before, Optional<String> reason)
        {
            return new Change(Optional.of(before), Optional.empty(), reason);
        }
    }

    /**
     * A rule that goes beyond {@link StateLimits}.
     */
    static final class LimitExceededException
            extends Exception
    {
        private final String problem;

        LimitExceededException(String problem)
        {
            super(problem);
            this.problem = problem;
        }

        String problem()
        {
            return problem;
        }
    }

    /**
     * @param before alerts of the rule
     * @param result of a rule that did not fail
     */
    List<Change> fold(Rule rule, List<AlertInstance> before, RuleResult result)
            throws LimitExceededException
    {
        refuse(StateLimits.problem(result.rows()));
        Map<Labels, ResultRow> rows = new HashMap<>();
        result.rows().forEach(row -> rows.put(row.labels(), row));
        Set<Labels> silent = rule.noData().action() == NoData.Action.KEEP ? new HashSet<>(result.silent()) : Set.of();
        List<Change> changes = new ArrayList<>();
        Set<Labels> fresh = new LinkedHashSet<>();
        result.rows().forEach(row -> fresh.add(row.labels()));
        for (AlertInstance alert : before) {
            ResultRow row = rows.get(alert.labels());
            if (row == null) {
                changes.add(alert.isActive() ? missing(rule, alert, silent.contains(alert.labels())) : aged(alert));
            }
            else {
                fresh.remove(alert.labels());
                changes.add(Change.of(alert, present(rule, Optional.of(alert), row)));
            }
        }
        for (Labels labels : fresh) {
            changes.add(new Change(Optional.empty(), Optional.of(present(rule, Optional.empty(), requireNonNull(rows.get(labels)))), Optional.empty()));
        }
        long active = changes.stream().flatMap(change -> change.after().stream()).filter(AlertInstance::isActive).count();
        if (active > RuleLimits.INSTANCES_PER_RULE_MAX) {
            throw new LimitExceededException("has %s alerts, more than %s".formatted(active, RuleLimits.INSTANCES_PER_RULE_MAX));
        }
        return forgetResolved(changes, (int) (RuleLimits.INSTANCES_PER_RULE_MAX - active));
    }

    /**
     * Returns the alerts of a rule that failed: they stay as they are, and what is resolved grows old.
     */
    List<Change> unchanged(List<AlertInstance> before)
    {
        return before.stream().map(alert -> alert.isActive() ? Change.of(alert, alert) : aged(alert)).toList();
    }

    /**
     * Returns the alerts of a rule that is no more.
     */
    List<Change> ended(List<AlertInstance> before, String reason)
    {
        return before.stream().map(alert -> alert.isActive() ? ended(alert, Optional.of(reason)) : aged(alert)).toList();
    }

    private AlertInstance present(Rule rule, Optional<AlertInstance> known, ResultRow row)
    {
        Optional<AlertInstance> active = known.filter(AlertInstance::isActive);
        Instant since = active.map(AlertInstance::since).orElse(tick);
        boolean fires = active.isPresent() && active.orElseThrow().state() == FIRING;
        Optional<Instant> firedAt = fires ? active.orElseThrow().firedAt() : Optional.of(tick).filter(_ -> !isBelow(since, rule.hold()));
        return new AlertInstance(
                rule.alert(),
                row.labels(),
                firedAt.isPresent() ? FIRING : PENDING,
                since,
                tick,
                tick,
                firedAt,
                Optional.empty(),
                row.value(),
                row.values(),
                allLabels(rule, row.labels()),
                annotations.render(rule, row, tick));
    }

    private Change missing(Rule rule, AlertInstance alert, boolean silent)
    {
        if (rule.by().isPresent() && !rule.by().orElseThrow().containsAll(alert.labels().values().keySet())) {
            return ended(alert, Optional.of(RULE_CHANGED)); // no row can have these labels any more
        }
        if (silent && !isAbove(alert.lastRows(), rule.noData().hold())) {
            return Change.of(alert, alert);
        }
        if (alert.state() == PENDING || isAbove(alert.lastTrue(), rule.keepFiringFor())) {
            return ended(silent ? alert : alert.withLastRows(tick), silent ? Optional.of(NO_DATA) : Optional.empty());
        }
        return Change.of(alert, silent ? alert : alert.withLastRows(tick));
    }

    private Change ended(AlertInstance alert, Optional<String> reason)
    {
        if (alert.state() == PENDING) {
            return Change.gone(alert, reason);
        }
        return new Change(Optional.of(alert), Optional.of(alert.resolved(tick)), reason);
    }

    /**
     * Keeps a resolved alert for as long as it has to be told.
     */
    private Change aged(AlertInstance alert)
    {
        return isBelow(alert.resolvedAt().orElseThrow(), Fold.RESOLVED_KEPT) ? Change.of(alert, alert) : Change.gone(alert, Optional.empty());
    }

    private static List<Change> forgetResolved(List<Change> changes, int countMax)
    {
        List<AlertInstance> forgotten = changes.stream()
                .flatMap(change -> change.after().stream())
                .filter(alert -> alert.state() == RESOLVED)
                .sorted(NEWEST_FIRST)
                .skip(countMax)
                .toList();
        return forget(changes, new HashSet<>(forgotten));
    }

    /**
     * Returns the changes without some of the resolved alerts. One that is resolved at this very tick stays, as its change is to be told.
     */
    static List<Change> forget(List<Change> changes, Set<AlertInstance> forgotten)
    {
        if (forgotten.isEmpty()) {
            return changes;
        }
        return changes.stream()
                .map(change -> change.after().filter(forgotten::contains).isPresent() && change.before().equals(change.after()) ? Change.gone(change.before().orElseThrow(), Optional.empty()) : change)
                .toList();
    }

    /**
     * Returns the labels with which an alert is delivered. The fixed ones of the rule win over those of the row, as in Prometheus.
     */
    private static SortedMap<String, String> allLabels(Rule rule, Labels labels)
    {
        SortedMap<String, String> all = new TreeMap<>(labels.values());
        all.putAll(rule.labels());
        all.put(Fold.ALERT_NAME, rule.alert());
        all.values().removeIf(String::isEmpty);
        return ImmutableSortedMap.copyOfSorted(all);
    }

    private boolean isBelow(Instant from, Duration duration)
    {
        return Duration.between(from, tick).compareTo(duration) < 0;
    }

    private boolean isAbove(Instant from, Duration duration)
    {
        return Duration.between(from, tick).compareTo(duration) > 0;
    }

    private static void refuse(Optional<String> problem)
            throws LimitExceededException
    {
        if (problem.isPresent()) {
            throw new LimitExceededException(problem.orElseThrow());
        }
    }
}

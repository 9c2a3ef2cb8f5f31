package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.RuleFold.Change;
import io.icegate.alerting.state.RuleFold.LimitExceededException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import static io.icegate.alerting.state.AlertState.FIRING;
import static io.icegate.alerting.state.AlertState.INACTIVE;
import static io.icegate.alerting.state.AlertState.RESOLVED;
import static java.util.Objects.requireNonNull;

/**
 * Makes the next state of a group from its state and what its rules answered. It is a pure function: the same arguments give the same state and the same
 * transitions, now, in another process, and when late rows or a replay run it again.
 *
 * <p>Each row is an alert. It is pending until it has been there for {@code for}, then it fires. A firing alert whose row has been missing for longer than
 * {@code keep_firing_for} is resolved, and kept for {@link #RESOLVED_KEPT}. Where the window held no row at all, {@code no_data: keep} leaves an alert as it is for
 * a while. A rule that failed, or exceeds {@link StateLimits}, changes nothing; after {@value #FAILURES_MAX} failures in a row, or one with {@code alertOnError}, the
 * alert {@link #RULE_FAILING} fires for it until it works again.
 */
public final class Fold
{
    /**
     * How long a resolved alert stays in the state, so that Alertmanager is told more than once.
     */
    public static final Duration RESOLVED_KEPT = Duration.ofMinutes(15);
    /**
     * Failures in a row after which a rule is told to be failing.
     */
    public static final int FAILURES_MAX = 3;
    /**
     * The alert about a rule that fails. Its one label {@code rule} names the rule.
     */
    public static final String RULE_FAILING = "IceGateRuleFailing";
    static final String ALERT_NAME = "alertname";

    private static final String RULE_DELETED = "rule_deleted";

    private final Annotations annotations;

    public Fold(Annotations annotations)
    {
        this.annotations = requireNonNull(annotations, "annotations is null");
    }

    /**
     * State after a tick.
     *
     * @param transitions sorted by alert; each alert has one at most
     * @param results as they counted: a rule beyond a limit has failed. These are to be recorded
     */
    public record Folded(GroupState after, List<Transition> transitions, List<RuleResult> results)
    {
        public Folded
        {
            requireNonNull(after, "after is null");
            transitions = List.copyOf(transitions);
            results = List.copyOf(results);
        }
    }

    /**
     * What becomes of one rule.
     */
    private record Step(RuleResult result, List<AlertInstance> before, List<Change> changes)
    {
        private int bytesAfter()
        {
            return changes.stream().flatMap(change -> change.after().stream()).mapToInt(StateLimits::bytes).sum();
        }

        private int growth()
        {
            return bytesAfter() - before.stream().mapToInt(StateLimits::bytes).sum();
        }
    }

    /**
     * Folds one tick.
     *
     * @param group of that version; without rules when it is deleted
     * @param results one for each rule of the group; of other rules they are ignored
     * @throws IllegalArgumentException when a rule has no result
     */
    public Folded fold(RuleGroup group, long rulesVersion, Instant tick, GroupState before, List<RuleResult> results)
    {
        RuleFold ruleFold = new RuleFold(annotations, tick);
        Map<String, RuleResult> resultOf = new HashMap<>();
        results.forEach(result -> resultOf.put(result.rule(), result));
        Map<String, List<AlertInstance>> alertsOf = new TreeMap<>();
        before.alerts().stream().filter(alert -> !isRuleFailing(alert)).forEach(alert -> alertsOf.computeIfAbsent(alert.rule(), _ -> new ArrayList<>()).add(alert));

        List<Step> steps = new ArrayList<>();
        for (Rule rule : group.rules()) {
            RuleResult result = resultOf.get(rule.alert());
            if (result == null) {
                throw new IllegalArgumentException("Cannot fold tick %s of %s: rule %s has no result".formatted(tick, group.name(), rule.alert()));
            }
            List<AlertInstance> known = alertsOf.getOrDefault(rule.alert(), List.of());
            alertsOf.remove(rule.alert());
            steps.add(step(ruleFold, rule, known, result));
        }
        limitBytes(ruleFold, steps);

        List<Change> changes = new ArrayList<>();
        steps.forEach(step -> changes.addAll(step.changes()));
        String ended = group.rules().isEmpty() ? RULE_DELETED : RuleFold.RULE_CHANGED;
        alertsOf.values().forEach(alerts -> changes.addAll(ruleFold.ended(alerts, ended)));
        SortedMap<String, Integer> failures = failures(before.failures(), steps);
        changes.addAll(failing(ruleFold, group, tick, before, steps, failures, ended));
        return new Folded(
                new GroupState(changes.stream().flatMap(change -> change.after().stream()).toList(), failures),
                transitions(changes, tick, rulesVersion),
                steps.stream().map(Step::result).toList());
    }

    /**
     * Passes a tick that nobody evaluated: alerts stay as they are, and what is resolved grows old.
     */
    public Folded skip(Instant tick, GroupState before)
    {
        List<AlertInstance> alerts = new RuleFold(annotations, tick).unchanged(before.alerts()).stream().flatMap(change -> change.after().stream()).toList();
        return new Folded(new GroupState(alerts, before.failures()), List.of(), List.of());
    }

    private static Step step(RuleFold ruleFold, Rule rule, List<AlertInstance> before, RuleResult result)
    {
        if (result.error().isPresent()) {
            return new Step(result, before, ruleFold.unchanged(before));
        }
        try {
            return new Step(result, before, ruleFold.fold(rule, before, result));
        }
        catch (LimitExceededException e) {
            return failed(ruleFold, before, result, e.problem());
        }
    }

    private static Step failed(RuleFold ruleFold, List<AlertInstance> before, RuleResult result, String error)
    {
        RuleResult failed = new RuleResult(result.rule(), List.of(), List.of(), Optional.of(error), result.millis(), result.queryId());
        return new Step(failed, before, ruleFold.unchanged(before));
    }

    /**
     * Keeps the state below its limit: forgets resolved alerts, the oldest first, then lets the rules fail that have grown most. As the state before was below the
     * limit, and a rule that fails does not grow, this ends below it.
     */
    private static void limitBytes(RuleFold ruleFold, List<Step> steps)
    {
        int excess = excess(steps);
        if (excess <= 0) {
            return;
        }
        forgetResolved(steps, excess);
        while (excess(steps) > 0) {
            Optional<Step> largest = steps.stream().filter(step -> step.growth() > 0).max(Comparator.comparingInt(Step::growth));
            if (largest.isEmpty()) {
                return;
            }
            Step step = largest.orElseThrow();
            steps.set(steps.indexOf(step), failed(ruleFold, step.before(), step.result(), "makes the state of the group larger than %s bytes".formatted(StateLimits.STATE_BYTES_MAX)));
        }
    }

    private static int excess(List<Step> steps)
    {
        return steps.stream().mapToInt(Step::bytesAfter).sum() - StateLimits.STATE_BYTES_MAX;
    }

    private static void forgetResolved(List<Step> steps, int bytes)
    {
        List<AlertInstance> oldestFirst = steps.stream()
                .flatMap(step -> step.changes().stream())
                .filter(change -> change.before().equals(change.after()))
                .flatMap(change -> change.after().stream())
                .filter(alert -> alert.state() == RESOLVED)
                .sorted(Comparator.<AlertInstance, Instant>comparing(alert -> alert.resolvedAt().orElseThrow()).thenComparing(GroupState.ORDER))
                .toList();
        Set<AlertInstance> forgotten = new HashSet<>();
        int freed = 0;
        for (AlertInstance alert : oldestFirst) {
            if (freed >= bytes) {
                break;
            }
            forgotten.add(alert);
            freed += StateLimits.bytes(alert);
        }
        steps.replaceAll(step -> new Step(step.result(), step.before(), RuleFold.forget(step.changes(), forgotten)));
    }

    private static SortedMap<String, Integer> failures(SortedMap<String, Integer> before, List<Step> steps)
    {
        ImmutableSortedMap.Builder<String, Integer> failures = ImmutableSortedMap.naturalOrder();
        for (Step step : steps) {
            if (step.result().error().isPresent()) {
                failures.put(step.result().rule(), before.getOrDefault(step.result().rule(), 0) + 1);
            }
        }
        return failures.buildOrThrow();
    }

    private static boolean isRuleFailing(AlertInstance alert)
    {
        return alert.rule().equals(RULE_FAILING);
    }

    private static List<Change> failing(RuleFold ruleFold, RuleGroup group, Instant tick, GroupState before, List<Step> steps, SortedMap<String, Integer> failures, String ended)
    {
        Map<Labels, AlertInstance> known = new TreeMap<>(Comparator.comparing(labels -> labels.values().toString()));
        before.alerts().stream().filter(Fold::isRuleFailing).forEach(alert -> known.put(alert.labels(), alert));
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Rule rule = group.rules().get(i);
            RuleResult result = steps.get(i).result();
            Labels labels = Labels.of(Map.of("rule", rule.alert()));
            Optional<AlertInstance> alert = Optional.ofNullable(known.remove(labels));
            Optional<AlertInstance> firing = alert.filter(AlertInstance::isActive);
            int count = failures.getOrDefault(rule.alert(), 0);
            if (count > 0 && (firing.isPresent() || rule.alertOnError() || count >= FAILURES_MAX)) {
                changes.add(new Change(alert, Optional.of(failing(group, labels, firing, tick, count, result.error().orElseThrow())), Optional.empty()));
            }
            else if (firing.isPresent() && count == 0) {
                changes.add(new Change(firing, Optional.of(firing.orElseThrow().resolved(tick)), Optional.empty()));
            }
            else {
                changes.addAll(ruleFold.unchanged(alert.stream().toList()));
            }
        }
        changes.addAll(ruleFold.ended(List.copyOf(known.values()), ended));
        return changes;
    }

    private static AlertInstance failing(RuleGroup group, Labels labels, Optional<AlertInstance> firing, Instant tick, int count, String error)
    {
        String rule = requireNonNull(labels.values().get("rule"));
        String text = ResultRow.cut(error);
        return new AlertInstance(
                RULE_FAILING,
                labels,
                FIRING,
                firing.map(AlertInstance::since).orElse(tick),
                tick,
                tick,
                Optional.of(firing.flatMap(AlertInstance::firedAt).orElse(tick)),
                Optional.empty(),
                OptionalDouble.of(count),
                ImmutableSortedMap.of("error", text),
                // the names of groups are not unique among tenants, nor those of rules among groups
                ImmutableSortedMap.of(ALERT_NAME, RULE_FAILING, "rule", rule, "group", group.name().group(), "tenant", group.name().tenant()),
                ImmutableSortedMap.of("summary", "Rule %s of group %s failed %s times in a row: %s".formatted(rule, group.name().group(), count, text)));
    }

    private static List<Transition> transitions(List<Change> changes, Instant tick, long rulesVersion)
    {
        List<Transition> transitions = new ArrayList<>();
        for (Change change : changes) {
            AlertState from = change.before().filter(AlertInstance::isActive).map(AlertInstance::state).orElse(INACTIVE);
            AlertState to = change.after().map(AlertInstance::state).orElse(INACTIVE);
            if (from != to && (from != INACTIVE || to != RESOLVED)) {
                AlertInstance alert = change.after().or(change::before).orElseThrow();
                transitions.add(new Transition(alert, from, to, tick, rulesVersion, Transition.Kind.CHANGED, false, change.reason()));
            }
        }
        transitions.sort(Comparator.comparing(Transition::alert, GroupState.ORDER));
        return transitions;
    }
}

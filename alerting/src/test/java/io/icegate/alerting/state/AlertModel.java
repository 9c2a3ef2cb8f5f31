package io.icegate.alerting.state;

import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

import static java.util.Objects.requireNonNull;

/**
 * What alerts should do, by brute force: for each alert its whole history is walked from the first tick, with the answers that are known now. It shares no code with
 * {@link Fold}.
 */
final class AlertModel
{
    private static final long RESOLVED_KEPT_SECONDS = 900;
    private static final Instant NEVER = Instant.EPOCH;

    private final SortedMap<Instant, Known> ticks = new TreeMap<>();

    /**
     * What is known about one tick.
     */
    record Known(RuleGroup group, Map<String, RuleResult> answers, boolean skipped) {}

    /**
     * State of each alert, as text, and the identities of all transitions ever.
     */
    record Outcome(Set<String> alerts, Set<String> transitions) {}

    void evaluated(Instant tick, RuleGroup group, List<RuleResult> results)
    {
        Map<String, RuleResult> answers = new LinkedHashMap<>();
        results.forEach(result -> answers.put(result.rule(), result));
        ticks.put(tick, new Known(group, answers, false));
    }

    void skipped(Instant tick, RuleGroup group)
    {
        ticks.put(tick, new Known(group, Map.of(), true));
    }

    void corrected(Instant tick, List<RuleResult> results)
    {
        for (RuleResult result : results) {
            if (result.error().isEmpty()) {
                requireNonNull(ticks.get(tick)).answers().put(result.rule(), result);
            }
        }
    }

    Outcome outcome()
    {
        Map<String, Set<Labels>> seen = new TreeMap<>();
        for (Known known : ticks.values()) {
            known.answers().values().forEach(answer -> answer.rows().forEach(row -> seen.computeIfAbsent(answer.rule(), _ -> new HashSet<>()).add(row.labels())));
        }
        Set<String> alerts = new TreeSet<>();
        Set<String> transitions = new TreeSet<>();
        seen.forEach((rule, labels) -> labels.forEach(each -> walk(rule, each, alerts, transitions)));
        ticks.values().stream().flatMap(known -> known.answers().keySet().stream()).distinct().forEach(rule -> walkFailures(rule, alerts, transitions));
        return new Outcome(alerts, transitions);
    }

    private void walk(String name, Labels labels, Set<String> alerts, Set<String> transitions)
    {
        String state = "inactive";
        Instant since = NEVER;
        Instant lastTrue = NEVER;
        Instant lastRows = NEVER;
        Instant fired = NEVER;
        Instant resolved = NEVER;
        String value = "";
        for (Map.Entry<Instant, Known> entry : ticks.entrySet()) {
            Instant now = entry.getKey();
            Optional<Rule> rule = rule(entry.getValue().group(), name);
            String before = state;
            if (state.equals("resolved") && seconds(resolved, now) >= RESOLVED_KEPT_SECONDS) {
                state = "inactive";
            }
            if (entry.getValue().skipped()) {
                continue;
            }
            boolean active = state.equals("pending") || state.equals("firing");
            if (rule.isEmpty()) {
                if (state.equals("firing")) {
                    resolved = now;
                }
                state = state.equals("firing") ? "resolved" : state.equals("pending") ? "inactive" : state;
            }
            else {
                RuleResult answer = requireNonNull(entry.getValue().answers().get(name));
                if (answer.error().isPresent()) {
                    continue;
                }
                Optional<ResultRow> row = answer.rows().stream().filter(each -> each.labels().equals(labels)).findFirst();
                boolean silent = rule.orElseThrow().noData().action() == NoData.Action.KEEP && answer.silent().contains(labels);
                if (row.isPresent()) {
                    since = active ? since : now;
                    lastTrue = now;
                    lastRows = now;
                    value = row.orElseThrow().value().toString();
                    if (!state.equals("firing")) {
                        boolean fires = seconds(since, now) >= rule.orElseThrow().hold().toSeconds();
                        fired = fires ? now : NEVER;
                        state = fires ? "firing" : "pending";
                    }
                }
                else if (active) {
                    if (silent && seconds(lastRows, now) <= rule.orElseThrow().noData().hold().toSeconds()) {
                        continue;
                    }
                    lastRows = silent ? lastRows : now;
                    if (state.equals("pending")) {
                        state = "inactive";
                    }
                    else if (seconds(lastTrue, now) > rule.orElseThrow().keepFiringFor().toSeconds()) {
                        state = "resolved";
                        resolved = now;
                    }
                }
            }
            told(name, labels, now, before, state, transitions);
        }
        if (!state.equals("inactive")) {
            alerts.add(text(name, labels, state, since, lastTrue, lastRows, fired, state.equals("resolved") ? resolved : NEVER, value));
        }
    }

    private void walkFailures(String name, Set<String> alerts, Set<String> transitions)
    {
        Labels labels = Labels.of(Map.of("rule", name));
        int failures = 0;
        Instant fired = NEVER;
        Instant resolved = NEVER;
        Instant last = NEVER;
        int count = 0;
        for (Map.Entry<Instant, Known> entry : ticks.entrySet()) {
            Instant now = entry.getKey();
            if (!fired.equals(NEVER) && !resolved.equals(NEVER) && seconds(resolved, now) >= RESOLVED_KEPT_SECONDS) {
                fired = NEVER;
                resolved = NEVER;
            }
            if (entry.getValue().skipped()) {
                continue;
            }
            Optional<Rule> rule = rule(entry.getValue().group(), name);
            boolean fails = rule.isPresent() && requireNonNull(entry.getValue().answers().get(name)).error().isPresent();
            boolean firing = !fired.equals(NEVER) && resolved.equals(NEVER);
            String before = firing ? "firing" : "inactive";
            failures = fails ? failures + 1 : 0;
            if (fails && (firing || failures >= 3 || rule.orElseThrow().alertOnError())) {
                fired = firing ? fired : now;
                resolved = NEVER;
                last = now;
                count = failures;
                told(Fold.RULE_FAILING, labels, now, before, "firing", transitions);
            }
            else if (!fails && firing) {
                resolved = now;
                told(Fold.RULE_FAILING, labels, now, before, "resolved", transitions);
            }
        }
        if (!fired.equals(NEVER)) {
            alerts.add(text(Fold.RULE_FAILING, labels, resolved.equals(NEVER) ? "firing" : "resolved", fired, last, last, fired, resolved, "OptionalDouble[%s]".formatted((double) count)));
        }
    }

    private static void told(String name, Labels labels, Instant tick, String before, String after, Set<String> transitions)
    {
        String from = before.equals("resolved") ? "inactive" : before;
        if (!from.equals(after) && !(from.equals("inactive") && after.equals("resolved"))) {
            transitions.add("%s-%s-%s-%s".formatted(labels.fingerprint(name), tick.getEpochSecond(), from, after));
        }
    }

    static Set<String> text(GroupState state)
    {
        Set<String> alerts = new TreeSet<>();
        state.alerts().forEach(alert -> alerts.add(text(
                alert.rule(),
                alert.labels(),
                alert.state().text(),
                alert.since(),
                alert.lastTrue(),
                alert.lastRows(),
                alert.firedAt().orElse(NEVER),
                alert.resolvedAt().orElse(NEVER),
                alert.value().toString())));
        return alerts;
    }

    private static String text(Object... parts)
    {
        List<String> texts = new ArrayList<>();
        for (Object part : parts) {
            texts.add(String.valueOf(part));
        }
        return String.join(" ", texts);
    }

    private static Optional<Rule> rule(RuleGroup group, String name)
    {
        return group.rules().stream().filter(rule -> rule.alert().equals(name)).findFirst();
    }

    private static long seconds(Instant from, Instant to)
    {
        return Duration.between(from, to).toSeconds();
    }
}

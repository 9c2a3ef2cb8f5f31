package io.icegate.alerting.evaluate;

import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.ResultRow;
import io.icegate.alerting.state.RuleResult;
import io.icegate.alerting.state.Transition;
import io.icegate.alerting.state.Transition.Kind;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * Where a replay comes to something else than the records tell.
 *
 * @param what differs, for people
 */
public record ReplayDifference(Instant tick, String alert, Labels labels, String what)
        implements Comparable<ReplayDifference>
{
    private static final Comparator<ReplayDifference> ORDER = Comparator.comparing(ReplayDifference::tick)
            .thenComparing(ReplayDifference::alert)
            .thenComparing(difference -> difference.labels().values().toString())
            .thenComparing(ReplayDifference::what);
    /**
     * Engines may add numbers up in any order.
     */
    private static final double RELATIVE_ERROR_MAX = 1e-9;

    public ReplayDifference
    {
        requireNonNull(tick, "tick is null");
        requireNonNull(alert, "alert is null");
        requireNonNull(labels, "labels is null");
        requireNonNull(what, "what is null");
    }

    @Override
    public int compareTo(ReplayDifference other)
    {
        return ORDER.compare(this, other);
    }

    /**
     * Compares labels and values of the rows of a tick. Other columns may be any of several, such as {@code arbitrary(body)}.
     */
    static List<ReplayDifference> ofAnswers(Instant tick, List<RuleResult> recorded, List<RuleResult> replayed)
    {
        Map<String, RuleResult> known = new HashMap<>();
        recorded.forEach(result -> known.put(result.rule(), result));
        List<ReplayDifference> differences = new ArrayList<>();
        for (RuleResult now : replayed) {
            RuleResult then = known.get(now.rule());
            if (then == null) {
                differences.add(new ReplayDifference(tick, now.rule(), Labels.NONE, "has no recorded answer"));
            }
            else if (then.error().isPresent() || now.error().isPresent()) {
                if (!then.error().equals(now.error())) {
                    differences.add(new ReplayDifference(tick, now.rule(), Labels.NONE, "recorded %s, replayed %s".formatted(outcome(then), outcome(now))));
                }
            }
            else {
                differences.addAll(ofRows(tick, then, now));
            }
        }
        return differences;
    }

    private static String outcome(RuleResult result)
    {
        return result.error().map("failure: %s"::formatted).orElseGet(() -> "%s rows".formatted(result.rows().size()));
    }

    private static List<ReplayDifference> ofRows(Instant tick, RuleResult then, RuleResult now)
    {
        Map<Labels, OptionalDouble> known = new HashMap<>();
        then.rows().forEach(row -> known.put(row.labels(), row.value()));
        List<ReplayDifference> differences = new ArrayList<>();
        for (ResultRow row : now.rows()) {
            OptionalDouble value = known.remove(row.labels());
            if (value == null) {
                differences.add(new ReplayDifference(tick, now.rule(), row.labels(), "row only in the replay"));
            }
            else if (!isSame(value, row.value())) {
                differences.add(new ReplayDifference(tick, now.rule(), row.labels(), "recorded value %s, replayed %s".formatted(text(value), text(row.value()))));
            }
        }
        known.keySet().forEach(labels -> differences.add(new ReplayDifference(tick, now.rule(), labels, "row only in the records")));
        return differences;
    }

    private static String text(OptionalDouble value)
    {
        return value.isPresent() ? Double.toString(value.getAsDouble()) : "none";
    }

    private static boolean isSame(OptionalDouble left, OptionalDouble right)
    {
        if (left.isEmpty() || right.isEmpty()) {
            return left.equals(right);
        }
        double one = left.getAsDouble();
        double other = right.getAsDouble();
        return Double.compare(one, other) == 0 || Math.abs(one - other) <= RELATIVE_ERROR_MAX * Math.max(Math.abs(one), Math.abs(other));
    }

    /**
     * @param told by their identity, corrections too
     */
    static List<ReplayDifference> ofTransitions(Map<String, Transition> told, List<Transition> replayed)
    {
        List<ReplayDifference> differences = new ArrayList<>();
        Set<String> holds = new HashSet<>();
        for (Transition transition : replayed) {
            holds.add(transition.id());
            if (!told.containsKey(transition.id())) {
                differences.add(of(transition, "only in the replay"));
            }
        }
        for (Transition transition : told.values()) {
            boolean corrected = transition.kind() == Kind.CORRECTED || told.containsKey(transition.correctedId());
            if (!corrected && !holds.contains(transition.id())) {
                differences.add(of(transition, "only in the records"));
            }
        }
        return differences;
    }

    private static ReplayDifference of(Transition transition, String where)
    {
        return new ReplayDifference(transition.tick(), transition.alert().rule(), transition.alert().labels(), "%s to %s %s".formatted(transition.from().text(), transition.to().text(), where));
    }
}

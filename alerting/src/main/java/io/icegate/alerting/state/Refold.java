package io.icegate.alerting.state;

import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.EvaluationRecord.SettledState;
import io.icegate.alerting.state.Fold.Folded;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;

import static io.icegate.alerting.state.Transition.Kind.CHANGED;
import static java.util.Objects.requireNonNull;

/**
 * Folds the next tick of a group, and before it every tick since the oldest that late rows have re-opened. Of a tick that was evaluated several times, the answer of
 * each rule with the newest cutoff counts; an answer that failed never replaces one that did not.
 *
 * <p>What was told is never taken back. A transition that late rows bring is told once, marked as late. One that was told and did not happen after all is told to be
 * corrected, once. Both are known by {@link Transition#id} over the records since the settled state.
 *
 * <p>The ticks within lateness can be re-opened at any time, so the state before them is needed with every correction that was made later. A record of that time does
 * not have those. While any tick of the window was re-opened, each record therefore carries the {@link SettledState} before the window, and passes it on.
 */
public final class Refold
{
    private final Fold fold;
    private final LongFunction<RuleGroup> versions;

    /**
     * @param versions rules of the group by version; versions are never deleted
     */
    public Refold(Fold fold, LongFunction<RuleGroup> versions)
    {
        this.fold = requireNonNull(fold, "fold is null");
        this.versions = requireNonNull(versions, "versions is null");
    }

    /**
     * What the next record says.
     *
     * @param result of its tick, as it counted
     * @param late of the ticks that were re-opened, as they counted, with the earlier answers of rules that were not asked again
     * @param transitions late and corrected ones by tick, then those of the tick
     */
    public record Refolded(GroupState after, Optional<SettledState> settled, TickResult result, List<TickResult> late, List<Transition> transitions)
    {
        public Refolded
        {
            requireNonNull(after, "after is null");
            requireNonNull(settled, "settled is null");
            requireNonNull(result, "result is null");
            late = List.copyOf(late);
            transitions = List.copyOf(transitions);
        }
    }

    /**
     * One tick to fold.
     *
     * @param results as they are known by now; empty when nobody evaluated the tick
     */
    public record Step(Instant tick, long rulesVersion, Optional<List<RuleResult>> results)
    {
        public Step
        {
            requireNonNull(tick, "tick is null");
            results = results.map(List::copyOf);
        }
    }

    /**
     * Returns the time from which on {@link #next} needs the records, up to the newest and always with it.
     *
     * @param reopens whether ticks are to be re-opened
     * @param tick the next one
     */
    public static Instant recordsFrom(EvaluationRecord newest, RuleGroup group, Instant tick, boolean reopens)
    {
        if (newest.settled().isPresent()) {
            return newest.settled().orElseThrow().tick();
        }
        // the record before the window tells the state before it; where the interval was longer, less can be re-opened for a while
        Instant from = tick.minus(group.lateness()).minus(group.interval());
        return reopens && from.isBefore(newest.tick()) ? from : newest.tick();
    }

    /**
     * Returns the ticks that can be evaluated again with the next one, oldest first: those within lateness that were evaluated and are not settled.
     *
     * @param records in the order of their ticks, from {@link #recordsFrom} on
     */
    public List<Instant> reopenable(List<EvaluationRecord> records, RuleGroup group, Instant tick)
    {
        if (records.isEmpty() || group.lateness().isZero()) {
            return List.of();
        }
        Instant from = tick.minus(group.lateness());
        return after(records, base(records, from)).stream()
                .filter(record -> record.skipped().isEmpty() && !record.tick().isBefore(from))
                .map(EvaluationRecord::tick)
                .toList();
    }

    /**
     * Folds the next tick.
     *
     * @param records of the group in the order of their ticks, from {@link #recordsFrom} to the newest; empty for the first tick of a group
     * @param reopened new answers at earlier ticks, by the rules of that time
     * @param caughtUp whether the tick is evaluated long after its time, so that its transitions are late
     * @throws IllegalArgumentException when a re-opened tick is none of {@link #reopenable}
     */
    public Refolded next(List<EvaluationRecord> records, RuleGroup group, long rulesVersion, TickResult result, List<TickResult> reopened, boolean caughtUp)
    {
        if (records.isEmpty()) {
            Folded first = fold.fold(group, rulesVersion, result.tick(), GroupState.EMPTY, result.results());
            // the first tick can be re-opened like any other
            return refolded(first, Optional.of(new SettledState(Instant.EPOCH, GroupState.EMPTY)), result, List.of(), List.of(), caughtUp);
        }
        Past past = past(records, group, result.tick(), reopened);
        Folded folded = fold.fold(group, rulesVersion, result.tick(), past.state(), result.results());
        return refolded(folded, past.settled(), result, past.late(), past.transitions(), caughtUp);
    }

    /**
     * Passes ticks that nobody evaluates.
     *
     * @param empty the tick of the record, without results
     */
    public Refolded skip(List<EvaluationRecord> records, RuleGroup group, TickResult empty)
    {
        if (records.isEmpty()) {
            return new Refolded(GroupState.EMPTY, Optional.of(new SettledState(Instant.EPOCH, GroupState.EMPTY)), empty, List.of(), List.of());
        }
        Past past = past(records, group, empty.tick(), List.of());
        return new Refolded(fold.skip(empty.tick(), past.state()).after(), past.settled(), empty, List.of(), List.of());
    }

    /**
     * Folds ticks again. With the steps of {@link #steps} and the state before the first one, the last state is that of the last record, to the byte.
     *
     * @return for each step its outcome
     */
    public List<Folded> replay(GroupState before, List<Step> steps)
    {
        List<Folded> outcomes = new ArrayList<>();
        GroupState state = before;
        for (Step step : steps) {
            Folded outcome = step.results().isPresent()
                    ? fold.fold(versions.apply(step.rulesVersion()), step.rulesVersion(), step.tick(), state, step.results().orElseThrow())
                    : fold.skip(step.tick(), state);
            outcomes.add(outcome);
            state = outcome.after();
        }
        return outcomes;
    }

    /**
     * Returns what is known by now about the ticks of records.
     */
    public static List<Step> steps(List<EvaluationRecord> records)
    {
        Map<Instant, List<TickResult>> again = new HashMap<>();
        records.forEach(record -> record.late().forEach(late -> again.computeIfAbsent(late.tick(), _ -> new ArrayList<>()).add(late)));
        return records.stream()
                .map(record -> new Step(record.tick(), record.rulesVersion(), record.skipped().isPresent()
                        ? Optional.empty()
                        : Optional.of(newestAnswers(record.result(), again.getOrDefault(record.tick(), List.of())))))
                .toList();
    }

    private static List<RuleResult> newestAnswers(TickResult original, List<TickResult> again)
    {
        Map<String, RuleResult> answers = new LinkedHashMap<>();
        original.results().forEach(result -> answers.put(result.rule(), result));
        again.stream()
                .sorted(Comparator.comparing(TickResult::cutoff))
                .flatMap(late -> late.results().stream())
                .filter(result -> result.error().isEmpty())
                .forEach(result -> answers.computeIfPresent(result.rule(), (_, _) -> result));
        return List.copyOf(answers.values());
    }

    /**
     * Everything before the next tick.
     */
    private record Past(GroupState state, Optional<SettledState> settled, List<TickResult> late, List<Transition> transitions) {}

    private Past past(List<EvaluationRecord> records, RuleGroup group, Instant tick, List<TickResult> reopened)
    {
        EvaluationRecord newest = records.getLast();
        if (reopened.isEmpty() && newest.settled().isEmpty()) {
            return new Past(newest.state(), Optional.empty(), List.of(), List.of());
        }
        if (!reopened.isEmpty()) {
            Set<Instant> possible = new HashSet<>(reopenable(records, group, tick));
            reopened.stream().map(TickResult::tick).filter(each -> !possible.contains(each)).findFirst().ifPresent(each -> {
                throw new IllegalArgumentException("Cannot re-open tick %s of %s at %s".formatted(each, group.name(), tick));
            });
        }
        Instant from = tick.minus(group.lateness());
        SettledState base = base(records, from);
        List<EvaluationRecord> window = after(records, base);
        List<Step> steps = withReopened(steps(window), reopened);
        List<Folded> outcomes = replay(base.state(), steps);
        return new Past(
                // without anything new, what is stored is the state
                reopened.isEmpty() || outcomes.isEmpty() ? newest.state() : outcomes.getLast().after(),
                settled(base, from, window, reopened, outcomes),
                late(reopened, window, outcomes),
                reopened.isEmpty() ? List.of() : untold(window, outcomes));
    }

    private static List<Step> withReopened(List<Step> steps, List<TickResult> reopened)
    {
        Map<Instant, List<TickResult>> again = new HashMap<>();
        reopened.forEach(late -> again.computeIfAbsent(late.tick(), _ -> new ArrayList<>()).add(late));
        return steps.stream()
                .map(step -> again.containsKey(step.tick())
                        // the known answers are older than any new one
                        ? new Step(step.tick(), step.rulesVersion(), step.results().map(known -> newestAnswers(new TickResult(step.tick(), Instant.MIN, known), again.get(step.tick()))))
                        : step)
                .toList();
    }

    /**
     * Returns a state before the window that has every correction of the ticks up to it.
     */
    private static SettledState base(List<EvaluationRecord> records, Instant windowFrom)
    {
        SettledState base = records.getLast().settled().orElseGet(() -> stored(uncorrected(records, windowFrom)));
        // answers that were left out cannot be folded again: that record tells the state, and what it holds cannot be re-opened
        return records.stream()
                .filter(EvaluationRecord::isCut)
                .max(Comparator.comparing(EvaluationRecord::tick))
                .map(Refold::stored)
                .filter(cut -> cut.tick().isAfter(base.tick()))
                .orElse(base);
    }

    /**
     * Returns the last record before the window, or the first after it, that no later record has corrected. Only a lateness that was raised leads into the window.
     */
    private static EvaluationRecord uncorrected(List<EvaluationRecord> records, Instant windowFrom)
    {
        EvaluationRecord found = records.getLast();
        Instant oldestCorrected = Instant.MAX;
        for (EvaluationRecord record : records.reversed()) {
            if (record.tick().isBefore(oldestCorrected)) {
                found = record;
                if (record.tick().isBefore(windowFrom)) {
                    break;
                }
            }
            for (TickResult late : record.late()) {
                oldestCorrected = late.tick().isBefore(oldestCorrected) ? late.tick() : oldestCorrected;
            }
        }
        return found;
    }

    private static SettledState stored(EvaluationRecord record)
    {
        return new SettledState(record.tick(), record.state());
    }

    private static List<EvaluationRecord> after(List<EvaluationRecord> records, SettledState base)
    {
        return records.stream().filter(record -> record.tick().isAfter(base.tick())).toList();
    }

    /**
     * Returns the state before the window of the next record. It is left out when the record of that tick tells the same.
     */
    private static Optional<SettledState> settled(SettledState base, Instant from, List<EvaluationRecord> window, List<TickResult> reopened, List<Folded> outcomes)
    {
        SettledState settled = base;
        for (int i = 0; i < window.size() && window.get(i).tick().isBefore(from); i++) {
            settled = new SettledState(window.get(i).tick(), outcomes.get(i).after());
        }
        Instant tick = settled.tick();
        boolean isChanged = !reopened.isEmpty() || window.stream().anyMatch(record -> record.tick().isAfter(tick) && !record.late().isEmpty());
        boolean isFirst = tick.equals(Instant.EPOCH);
        return isChanged || isFirst ? Optional.of(settled) : Optional.empty();
    }

    private static List<TickResult> late(List<TickResult> reopened, List<EvaluationRecord> window, List<Folded> outcomes)
    {
        SortedMap<Instant, TickResult> late = new TreeMap<>();
        Map<Instant, Instant> cutoffs = new HashMap<>();
        reopened.forEach(result -> cutoffs.merge(result.tick(), result.cutoff(), (left, right) -> left.isAfter(right) ? left : right));
        for (int i = 0; i < window.size(); i++) {
            Instant tick = window.get(i).tick();
            if (cutoffs.containsKey(tick)) {
                late.put(tick, new TickResult(tick, requireNonNull(cutoffs.get(tick)), outcomes.get(i).results()));
            }
        }
        return List.copyOf(late.values());
    }

    private static List<Transition> untold(List<EvaluationRecord> window, List<Folded> outcomes)
    {
        Map<String, Transition> told = new LinkedHashMap<>();
        window.forEach(record -> record.transitions().forEach(transition -> told.put(transition.id(), transition)));
        Set<String> holds = new LinkedHashSet<>();
        List<Transition> untold = new ArrayList<>();
        for (Folded outcome : outcomes) {
            for (Transition transition : outcome.transitions()) {
                String id = transition.id();
                holds.add(id);
                if (!told.containsKey(id)) {
                    untold.add(transition.asLate());
                }
            }
        }
        Set<Instant> ticks = new HashSet<>();
        window.forEach(record -> ticks.add(record.tick()));
        told.forEach((id, transition) -> {
            if (transition.kind() == CHANGED && ticks.contains(transition.tick()) && !holds.contains(id)) {
                Transition corrected = transition.corrected();
                if (!told.containsKey(corrected.id())) {
                    untold.add(corrected);
                }
            }
        });
        untold.sort(Comparator.comparing(Transition::tick).thenComparing(Transition::alert, GroupState.ORDER).thenComparing(Transition::kind).thenComparing(Transition::id));
        return untold;
    }

    private static Refolded refolded(Folded folded, Optional<SettledState> settled, TickResult result, List<TickResult> late, List<Transition> before, boolean caughtUp)
    {
        List<Transition> transitions = new ArrayList<>(before);
        folded.transitions().forEach(transition -> transitions.add(caughtUp ? transition.asLate() : transition));
        return new Refolded(folded.after(), settled, new TickResult(result.tick(), result.cutoff(), folded.results()), late, transitions);
    }
}

package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

import static java.util.Objects.requireNonNull;

/**
 * The outcome of one tick of one group, as it is stored. It carries the whole state, so the newest record of a group is all that an evaluator needs to go on, and
 * the records behind a channel's cursor are its outbox.
 *
 * @param id of this very object, by which an evaluator knows its own
 * @param evaluator who made it
 * @param result of this tick; its results are empty when ticks were skipped
 * @param recordedAt by the evaluator's clock
 * @param rulesVersion version of the group's rules
 * @param incomplete whether the watermark had not passed the cutoff when patience ended
 * @param reopening what later ticks have to evaluate again
 * @param skipped ticks that nobody evaluated, instead of a result
 * @param late earlier ticks that were evaluated again
 * @param state after this tick
 * @param settled from where a later tick folds again; empty when no tick after the last settled one was re-opened, as the record of that tick tells its state then
 * @param delivered for each channel, the last tick whose transitions it got, or were given up for it
 * @param undelivered what was given up since the record before this one: it stands in the same record as the cursor that passed it, so neither is without the other
 */
public record EvaluationRecord(
        GroupName group,
        String id,
        String evaluator,
        TickResult result,
        Instant recordedAt,
        long rulesVersion,
        boolean incomplete,
        Reopening reopening,
        Optional<SkippedTicks> skipped,
        List<TickResult> late,
        List<Transition> transitions,
        GroupState state,
        Optional<SettledState> settled,
        SortedMap<String, Instant> delivered,
        List<Undelivered> undelivered)
{
    public EvaluationRecord
    {
        requireNonNull(group, "group is null");
        requireNonNull(id, "id is null");
        requireNonNull(evaluator, "evaluator is null");
        requireNonNull(result, "result is null");
        requireNonNull(recordedAt, "recordedAt is null");
        requireNonNull(reopening, "reopening is null");
        requireNonNull(skipped, "skipped is null");
        late = List.copyOf(late);
        transitions = List.copyOf(transitions);
        requireNonNull(state, "state is null");
        requireNonNull(settled, "settled is null");
        delivered = ImmutableSortedMap.copyOf((Map<String, Instant>) delivered);
        undelivered = List.copyOf(undelivered);
    }

    public Instant tick()
    {
        return result.tick();
    }

    /**
     * Returns whether answers were left out because the record was too large. Its state and transitions are right all the same, but nothing before it can be folded again.
     */
    public boolean isCut()
    {
        return (skipped.isEmpty() && result.results().isEmpty()) || late.stream().anyMatch(each -> each.results().isEmpty());
    }

    /**
     * What rows that came late have left to do.
     *
     * @param seenBelow the greatest cutoff below which every row was there when it was looked for late rows: later ones are looked for from here on
     * @param ticks that are known to have such rows and were not evaluated again yet, oldest first
     */
    public record Reopening(Instant seenBelow, List<Instant> ticks)
    {
        public Reopening
        {
            requireNonNull(seenBelow, "seenBelow is null");
            ticks = ticks.stream().sorted().toList();
        }
    }

    /**
     * Returns the last tick that this record is about.
     */
    public Instant end()
    {
        return skipped.map(SkippedTicks::to).orElse(tick());
    }

    /**
     * Returns the tick of the record that follows this one. It depends on this record alone, and not on what an evaluator knows of newer rules or of the time: all
     * that go on from this record want the same key, and one of them gets it.
     *
     * @param rules of the version of this record
     */
    public Instant nextTick(RuleGroup rules)
    {
        return rules.tickAtOrBefore(end()).plus(rules.interval());
    }

    EvaluationRecord withoutAnswers()
    {
        List<TickResult> without = late.stream().map(each -> new TickResult(each.tick(), each.cutoff(), List.of())).toList();
        return with(new TickResult(result.tick(), result.cutoff(), List.of()), without, transitions, state, settled);
    }

    EvaluationRecord withTransitions(List<Transition> changed)
    {
        return with(result, late, changed, state, settled);
    }

    EvaluationRecord withoutValues()
    {
        return with(
                result.withoutValues(),
                late.stream().map(TickResult::withoutValues).toList(),
                transitions.stream().map(transition -> transition.with(transition.alert().withoutValues())).toList(),
                state.withoutValues(),
                settled.map(each -> new SettledState(each.tick(), each.state().withoutValues())));
    }

    private EvaluationRecord with(TickResult newResult, List<TickResult> newLate, List<Transition> newTransitions, GroupState newState, Optional<SettledState> newSettled)
    {
        return new EvaluationRecord(
                group,
                id,
                evaluator,
                newResult,
                recordedAt,
                rulesVersion,
                incomplete,
                reopening,
                skipped,
                newLate,
                newTransitions,
                newState,
                newSettled,
                delivered,
                undelivered);
    }

    /**
     * Ticks that were never evaluated, both inclusive. A record of them is about nothing else and stands at the first of them, where the next tick would stand too.
     */
    public record SkippedTicks(Instant from, Instant to)
    {
        public SkippedTicks
        {
            requireNonNull(from, "from is null");
            requireNonNull(to, "to is null");
        }
    }

    /**
     * State after a tick that is too old to be re-opened, with every correction.
     */
    public record SettledState(Instant tick, GroupState state)
    {
        public SettledState
        {
            requireNonNull(tick, "tick is null");
            requireNonNull(state, "state is null");
        }
    }

    /**
     * Transitions that a channel never gets.
     *
     * @param tick of the record that told them
     * @param error why, as a word of few values such as {@code http_410} or {@code gave_up}
     */
    public record Undelivered(String channel, Instant tick, String error)
    {
        public Undelivered
        {
            requireNonNull(channel, "channel is null");
            requireNonNull(tick, "tick is null");
            requireNonNull(error, "error is null");
        }
    }
}

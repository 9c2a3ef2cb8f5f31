package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.GroupName;

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
 * @param skipped ticks before this one that nobody evaluated
 * @param late earlier ticks that were evaluated again
 * @param state after this tick
 * @param delivered for each channel, the last tick whose transitions it got
 */
public record EvaluationRecord(
        GroupName group,
        String id,
        String evaluator,
        TickResult result,
        Instant recordedAt,
        long rulesVersion,
        boolean incomplete,
        Optional<SkippedTicks> skipped,
        List<TickResult> late,
        List<Transition> transitions,
        GroupState state,
        SortedMap<String, Instant> delivered)
{
    public EvaluationRecord
    {
        requireNonNull(group, "group is null");
        requireNonNull(id, "id is null");
        requireNonNull(evaluator, "evaluator is null");
        requireNonNull(result, "result is null");
        requireNonNull(recordedAt, "recordedAt is null");
        requireNonNull(skipped, "skipped is null");
        late = List.copyOf(late);
        transitions = List.copyOf(transitions);
        requireNonNull(state, "state is null");
        delivered = ImmutableSortedMap.copyOf((Map<String, Instant>) delivered);
    }

    public Instant tick()
    {
        return result.tick();
    }

    /**
     * Ticks that were never evaluated, both inclusive.
     */
    public record SkippedTicks(Instant from, Instant to)
    {
        public SkippedTicks
        {
            requireNonNull(from, "from is null");
            requireNonNull(to, "to is null");
        }
    }
}

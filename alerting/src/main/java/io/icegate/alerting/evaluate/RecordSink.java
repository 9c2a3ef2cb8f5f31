package io.icegate.alerting.evaluate;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecord.Undelivered;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Delivers what records tell. No call waits for a channel.
 */
public interface RecordSink
{
    /**
     * This evaluator owns a group from now on. Records behind the cursors of the newest one are delivered.
     *
     * @param newest empty when the group has no record
     */
    void owned(RuleGroup group, Optional<EvaluationRecord> newest);

    /**
     * A record is stored, by this evaluator or by another one.
     */
    void stored(EvaluationRecord record, RuleGroup group, boolean ours);

    /**
     * How far channels are, for the next record of the group. What is given up is told once.
     */
    Cursors cursors(GroupName group);

    /**
     * Another evaluator owns the group from now on. Nothing of it is sent any more.
     */
    void disowned(GroupName group);

    /**
     * @param delivered last tick of each channel
     */
    record Cursors(SortedMap<String, Instant> delivered, List<Undelivered> undelivered)
    {
        public static final Cursors NONE = new Cursors(ImmutableSortedMap.of(), List.of());

        public Cursors
        {
            delivered = ImmutableSortedMap.copyOf((Map<String, Instant>) delivered);
            undelivered = List.copyOf(undelivered);
        }
    }
}

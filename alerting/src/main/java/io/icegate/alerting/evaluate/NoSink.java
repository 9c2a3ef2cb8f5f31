package io.icegate.alerting.evaluate;

import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.EvaluationRecord;

import java.util.Optional;

/**
 * Tells nobody, as it is right for what is tried.
 */
public record NoSink()
        implements RecordSink
{
    @Override
    public void owned(RuleGroup group, Optional<EvaluationRecord> newest) {}

    @Override
    public void stored(EvaluationRecord record, RuleGroup group, boolean ours) {}

    @Override
    public Cursors cursors(GroupName group)
    {
        return Cursors.NONE;
    }

    @Override
    public void disowned(GroupName group) {}
}

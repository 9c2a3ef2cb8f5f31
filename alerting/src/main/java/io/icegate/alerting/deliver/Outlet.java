package io.icegate.alerting.deliver;

import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.EvaluationRecord;

import java.time.Duration;
import java.util.Optional;

/**
 * A channel that gets every record of a group, in order. For any number of threads.
 */
interface Outlet
{
    /**
     * Name of the channel, by which records keep its cursor.
     */
    String name();

    /**
     * Returns whether the record tells this channel anything. One that does not is passed over.
     */
    boolean wants(EvaluationRecord record, RuleGroup group);

    /**
     * Returns whether it is worth an event that the channel never got this record.
     */
    boolean isMissed(EvaluationRecord record);

    /**
     * Sends a record once.
     *
     * @param sinceStored at most so long ago this process stored the record; empty when another one may have, or it is unknown
     */
    Attempt attempt(EvaluationRecord record, RuleGroup group, Optional<Duration> sinceStored);
}

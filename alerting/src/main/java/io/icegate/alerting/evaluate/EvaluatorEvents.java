package io.icegate.alerting.evaluate;

import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.state.EvaluationRecord;

import java.time.Duration;
import java.time.Instant;
import java.util.SortedMap;

/**
 * What an evaluator tells about its work, for metrics.
 */
public interface EvaluatorEvents
{
    /**
     * A tick has its record.
     *
     * @param lag from the moment at which the evaluator saw that all rows of the tick were there, or that patience was over, to its record
     */
    void recorded(EvaluationRecord record, boolean ours, Duration lag);

    /**
     * A tick could not be evaluated now, and is tried again.
     */
    void failed(GroupName group, Exception failure);

    /**
     * @param watermarks of the tables that were asked for
     */
    void watermarks(SortedMap<String, Instant> watermarks);
}

package io.icegate.alerting.deliver;

import io.icegate.alerting.state.EvaluationRecord;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * The records of one group.
 */
@FunctionalInterface
public interface RecordSource
{
    /**
     * Returns the first records after a tick, in order and without a gap, among them every one that was stored before the call. Fewer than asked for means that
     * there are no more.
     *
     * @throws IOException when they cannot be read now
     */
    List<EvaluationRecord> after(Instant tick, int countMax)
            throws IOException;
}

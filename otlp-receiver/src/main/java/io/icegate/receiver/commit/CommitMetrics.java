package io.icegate.receiver.commit;

import java.time.Duration;

/**
 * What is counted of the commits of one table.
 */
public interface CommitMetrics
{
    CommitMetrics NONE = new CommitMetrics() {};

    default void committed(int segments, long rows, int duplicateBatches, Duration time) {}

    default void commitFailed(Duration time) {}

    /**
     * What waits for a commit after a round.
     */
    default void waiting(WaitingRows rows) {}

    /**
     * What waits is not known, because the round failed.
     */
    default void waitingUnknown() {}
}

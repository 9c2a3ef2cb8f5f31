package io.icegate.receiver.commit;

import java.time.Duration;

/**
 * Counts the commits of one table.
 */
public interface CommitMetrics
{
    CommitMetrics NONE = new CommitMetrics() {};

    default void committed(int segments, long rows, int duplicateBatches, Duration time) {}

    /**
     * Ids of committed batches that were forgotten before their time.
     */
    default void forgotten(long batches) {}

    default void commitFailed(Duration time) {}

    /**
     * Rows that wait for a commit after a round.
     */
    default void waiting(WaitingRows rows) {}

    /**
     * The round failed, so the number of waiting rows is unknown.
     */
    default void waitingUnknown() {}
}

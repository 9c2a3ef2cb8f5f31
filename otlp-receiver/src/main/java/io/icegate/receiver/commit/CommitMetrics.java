package io.icegate.receiver.commit;

import java.time.Duration;

/**
 * What is counted of commits.
 */
public interface CommitMetrics
{
    CommitMetrics NONE = new CommitMetrics() {};

    default void committed(int segments, long rows, int duplicateBatches, Duration time) {}

    default void commitFailed(Duration time) {}

    /**
     * What waits for a commit after a round.
     *
     * @param oldest age of the oldest waiting segment
     * @param corruptWriters whose run ends at a segment that cannot be read
     */
    default void waiting(int segments, long bytes, Duration oldest, long corruptWriters) {}
}

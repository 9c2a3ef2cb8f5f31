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
}

package io.icegate.receiver.commit;

import io.icegate.receiver.commit.SessionStatus.Attempt;
import io.icegate.receiver.commit.SessionStatus.Commit;
import io.icegate.receiver.commit.SessionStatus.Commits;
import io.icegate.receiver.commit.SessionStatus.Measured;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Remembers the last of what it passes on. One thread reports, any thread asks.
 */
final class CommitHistory
        implements CommitMetrics
{
    private final CommitMetrics metrics;
    private final InstantSource clock;
    private volatile Commits status = new Commits(Optional.empty(), Optional.empty(), Optional.empty());

    CommitHistory(CommitMetrics metrics, InstantSource clock)
    {
        this.metrics = requireNonNull(metrics, "metrics is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    Commits status()
    {
        return status;
    }

    @Override
    public void committed(int segments, long rows, int duplicateBatches, Duration time)
    {
        metrics.committed(segments, rows, duplicateBatches, time);
        Optional<Commit> last = segments == 0 ? status.commit() : Optional.of(new Commit(clock.instant(), segments, rows));
        status = new Commits(last, Optional.of(new Attempt(clock.instant(), false)), status.waiting());
    }

    @Override
    public void forgotten(long batches)
    {
        metrics.forgotten(batches);
    }

    @Override
    public void commitFailed(Duration time)
    {
        metrics.commitFailed(time);
        status = new Commits(status.commit(), Optional.of(new Attempt(clock.instant(), true)), status.waiting());
    }

    @Override
    public void waiting(WaitingRows rows)
    {
        metrics.waiting(rows);
        status = new Commits(status.commit(), status.attempt(), Optional.of(new Measured(clock.instant(), rows)));
    }

    @Override
    public void waitingUnknown()
    {
        metrics.waitingUnknown();
        status = new Commits(status.commit(), status.attempt(), Optional.empty());
    }
}

package io.icegate.wal;

import io.icegate.objectstore.Sleeper;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/**
 * A clock that moves when told to.
 */
public final class TestingClock
        implements InstantSource
{
    private static final Duration SHORT = Duration.ofSeconds(5);
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private Instant now = Instant.parse("2026-11-20T00:00:00Z"); // guarded by this
    private int sleepers; // guarded by this

    @Override
    public synchronized Instant instant()
    {
        return now;
    }

    public synchronized void advance(Duration duration)
    {
        now = now.plus(duration);
        notifyAll();
    }

    public long nanoTime()
    {
        return Duration.between(Instant.EPOCH, instant()).toNanos();
    }

    /**
     * Returns at once from short pauses, such as those between attempts, and from long ones when the clock was moved.
     */
    public Sleeper sleeper()
    {
        return duration -> {
            if (duration.compareTo(SHORT) >= 0) {
                sleepUntil(instant().plus(duration));
            }
        };
    }

    private synchronized void sleepUntil(Instant end)
            throws InterruptedException
    {
        sleepers++;
        notifyAll();
        try {
            while (now.isBefore(end)) {
                wait();
            }
        }
        finally {
            sleepers--;
        }
    }

    /**
     * Returns when somebody waits for the clock to move.
     */
    public synchronized void awaitSleeper()
            throws InterruptedException
    {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (sleepers == 0) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("Nobody sleeps within " + DEADLINE);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }
}

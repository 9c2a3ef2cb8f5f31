package io.icegate.catalog.log;

import io.icegate.objectstore.Sleeper;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Real time, faster: minutes of a protocol pass in a test of seconds, while threads wait and overtake each other as they do.
 */
final class ScaledTime
        implements InstantSource
{
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    private final int factor;
    private final long start = System.nanoTime();

    ScaledTime(int factor)
    {
        this.factor = factor;
    }

    @Override
    public Instant instant()
    {
        return START.plusNanos(nanos());
    }

    private long nanos()
    {
        return (System.nanoTime() - start) * factor;
    }

    /**
     * @param wallOffsetMillis how far the wall clock of this process is ahead
     */
    CatalogEnvironment environment(long seed, AtomicLong wallOffsetMillis)
    {
        Sleeper sleeper = duration -> TimeUnit.NANOSECONDS.sleep(Math.max(1, duration.toNanos() / factor));
        return new CatalogEnvironment(() -> instant().plusMillis(wallOffsetMillis.get()), this::nanos, sleeper, new Random(seed), CatalogEnvironment.Threads.daemons());
    }

    void sleep(Duration duration)
    {
        try {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos() / factor);
        }
        catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

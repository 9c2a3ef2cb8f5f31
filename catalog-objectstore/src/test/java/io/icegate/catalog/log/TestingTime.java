package io.icegate.catalog.log;

import io.icegate.objectstore.Sleeper;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clocks that move when they are told to, when somebody sleeps, and a nanosecond when somebody looks.
 */
public final class TestingTime
        implements InstantSource
{
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong wallOffsetMillis = new AtomicLong();

    @Override
    public Instant instant()
    {
        return START.plusNanos(nanos.get()).plusMillis(wallOffsetMillis.get());
    }

    public void advance(Duration duration)
    {
        nanos.addAndGet(duration.toNanos());
    }

    /**
     * The wall clock alone, as an operator or a sleeping machine would.
     */
    void setWallAhead(Duration duration)
    {
        wallOffsetMillis.set(duration.toMillis());
    }

    public CatalogEnvironment environment(long seed)
    {
        Random random = new Random(seed);
        Sleeper sleeper = this::advance;
        return new CatalogEnvironment(this, nanos::incrementAndGet, sleeper, random, CatalogEnvironment.Threads.daemons());
    }
}

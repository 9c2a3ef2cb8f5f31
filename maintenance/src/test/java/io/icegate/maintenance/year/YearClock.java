package io.icegate.maintenance.year;

import io.icegate.objectstore.Sleeper;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The time of the model. It moves when it is told to, and by short pauses. It lies in the past of every machine, because
 * Iceberg refuses metadata that is younger than its own clock.
 */
final class YearClock
        implements InstantSource
{
    static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    /**
     * Only the loop of heartbeats pauses for so long.
     */
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);

    private Instant now = START; // guarded by this

    @Override
    public synchronized Instant instant()
    {
        return now;
    }

    synchronized void advance(Duration duration)
    {
        now = now.plus(duration);
    }

    synchronized void advanceTo(Instant time)
    {
        if (time.isAfter(now)) {
            now = time;
        }
    }

    long nanoTime()
    {
        return Duration.between(START, instant()).toNanos();
    }

    int day()
    {
        return (int) Duration.between(START, instant()).toDays();
    }

    /**
     * Moves the clock instead of waiting. Ends the loop of heartbeats after each beat; the model beats when it is time.
     */
    Sleeper sleeper()
    {
        return duration -> {
            if (duration.compareTo(HEARTBEAT) >= 0) {
                throw new InterruptedException("the next heartbeat is the model's");
            }
            advance(duration);
        };
    }
}

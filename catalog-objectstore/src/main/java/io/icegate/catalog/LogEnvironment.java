package io.icegate.catalog;

import io.icegate.objectstore.Sleeper;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * What the log takes from outside: clocks, sleep and ids.
 *
 * @param nanoClock monotonic, as {@link System#nanoTime}
 * @param ids fresh ids of records, writers and transactions
 */
record LogEnvironment(InstantSource clock, LongSupplier nanoClock, Sleeper sleeper, Supplier<UUID> ids)
{
    LogEnvironment
    {
        requireNonNull(clock, "clock is null");
        requireNonNull(nanoClock, "nanoClock is null");
        requireNonNull(sleeper, "sleeper is null");
        requireNonNull(ids, "ids is null");
    }

    static LogEnvironment system()
    {
        SecureRandom random = new SecureRandom();
        return new LogEnvironment(InstantSource.system(), System::nanoTime, Sleeper.system(), () -> randomId(random));
    }

    private static UUID randomId(SecureRandom random)
    {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    Moment now()
    {
        return new Moment(nanoClock.getAsLong(), clock.instant());
    }

    /**
     * Time since the moment by the monotonic or the wall clock, whichever says more: the one stands still while a machine
     * sleeps, the other can be set back.
     */
    Duration since(Moment moment)
    {
        Moment now = now();
        Duration monotonic = Duration.ofNanos(now.nanos() - moment.nanos());
        Duration wall = Duration.between(moment.wall(), now.wall());
        return monotonic.compareTo(wall) >= 0 ? monotonic : wall;
    }

    /**
     * @throws IllegalStateException when the thread was interrupted; the flag stays set
     */
    void sleep(Duration duration)
    {
        try {
            sleeper.sleep(duration);
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Cannot wait for the catalog log: interrupted", e);
        }
    }

    /**
     * A point in time by both clocks of this process.
     */
    record Moment(long nanos, Instant wall)
    {
        boolean isBefore(Moment other)
        {
            return nanos - other.nanos < 0;
        }

        Moment orLater(Moment other)
        {
            return isBefore(other) ? other : this;
        }
    }
}

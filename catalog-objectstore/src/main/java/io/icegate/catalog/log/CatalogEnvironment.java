package io.icegate.catalog.log;

import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.Sleeper;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * Brings what the log takes from outside: clocks, sleep, random numbers and threads.
 *
 * @param nanoClock monotonic, as {@link System#nanoTime}
 * @param random safe for use by many threads; ids are made of it, so it must never repeat itself in another process
 */
public record CatalogEnvironment(InstantSource clock, LongSupplier nanoClock, Sleeper sleeper, RandomGenerator random, Threads threads)
{
    /**
     * Starts a thread of its own for a task. Throws when the machine has none left.
     */
    @FunctionalInterface
    public interface Threads
    {
        void start(String name, Runnable task);

        static Threads daemons()
        {
            return (name, task) -> {
                Thread thread = new Thread(task, name);
                thread.setDaemon(true);
                thread.start();
            };
        }
    }

    public CatalogEnvironment
    {
        requireNonNull(clock, "clock is null");
        requireNonNull(nanoClock, "nanoClock is null");
        requireNonNull(sleeper, "sleeper is null");
        requireNonNull(random, "random is null");
        requireNonNull(threads, "threads is null");
    }

    public static CatalogEnvironment system()
    {
        return new CatalogEnvironment(InstantSource.system(), System::nanoTime, Sleeper.system(), new SecureRandom(), Threads.daemons());
    }

    /**
     * A fresh id of a record, a writer or a transaction.
     */
    public UUID newId()
    {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    /**
     * The usual policy, with time measured by {@link #since} from now on.
     */
    public RetryPolicy retryPolicy()
    {
        Moment began = now();
        return RetryPolicy.of(new RetryPolicy.Waiting(() -> since(began).toNanos(), sleeper, random));
    }

    public Moment now()
    {
        return new Moment(nanoClock.getAsLong(), clock.instant());
    }

    /**
     * Time since the moment by the monotonic or the wall clock, whichever says more: the one stands still while a machine
     * sleeps, the other can be set back.
     */
    public Duration since(Moment moment)
    {
        Moment now = now();
        Duration monotonic = Duration.ofNanos(now.nanos() - moment.nanos());
        Duration wall = Duration.between(moment.wall(), now.wall());
        return monotonic.compareTo(wall) >= 0 ? monotonic : wall;
    }

    /**
     * @throws IllegalStateException when the thread was interrupted; the flag stays set
     */
    public void sleep(Duration duration)
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
    public record Moment(long nanos, Instant wall)
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

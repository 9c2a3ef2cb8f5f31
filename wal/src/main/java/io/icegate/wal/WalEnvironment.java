package io.icegate.wal;

import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.Sleeper;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * What the WAL takes from its surroundings.
 *
 * @param executor runs uploads, heartbeats and parallel reads. A writer waits inside its tasks for other tasks, so for a
 *         writer it must start every task at once: virtual threads, or a pool without a bound. Readers and committers may be
 *         given {@code Runnable::run}
 * @param nanoTime monotonic clock
 * @param random safe for use by many threads
 */
public record WalEnvironment(Executor executor, InstantSource clock, LongSupplier nanoTime, Sleeper sleeper, RandomGenerator random)
{
    public WalEnvironment
    {
        requireNonNull(executor, "executor is null");
        requireNonNull(clock, "clock is null");
        requireNonNull(nanoTime, "nanoTime is null");
        requireNonNull(sleeper, "sleeper is null");
        requireNonNull(random, "random is null");
    }

    /**
     * The clocks and the secure random numbers of this machine.
     */
    public static WalEnvironment system(Executor executor)
    {
        return new WalEnvironment(executor, InstantSource.system(), System::nanoTime, Sleeper.system(), new SecureRandom());
    }

    /**
     * What pauses between attempts take from here.
     */
    public RetryPolicy.Waiting waiting()
    {
        return new RetryPolicy.Waiting(nanoTime, sleeper, random);
    }
}

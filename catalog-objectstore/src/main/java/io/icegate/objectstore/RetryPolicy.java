package io.icegate.objectstore;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * Says how often, how long and with which pauses a request is repeated.
 *
 * <p>Pauses double from the shortest to the longest. Each lasts between half and all of its length, so that callers which
 * failed together do not come back together.
 *
 * @param attemptsMax including the first
 * @param timeMax from the first attempt to the start of the last
 * @param givenUp true once no further attempt is wanted
 */
public record RetryPolicy(int attemptsMax, Duration timeMax, Duration pauseMin, Duration pauseMax, BooleanSupplier givenUp, Waiting waiting)
{
    /**
     * Longest time that can be asked for, about 292 years.
     */
    public static final Duration UNBOUNDED = Duration.ofNanos(Long.MAX_VALUE);
    private static final int ATTEMPTS_MAX = 100;
    private static final Duration TIME_MAX = Duration.ofSeconds(30);
    private static final Duration PAUSE_MIN = Duration.ofMillis(10);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(1);

    public RetryPolicy
    {
        requireNonNull(givenUp, "givenUp is null");
        requireNonNull(waiting, "waiting is null");
        if (attemptsMax < 1 || timeMax.isNegative() || timeMax.compareTo(UNBOUNDED) > 0) {
            throw new IllegalArgumentException("Cannot repeat a request %s times within %s: out of range".formatted(attemptsMax, timeMax));
        }
        if (pauseMin.isNegative() || pauseMin.isZero() || pauseMin.compareTo(pauseMax) > 0 || pauseMax.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("Cannot pause from %s to %s between requests: out of range".formatted(pauseMin, pauseMax));
        }
    }

    /**
     * What a pause takes from outside.
     *
     * @param nanoTime monotonic clock
     * @param random safe for use by many threads
     */
    public record Waiting(LongSupplier nanoTime, Sleeper sleeper, RandomGenerator random)
    {
        public Waiting
        {
            requireNonNull(nanoTime, "nanoTime is null");
            requireNonNull(sleeper, "sleeper is null");
            requireNonNull(random, "random is null");
        }

        /**
         * The clock and the random numbers of this machine.
         */
        public static Waiting system()
        {
            return new Waiting(System::nanoTime, Sleeper.system(), new SecureRandom());
        }
    }

    /**
     * The usual policy: pauses of 10 ms to 1 s, for 30 s.
     */
    public static RetryPolicy of(Waiting waiting)
    {
        return new RetryPolicy(ATTEMPTS_MAX, TIME_MAX, PAUSE_MIN, PAUSE_MAX, () -> false, waiting);
    }

    public RetryPolicy withAttemptsMax(int count)
    {
        return new RetryPolicy(count, timeMax, pauseMin, pauseMax, givenUp, waiting);
    }

    public RetryPolicy withTimeMax(Duration time)
    {
        return new RetryPolicy(attemptsMax, time, pauseMin, pauseMax, givenUp, waiting);
    }

    public RetryPolicy withPauses(Duration min, Duration max)
    {
        return new RetryPolicy(attemptsMax, timeMax, min, max, givenUp, waiting);
    }

    /**
     * Goes on until somebody gives up, however long that takes.
     */
    public RetryPolicy until(BooleanSupplier givenUp)
    {
        return new RetryPolicy(Integer.MAX_VALUE, UNBOUNDED, pauseMin, pauseMax, givenUp, waiting);
    }

    /**
     * Starts counting: the first attempt begins now.
     */
    public Retries start()
    {
        return new Retries(this);
    }
}

package io.icegate.wal.writer;

import io.icegate.objectstore.ClockComparison;
import io.icegate.objectstore.ClockOffException;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Retries;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.time.temporal.ChronoUnit.MICROS;
import static java.util.Objects.requireNonNull;

/**
 * The clock of a writer, as far as the store confirmed it. A writer whose clock is more than a minute off does not begin, and
 * ends with the next heartbeat.
 */
final class WriterClock
{
    private static final int ATTEMPTS_MAX = 10;

    private final WalEnvironment environment;
    private volatile Confirmed last;

    private record Confirmed(Instant wall, long nanos) {}

    private WriterClock(WalEnvironment environment, Confirmed last)
    {
        this.environment = requireNonNull(environment, "environment is null");
        this.last = requireNonNull(last, "last is null");
    }

    /**
     * Compares before anything of a writer is stored, so that a clock that stays wrong leaves nothing behind.
     *
     * @throws ClockOffException when the clock is off
     * @throws WalException UNAVAILABLE when the store does not answer
     */
    static WriterClock confirm(ObjectStore store, WalEnvironment environment)
    {
        Retries retries = RetryPolicy.of(environment.waiting()).withAttemptsMax(ATTEMPTS_MAX).start();
        while (true) {
            IOException failure;
            try {
                long nanos = environment.nanoTime().getAsLong();
                ClockComparison comparison = ClockComparison.probe(store, environment.clock());
                comparison.require("write to the WAL");
                return new WriterClock(environment, new Confirmed(comparison.asked(), nanos));
            }
            catch (IOException e) {
                failure = e;
            }
            try {
                if (!retries.again()) {
                    throw new WalException(UNAVAILABLE, "Cannot compare clocks with the store: " + failure.getMessage(), failure);
                }
            }
            catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WalException(UNAVAILABLE, "Cannot compare clocks with the store: interrupted", e);
            }
        }
    }

    /**
     * @param nanos of the monotonic clock when the comparison began
     * @throws ClockOffException when the clock is off
     */
    void compared(ClockComparison comparison, long nanos)
    {
        comparison.require("acknowledge");
        last = new Confirmed(comparison.asked(), nanos);
    }

    /**
     * The time now. A clock that was set by more than a minute since the last comparison is not believed, because a time of
     * ingest never falls again: the monotonic clock goes on from there.
     */
    long micros()
    {
        Confirmed confirmed = last;
        Instant wall = environment.clock().instant();
        Instant expected = confirmed.wall().plusNanos(environment.nanoTime().getAsLong() - confirmed.nanos());
        boolean set = Duration.between(expected, wall).compareTo(ClockComparison.OFF_MAX) > 0;
        return MICROS.between(Instant.EPOCH, set ? expected : wall);
    }
}

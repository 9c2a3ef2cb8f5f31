package io.icegate.wal.writer;

import io.icegate.wal.WalEnvironment;

import java.time.Duration;

/**
 * Pauses that double from the shortest to the longest, each between half and all of its length.
 */
final class Backoff
{
    private final WalEnvironment environment;
    private final long nanosMax;
    private long nanos;

    Backoff(WriterOptions options, WalEnvironment environment)
    {
        this.environment = environment;
        this.nanos = options.backoffMin().toNanos();
        this.nanosMax = options.backoffMax().toNanos();
    }

    void pause()
            throws InterruptedException
    {
        long half = nanos / 2;
        environment.sleeper().sleep(Duration.ofNanos(half + (long) (environment.random().nextDouble() * half)));
        nanos = Math.min(nanos * 2, nanosMax);
    }
}

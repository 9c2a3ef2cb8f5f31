package io.icegate.catalog;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for what other threads do.
 */
public final class Deadline
{
    private static final Duration MAX = Duration.ofSeconds(120);
    private static final Duration POLL = Duration.ofMillis(2);

    private Deadline() {}

    public static void await(BooleanSupplier condition)
    {
        long began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - began > MAX.toNanos()) {
                throw new AssertionError("condition not met within " + MAX);
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }
}

package io.icegate.tests;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Waits for a condition, and fails when it does not come true in time.
 */
final class Deadline
{
    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    private Deadline() {}

    /**
     * @param what for the message, asked for when it has to be said
     */
    static void await(Supplier<String> what, Duration limit, Callable<Boolean> condition)
            throws Exception
    {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("Not within %s: %s".formatted(limit, what.get()));
            }
            LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
    }
}

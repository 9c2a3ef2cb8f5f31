package io.icegate.receiver;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * Polls until something is so, within a bound.
 */
public final class Deadlines
{
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Deadlines() {}

    public static void eventually(String what, Callable<Boolean> condition)
            throws Exception
    {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not within %s: %s".formatted(PATIENCE, what));
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}

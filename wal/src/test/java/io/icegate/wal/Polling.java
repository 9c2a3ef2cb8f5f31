package io.icegate.wal;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for what another thread does, for a bounded time.
 */
public final class Polling
{
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private Polling() {}

    public static void until(BooleanSupplier condition)
    {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not true within " + DEADLINE);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}

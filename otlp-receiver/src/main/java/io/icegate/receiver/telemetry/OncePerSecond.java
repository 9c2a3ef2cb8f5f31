package io.icegate.receiver.telemetry;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Samples by rate. The number of spans is then bounded, whatever the load.
 */
final class OncePerSecond
{
    private static final long INTERVAL_NANOS = 1_000_000_000;

    private final LongSupplier nanoTime;
    private final AtomicLong takenNanos;

    OncePerSecond(LongSupplier nanoTime)
    {
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
        this.takenNanos = new AtomicLong(nanoTime.getAsLong() - INTERVAL_NANOS);
    }

    boolean tryTake()
    {
        long now = nanoTime.getAsLong();
        long before = takenNanos.get();
        return now - before >= INTERVAL_NANOS && takenNanos.compareAndSet(before, now);
    }
}

package io.icegate.receiver.ingest;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * The right to acknowledge into a table, which ends unless it is renewed. A thread that looks after the table renews it and
 * may hang; the path that acknowledges asks for itself.
 */
public final class Lease
{
    private final Duration bound;
    private final LongSupplier nanoTime;
    private final AtomicLong confirmedNanos;

    /**
     * @param askedNanos as for {@link #renew}
     */
    public Lease(Duration bound, LongSupplier nanoTime, long askedNanos)
    {
        this.bound = requireNonNull(bound, "bound is null");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
        this.confirmedNanos = new AtomicLong(askedNanos);
    }

    public Duration bound()
    {
        return bound;
    }

    /**
     * The catalog confirmed the table.
     *
     * @param askedNanos when the question was sent: how old the answer is at most
     */
    public void renew(long askedNanos)
    {
        confirmedNanos.accumulateAndGet(askedNanos, (before, asked) -> asked - before > 0 ? asked : before);
    }

    public boolean isHeld()
    {
        return nanoTime.getAsLong() - confirmedNanos.get() <= bound.toNanos();
    }
}

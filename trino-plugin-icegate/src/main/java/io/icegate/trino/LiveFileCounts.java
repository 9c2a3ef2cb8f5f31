package io.icegate.trino;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many live segments one scan planned and how many it could leave out.
 */
final class LiveFileCounts
{
    private final AtomicLong planned = new AtomicLong();
    private final AtomicLong pruned = new AtomicLong();

    void planned()
    {
        planned.incrementAndGet();
    }

    void pruned()
    {
        pruned.incrementAndGet();
    }

    long plannedCount()
    {
        return planned.get();
    }

    long prunedCount()
    {
        return pruned.get();
    }
}

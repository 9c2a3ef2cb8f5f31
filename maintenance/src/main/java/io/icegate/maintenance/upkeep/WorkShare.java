package io.icegate.maintenance.upkeep;

import io.icegate.objectstore.Sleeper;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * Keeps maintenance to its share of a core: after each piece of work it rests in proportion to the processor time that took, so
 * that ingest and queries of the same machine get the rest. Time in which others had the processor, or in which the store was
 * waited for, counts as rest: where the machine is short of processors, maintenance that rested for it too would fall behind for ever.
 */
final class WorkShare
{
    /**
     * Longest rest, whatever was done.
     */
    private static final Duration REST_MAX = Duration.ofMinutes(1);
    private static final Duration STEP = Duration.ofSeconds(1);

    private final double share;
    private final Supplier<Spent> spent;
    private final Sleeper sleeper;

    /**
     * What a process has spent since it started.
     *
     * @param time by a clock that only goes ahead
     * @param processor of all its threads
     */
    record Spent(Duration time, Duration processor)
    {
        Spent
        {
            requireNonNull(time, "time is null");
            requireNonNull(processor, "processor is null");
        }

        /**
         * Where the system does not tell the time of the processor, it is taken for busy with us all the time.
         */
        static Spent byThisProcess()
        {
            Duration time = Duration.ofNanos(System.nanoTime());
            return new Spent(time, ProcessHandle.current().info().totalCpuDuration().orElse(time));
        }
    }

    /**
     * @param share from above 0 to 1, which never rests
     */
    WorkShare(double share, Supplier<Spent> spent, Sleeper sleeper)
    {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("Cannot use a share of %s of a core: it must be above 0, and 1 at most".formatted(share));
        }
        this.share = share;
        this.spent = requireNonNull(spent, "spent is null");
        this.sleeper = requireNonNull(sleeper, "sleeper is null");
    }

    static WorkShare ofThisProcess(double share)
    {
        return new WorkShare(share, Spent::byThisProcess, Sleeper.system());
    }

    static WorkShare all()
    {
        return ofThisProcess(1);
    }

    /**
     * Returns what to rest from afterwards.
     */
    Spent begin()
    {
        return spent.get();
    }

    /**
     * @param begun before the work
     * @param goesOn false ends the rest within a second
     */
    void rest(Spent begun, BooleanSupplier goesOn)
    {
        Spent ended = spent.get();
        long worked = ended.time().minus(begun.time()).toMillis();
        long processor = ended.processor().minus(begun.processor()).toMillis();
        Duration left = share == 1 ? Duration.ZERO : Duration.ofMillis((long) (processor / share) - worked);
        left = left.compareTo(REST_MAX) > 0 ? REST_MAX : left;
        while (left.toMillis() > 0 && goesOn.getAsBoolean()) {
            Duration step = left.compareTo(STEP) > 0 ? STEP : left;
            try {
                sleeper.sleep(step);
            }
            catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            left = left.minus(step);
        }
    }
}

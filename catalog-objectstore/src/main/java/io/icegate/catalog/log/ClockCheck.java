package io.icegate.catalog.log;

import io.icegate.catalog.log.CatalogEnvironment.Moment;
import io.icegate.objectstore.ClockComparison;
import io.icegate.objectstore.ClockOffException;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;

/**
 * Stops a process from committing while its clock is off the store's. Timestamps of records only grow: one clock that is a
 * year ahead would freeze time travel and the idempotency window of all processes for a year, and one that is behind makes
 * the window shorter than it is.
 */
final class ClockCheck
{
    /**
     * Difference between what the wall clock and the monotonic clock have moved since a comparison that is no step. Slewing by
     * NTP makes less in the minutes that a comparison counts.
     */
    private static final Duration STEP_MIN = Duration.ofSeconds(1);

    private volatile @Nullable Measurement last;

    /**
     * @param asked before the request that told the store's time
     */
    void observe(Moment asked, Instant answered, Instant storeTime)
    {
        last = new Measurement(asked, new ClockComparison(asked.wall(), answered, storeTime));
    }

    /**
     * True when the clock was right when it was last compared, and was not set since.
     */
    boolean hasPassed(Moment now, Duration ageMax)
    {
        Measurement measurement = last;
        if (measurement == null || measurement.comparison.isOff()) {
            return false;
        }
        Duration monotonic = Duration.ofNanos(now.nanos() - measurement.asked.nanos());
        Duration wall = Duration.between(measurement.asked.wall(), now.wall());
        return monotonic.compareTo(ageMax) <= 0 && wall.minus(monotonic).abs().compareTo(STEP_MIN) <= 0;
    }

    /**
     * @throws ClockOffException when the clock of this process was off at the last comparison, or was never compared
     */
    void verify()
    {
        Measurement measurement = last;
        if (measurement == null) {
            throw new ClockOffException("Cannot commit to the catalog: the store did not tell its time");
        }
        measurement.comparison.require("commit to the catalog");
    }

    private record Measurement(Moment asked, ClockComparison comparison) {}
}

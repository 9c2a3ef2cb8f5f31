package io.icegate.catalog.log;

import io.icegate.catalog.log.CatalogEnvironment.Moment;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Stops a process from committing while its clock runs ahead of the store's. Timestamps of records only grow. One clock
 * that is a year ahead would freeze time travel and the idempotency window of all processes for a year.
 */
final class ClockCheck
{
    static final Duration AHEAD_MAX = Duration.ofSeconds(60);

    private volatile Measurement last = new Measurement(Optional.empty(), Duration.ZERO);

    /**
     * @param asked before the request whose answer carries the store's time
     */
    void observe(Moment asked, Optional<Instant> storeTime)
    {
        Duration ahead = storeTime.map(time -> Duration.between(time, asked.wall())).orElse(Duration.ZERO);
        last = new Measurement(Optional.of(asked), ahead);
    }

    /**
     * When the clocks were last compared and this one was not ahead.
     */
    Optional<Moment> passed()
    {
        Measurement measurement = last;
        return measurement.ahead.compareTo(AHEAD_MAX) > 0 ? Optional.empty() : measurement.asked;
    }

    /**
     * @throws IllegalStateException when the clock of this process was ahead at the last comparison
     */
    void verify()
    {
        Duration ahead = last.ahead;
        if (ahead.compareTo(AHEAD_MAX) > 0) {
            throw new IllegalStateException("Cannot commit to the catalog: the clock of this process is %s ahead of the store's, more than %s".formatted(ahead, AHEAD_MAX));
        }
    }

    private record Measurement(Optional<Moment> asked, Duration ahead) {}
}

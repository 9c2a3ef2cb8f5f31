package io.icegate.maintenance.upkeep;

import io.icegate.objectstore.Sleeper;

import java.time.Duration;
import java.util.function.BooleanSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Keeps maintenance to its share of a core: after each piece of work it rests in proportion to the time that took, so that ingest
 * and queries of the same machine get the rest.
 */
final class WorkShare
{
    /**
     * Longest rest, whatever was done.
     */
    private static final Duration REST_MAX = Duration.ofMinutes(1);
    private static final Duration STEP = Duration.ofSeconds(1);

    private final double share;
    private final Sleeper sleeper;

    /**
     * @param share from above 0 to 1, which never rests
     */
    WorkShare(double share, Sleeper sleeper)
    {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("Cannot use a share of %s of a core: it must be above 0, and 1 at most".formatted(share));
        }
        this.share = share;
        this.sleeper = requireNonNull(sleeper, "sleeper is null");
    }

    /**
     * @param goesOn false ends the rest within a second
     */
    void rest(Duration worked, BooleanSupplier goesOn)
    {
        Duration left = Duration.ofMillis((long) (worked.toMillis() * (1 - share) / share));
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

package io.icegate.maintenance.upkeep;

import java.time.Duration;

import static java.util.Objects.requireNonNull;

/**
 * How much upkeep may do.
 *
 * @param interval between the starts of two rounds
 * @param bytesPerRound files that one round merges at most, in all tables
 * @param ttlInterval between two looks for rows that are due in a table
 */
public record UpkeepSettings(Duration interval, long bytesPerRound, Duration ttlInterval)
{
    private static final Duration TTL_INTERVAL = Duration.ofHours(1);

    public static final UpkeepSettings DEFAULT = new UpkeepSettings(Duration.ofMinutes(1), 512L << 20);

    public UpkeepSettings(Duration interval, long bytesPerRound)
    {
        this(interval, bytesPerRound, TTL_INTERVAL);
    }

    public UpkeepSettings
    {
        requireNonNull(interval, "interval is null");
        requireNonNull(ttlInterval, "ttlInterval is null");
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("Cannot keep tables in order every %s: it must be positive".formatted(interval));
        }
        if (bytesPerRound <= 0) {
            throw new IllegalArgumentException("Cannot merge %s bytes per round: it must be positive".formatted(bytesPerRound));
        }
    }
}

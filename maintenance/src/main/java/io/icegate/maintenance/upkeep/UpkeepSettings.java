package io.icegate.maintenance.upkeep;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * How much upkeep may do.
 *
 * @param interval between the starts of two rounds
 * @param bytesPerRound files that one round merges at most, in all tables
 * @param ttlInterval between two looks for rows that are due in a table
 * @param cpuShare of one core that merges may take, above 0 and at most 1
 * @param copies folder in which a receiver on this machine keeps copies of its segments; empty when none does
 */
public record UpkeepSettings(Duration interval, long bytesPerRound, Duration ttlInterval, double cpuShare, Optional<Path> copies)
{
    private static final Duration TTL_INTERVAL = Duration.ofHours(1);
    private static final double CPU_SHARE = 0.5;

    /**
     * For stores that take money for requests.
     */
    public static final UpkeepSettings DEFAULT = new UpkeepSettings(Duration.ofMinutes(1), 512L << 20);

    /**
     * For stores that take none, where receivers write a segment for each few requests and commit them each ten seconds: queries
     * open each file until it is merged.
     */
    public static final UpkeepSettings UNPRICED = new UpkeepSettings(Duration.ofSeconds(2), 512L << 20);

    public UpkeepSettings(Duration interval, long bytesPerRound)
    {
        this(interval, bytesPerRound, TTL_INTERVAL, CPU_SHARE, Optional.empty());
    }

    public UpkeepSettings withCpuShare(double share)
    {
        return new UpkeepSettings(interval, bytesPerRound, ttlInterval, share, copies);
    }

    public UpkeepSettings withCopies(Path folder)
    {
        return new UpkeepSettings(interval, bytesPerRound, ttlInterval, cpuShare, Optional.of(folder));
    }

    public UpkeepSettings
    {
        requireNonNull(interval, "interval is null");
        requireNonNull(ttlInterval, "ttlInterval is null");
        requireNonNull(copies, "copies is null");
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("Cannot keep tables in order every %s: it must be positive".formatted(interval));
        }
        if (!(cpuShare > 0 && cpuShare <= 1)) {
            throw new IllegalArgumentException("Cannot merge with a share of %s of a core: it must be above 0, and 1 at most".formatted(cpuShare));
        }
        if (bytesPerRound <= 0) {
            throw new IllegalArgumentException("Cannot merge %s bytes per round: it must be positive".formatted(bytesPerRound));
        }
    }
}

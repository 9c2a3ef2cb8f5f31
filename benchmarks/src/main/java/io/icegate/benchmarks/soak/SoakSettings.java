package io.icegate.benchmarks.soak;

import java.time.Duration;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * What a soak does.
 *
 * @param length of the load; settling and the comparison come after it
 * @param recordsPerSecond of all signals and clients
 * @param clients of each signal
 * @param killEvery zero kills nothing
 * @param kills names of programs, in turn
 */
record SoakSettings(Duration length, int recordsPerSecond, int clients, Duration killEvery, List<String> kills)
{
    /**
     * Records in a request.
     */
    static final int BATCH = 100;
    static final Duration DASHBOARD_INTERVAL = Duration.ofSeconds(10);

    SoakSettings
    {
        requireNonNull(length, "length is null");
        requireNonNull(killEvery, "killEvery is null");
        kills = List.copyOf(kills);
        if (length.isNegative() || length.isZero() || recordsPerSecond < 1 || clients < 1 || killEvery.isNegative()) {
            throw new IllegalArgumentException("Cannot soak for %s at %s records/s with %s clients and kills each %s".formatted(length, recordsPerSecond, clients, killEvery));
        }
    }
}

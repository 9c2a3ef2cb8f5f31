package io.icegate.maintenance.expire;

import java.time.Duration;

import static java.util.Objects.requireNonNull;

/**
 * What expiration keeps, whatever the table says.
 *
 * @param ageMin snapshots that are younger, or were current so long ago, stay: a query that began on one may still run
 * @param snapshotsMin so many of the newest stay
 */
public record ExpirationPolicy(Duration ageMin, int snapshotsMin)
{
    private static final Duration AGE_MIN = Duration.ofHours(1);

    public static final ExpirationPolicy DEFAULT = new ExpirationPolicy(AGE_MIN, 100);

    public ExpirationPolicy
    {
        requireNonNull(ageMin, "ageMin is null");
        if (ageMin.compareTo(AGE_MIN) < 0) {
            throw new IllegalArgumentException("Cannot expire snapshots that are %s old: queries may need them for %s".formatted(ageMin, AGE_MIN));
        }
        if (snapshotsMin < 1) {
            throw new IllegalArgumentException("Cannot keep %s snapshots: at least one is needed".formatted(snapshotsMin));
        }
    }
}

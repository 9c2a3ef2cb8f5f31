package io.icegate.maintenance.merge;

import java.time.Duration;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * When files are worth merging. A row is written again at most three times: out of its segment, out of the small files of its
 * partition, and out of the middle ones.
 *
 * @param tiers file sizes below which files of a partition are merged with their like, ascending. The last one is where a file
 *         is large enough to stay
 * @param segmentsMin segments that are merged before they are old
 * @param ageMax after which fewer files are merged too
 * @param inputsMax files of one merge
 * @param bytesMax bytes of one merge
 */
public record MergePolicy(List<Long> tiers, int segmentsMin, Duration ageMax, int inputsMax, long bytesMax)
{
    /**
     * Files merged into one are smaller than they were together. With so much more than the tier the result leaves it.
     */
    static final double SHRINKING = 1.5;
    /**
     * Rows of one merge, whose order is held in memory. Files with more rows together are not merged with each other: one of them
     * would be written again alone.
     */
    static final int ROWS_MAX = 4_000_000;

    public static final MergePolicy DEFAULT = new MergePolicy(List.of(16L << 20, 64L << 20), 32, Duration.ofMinutes(10), 512, 256L << 20);

    public MergePolicy
    {
        tiers = List.copyOf(tiers);
        requireNonNull(ageMax, "ageMax is null");
        if (tiers.isEmpty() || tiers.size() > 2) {
            throw new IllegalArgumentException("Cannot merge in %s tiers: with more than two a row would be written again more than three times".formatted(tiers.size()));
        }
        if (segmentsMin < 2 || inputsMax < 2 || bytesMax <= 0) {
            throw new IllegalArgumentException("Cannot merge %s to %s files of %s bytes: at least two are needed".formatted(segmentsMin, inputsMax, bytesMax));
        }
    }

    /**
     * Returns the tier of a file of this size; as many as there are tiers when it is large enough.
     */
    int tier(long bytes)
    {
        int tier = 0;
        while (tier < tiers.size() && bytes >= tiers.get(tier)) {
            tier++;
        }
        return tier;
    }

    long largeBytes()
    {
        return tiers.get(tiers.size() - 1);
    }
}

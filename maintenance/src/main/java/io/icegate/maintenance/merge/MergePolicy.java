package io.icegate.maintenance.merge;

import java.time.Duration;

import static java.util.Objects.requireNonNull;

/**
 * When files are worth merging. A row is written again at most three times: out of its segment, out of the small files of its
 * partition, and out of the middle ones. So that queries find few files, small ones do not wait until they are much together; so
 * that rows are not written too often, those that were merged twice do.
 *
 * @param smallBytes files of fewer bytes are small, until they were merged twice
 * @param smallFilesMax small files of a partition that are merged however few bytes they are together
 * @param largeBytes a file of as many bytes stays
 * @param segmentsMin segments that are merged before they are old; more when they lie in many partitions
 * @param ageMax after which fewer files are merged too
 * @param inputsMax files of one merge
 * @param bytesMax bytes of one merge
 */
public record MergePolicy(long smallBytes, int smallFilesMax, long largeBytes, int segmentsMin, Duration ageMax, int inputsMax, long bytesMax)
{
    /**
     * Files merged into one are smaller than they were together. With so much more than a size the result reaches it.
     */
    static final double SHRINKING = 1.5;
    /**
     * Rows of one merge, whose order is held in memory. Files with more rows together are not merged with each other: one of them
     * would be written again alone.
     */
    static final int ROWS_MAX = 4_000_000;
    /**
     * Segments per partition that lately got files. A merge writes one file into each, which must be fewer than it takes away.
     */
    static final int SEGMENTS_PER_PARTITION = 2;

    public static final MergePolicy DEFAULT = new MergePolicy(16L << 20, 16, 64L << 20, 32, Duration.ofMinutes(10), 512, 256L << 20);

    public MergePolicy
    {
        requireNonNull(ageMax, "ageMax is null");
        if (smallBytes <= 0 || largeBytes < smallBytes) {
            throw new IllegalArgumentException("Cannot merge files below %s and then below %s bytes: the second must be more".formatted(smallBytes, largeBytes));
        }
        if (segmentsMin < 2 || smallFilesMax < 2 || inputsMax < Math.max(segmentsMin, smallFilesMax) || bytesMax <= 0) {
            throw new IllegalArgumentException("Cannot merge from %s segments or %s small files on to %s files of %s bytes: at least two are needed".formatted(segmentsMin, smallFilesMax, inputsMax, bytesMax));
        }
    }
}

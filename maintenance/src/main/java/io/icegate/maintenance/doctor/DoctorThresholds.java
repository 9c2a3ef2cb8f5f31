package io.icegate.maintenance.doctor;

import java.time.Duration;

import static java.util.Objects.requireNonNull;

/**
 * From where on something is worth a finding.
 *
 * @param smallFileBytes files below are small
 * @param smallFilesMax small files that a partition may have
 * @param freshFor files that are younger wait for their merge
 * @param manifestsMax manifests of the current snapshot
 * @param metadataBytesMax of the current metadata file, as it is stored
 * @param expiryLate snapshots may be so much older than the table keeps them
 * @param walLagMax age of the oldest segment that waits
 */
public record DoctorThresholds(long smallFileBytes, int smallFilesMax, Duration freshFor, int manifestsMax, long metadataBytesMax, Duration expiryLate, Duration walLagMax)
{
    public static final DoctorThresholds DEFAULT = new DoctorThresholds(64L << 20, 64, Duration.ofMinutes(30), 200, 4L << 20, Duration.ofHours(1), Duration.ofMinutes(5));

    public DoctorThresholds
    {
        requireNonNull(freshFor, "freshFor is null");
        requireNonNull(expiryLate, "expiryLate is null");
        requireNonNull(walLagMax, "walLagMax is null");
        if (smallFileBytes < 1 || smallFilesMax < 1 || manifestsMax < 1 || metadataBytesMax < 1) {
            throw new IllegalArgumentException("Cannot examine tables with %s bytes, %s files, %s manifests, %s bytes of metadata: all must be positive".formatted(
                    smallFileBytes, smallFilesMax, manifestsMax, metadataBytesMax));
        }
    }
}

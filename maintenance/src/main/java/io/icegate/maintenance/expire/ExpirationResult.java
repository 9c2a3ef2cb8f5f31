package io.icegate.maintenance.expire;

/**
 * What an expiration did.
 *
 * @param snapshots that are gone
 * @param files that were deleted, metadata included
 * @param failed files that could not be deleted; they are orphans
 */
public record ExpirationResult(int snapshots, long files, long failed) {}

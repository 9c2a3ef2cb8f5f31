package io.icegate.catalog.log;

import java.util.Map;
import java.util.TreeMap;

/**
 * Decides when a checkpoint is due: once the records since the last one outweigh it in bytes, at the earliest after 64 and
 * at the latest after 256 of them. A big catalog is then not written for every small change, and a cold start reads a
 * bounded tail.
 */
final class CheckpointSchedule
{
    static final int RECORDS_MIN = 64;
    static final int RECORDS_MAX = 256;

    private final TreeMap<Long, Integer> sizes = new TreeMap<>();
    private long checkpointVersion;
    private long checkpointSize;

    /**
     * A record was applied; the same record may be reported again.
     */
    synchronized void applied(long version, int size)
    {
        if (version > checkpointVersion) {
            sizes.put(version, size);
        }
        while (sizes.size() > RECORDS_MAX) {
            sizes.pollFirstEntry();
        }
    }

    /**
     * A checkpoint exists.
     */
    synchronized void known(long version, long size)
    {
        if (version >= checkpointVersion) {
            checkpointVersion = version;
            checkpointSize = size;
            sizes.headMap(version, true).clear();
        }
    }

    synchronized boolean isDue(long version)
    {
        long count = version - checkpointVersion;
        if (count < RECORDS_MIN) {
            return false;
        }
        long bytes = sizes.headMap(version, true).entrySet().stream().mapToLong(Map.Entry::getValue).sum();
        return count >= RECORDS_MAX || bytes > checkpointSize;
    }
}

package io.icegate.wal.commit;

import io.icegate.wal.registry.WriterRegistry;

import java.time.Duration;

/**
 * @param segmentsMax of one commit; the oldest are taken, the rest waits for the next
 * @param sealSilent whether writers without a heartbeat are sealed first
 * @param silentAfter time without a heartbeat after which a writer is silent
 */
public record CommitOptions(int segmentsMax, boolean sealSilent, Duration silentAfter)
{
    public static final int SEGMENTS_MAX = 5_000;
    public static final CommitOptions DEFAULT = new CommitOptions(SEGMENTS_MAX, true);

    public CommitOptions
    {
        if (segmentsMax < 1 || segmentsMax > SEGMENTS_MAX) {
            throw new IllegalArgumentException("Cannot commit %s segments at once: it must be 1 to %s".formatted(segmentsMax, SEGMENTS_MAX));
        }
        if (silentAfter.compareTo(WriterRegistry.SILENT_AFTER_MIN) < 0 || silentAfter.compareTo(WriterRegistry.SILENT_AFTER_MAX) > 0) {
            throw new IllegalArgumentException("Cannot seal writers that are silent for %s: it must be %s to %s".formatted(silentAfter, WriterRegistry.SILENT_AFTER_MIN, WriterRegistry.SILENT_AFTER_MAX));
        }
    }

    public CommitOptions(int segmentsMax, boolean sealSilent)
    {
        this(segmentsMax, sealSilent, WriterRegistry.SILENT_AFTER);
    }
}

package io.icegate.wal.commit;

/**
 * @param segmentsMax of one commit; the oldest are taken, the rest waits for the next
 * @param sealSilent whether writers without a heartbeat are sealed first
 */
public record CommitOptions(int segmentsMax, boolean sealSilent)
{
    public static final int SEGMENTS_MAX = 5_000;
    public static final CommitOptions DEFAULT = new CommitOptions(SEGMENTS_MAX, true);

    public CommitOptions
    {
        if (segmentsMax < 1 || segmentsMax > SEGMENTS_MAX) {
            throw new IllegalArgumentException("Cannot commit %s segments at once: it must be 1 to %s".formatted(segmentsMax, SEGMENTS_MAX));
        }
    }
}

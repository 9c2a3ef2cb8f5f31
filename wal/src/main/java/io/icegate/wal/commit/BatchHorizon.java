package io.icegate.wal.commit;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.WriterId;
import io.icegate.wal.read.DuplicateWalk;
import io.icegate.wal.read.LiveSegments;
import io.icegate.wal.read.RunEnd;
import io.icegate.wal.registry.WriterRegistry;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * Says which ids nobody needs any more: no writer can bring a copy of a batch that was accepted then. By the store's clock only,
 * so a receiver's clock moves nothing.
 *
 * <p>A writer with segments that nobody looked into, because one is corrupt or a commit was full, keeps all ids up to when it was
 * last seen. A copy of what it accepted came soon after, so one dead writer keeps no id that is much younger than itself.
 *
 * @param low ids that are younger are needed
 * @param keptUntil ids that are older are needed, too
 */
record BatchHorizon(Instant low, Instant keptUntil)
{
    /**
     * How long before a heartbeat a request may have been accepted whose rows are not durable: it waits a minute for its
     * segment at most, and a writer sends no heartbeat while a segment is not durable for longer than the silence timeout.
     */
    private static final Duration UNDURABLE_MAX = Duration.ofMinutes(1).plus(WriterRegistry.SILENT_AFTER);
    /**
     * Needs every id.
     */
    static final BatchHorizon NONE = new BatchHorizon(Instant.EPOCH, Instant.MAX);

    BatchHorizon
    {
        requireNonNull(low, "low is null");
        requireNonNull(keptUntil, "keptUntil is null");
    }

    /**
     * Needs the ids from a time on.
     */
    static BatchHorizon since(Instant low)
    {
        return new BatchHorizon(low, Instant.MIN);
    }

    /**
     * @param to the vector after the commit
     */
    static BatchHorizon of(LiveSegments live, OffsetVector to)
    {
        Instant lowest = live.now();
        Instant keptUntil = Instant.MIN;
        for (Map.Entry<WriterId, RunEnd> end : live.ends().entrySet()) {
            if (to.isClosed(end.getKey())) {
                continue;
            }
            Instant seen = live.registry().lastSeen().get(end.getKey());
            if (seen == null) {
                return NONE;
            }
            switch (end.getValue().kind()) {
                case LIMIT, CORRUPT -> keptUntil = later(keptUntil, seen.plus(DuplicateWalk.WINDOW).plus(UNDURABLE_MAX));
                case OPEN, GAP, SEALED -> lowest = earlier(lowest, seen.minus(UNDURABLE_MAX));
            }
        }
        return new BatchHorizon(lowest.minus(DuplicateWalk.WINDOW), keptUntil);
    }

    private static Instant later(Instant one, Instant other)
    {
        return one.isAfter(other) ? one : other;
    }

    private static Instant earlier(Instant one, Instant other)
    {
        return one.isBefore(other) ? one : other;
    }

    boolean isNeeded(Instant accepted)
    {
        return !accepted.isBefore(low) || !accepted.isAfter(keptUntil);
    }

    /**
     * True when an id between these times may be needed.
     */
    boolean isNeeded(Instant from, Instant to)
    {
        return !to.isBefore(low) || !from.isAfter(keptUntil);
    }
}

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
import java.util.Optional;

/**
 * Says which ids nobody needs any more: no writer can bring a copy of a batch that was accepted so long ago. By the store's
 * clock only, so a receiver's clock moves nothing.
 */
final class BatchHorizon
{
    /**
     * How long before a heartbeat a request may have been accepted whose rows are not durable: it waits a minute for its
     * segment at most, and a writer sends no heartbeat while a segment is not durable for longer than the silence timeout.
     */
    private static final Duration UNDURABLE_MAX = Duration.ofMinutes(1).plus(WriterRegistry.SILENT_AFTER);

    private BatchHorizon() {}

    /**
     * Ids that are older may leave; none may when that is unknown.
     *
     * @param to the vector after the commit
     */
    static Optional<Instant> of(LiveSegments live, OffsetVector to)
    {
        Instant lowest = live.now();
        for (Map.Entry<WriterId, RunEnd> end : live.ends().entrySet()) {
            if (to.isClosed(end.getKey())) {
                continue;
            }
            Optional<Instant> low = low(live, end.getKey(), end.getValue());
            if (low.isEmpty()) {
                return Optional.empty();
            }
            lowest = low.orElseThrow().isBefore(lowest) ? low.orElseThrow() : lowest;
        }
        return Optional.of(lowest.minus(DuplicateWalk.WINDOW));
    }

    /**
     * What the writer accepted before this time is committed now, or never will be; empty when that is unknown.
     */
    private static Optional<Instant> low(LiveSegments live, WriterId writer, RunEnd end)
    {
        return switch (end.kind()) {
            // segments wait that nobody looked into
            case LIMIT, CORRUPT -> Optional.empty();
            case OPEN, GAP, SEALED -> Optional.ofNullable(live.registry().lastSeen().get(writer)).map(seen -> seen.minus(UNDURABLE_MAX));
        };
    }
}

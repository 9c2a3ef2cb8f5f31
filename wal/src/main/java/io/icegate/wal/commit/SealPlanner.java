package io.icegate.wal.commit;

import io.icegate.wal.WriterId;
import io.icegate.wal.read.LiveSegments;
import io.icegate.wal.read.RunEnd;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Which writers of a listing have to be sealed: those that are registered, silent, and not ended yet. A writer with a
 * segment that cannot be read is left to the operator.
 */
final class SealPlanner
{
    private SealPlanner() {}

    static List<WriterId> silent(LiveSegments live, Duration silentAfter)
    {
        return live.ends().entrySet().stream()
                .filter(entry -> canBeSealed(entry.getValue().kind()))
                .map(Map.Entry::getKey)
                .filter(writer -> live.registry().isSilent(writer, silentAfter))
                .toList();
    }

    private static boolean canBeSealed(RunEnd.Kind kind)
    {
        return switch (kind) {
            case OPEN, GAP, LIMIT -> true;
            case SEALED, CORRUPT -> false;
        };
    }
}

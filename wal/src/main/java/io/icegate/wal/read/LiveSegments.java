package io.icegate.wal.read;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.WriterId;
import io.icegate.wal.registry.WriterRegistry;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * What lies behind an offset vector: of every open writer the dense run of its segments, in (writer, sequence) order.
 * Durable; acknowledged, or as good as: a segment may be here just before its acknowledgement.
 *
 * @param ends why the run of each writer ends where it does
 */
public record LiveSegments(UUID table, OffsetVector from, List<LiveSegment> segments, Map<WriterId, RunEnd> ends, WriterRegistry.Listing registry)
{
    public LiveSegments
    {
        requireNonNull(table, "table is null");
        requireNonNull(from, "from is null");
        segments = List.copyOf(segments);
        ends = Collections.unmodifiableMap(new TreeMap<>(ends));
        requireNonNull(registry, "registry is null");
    }

    /**
     * The store's clock when the registry was listed.
     */
    public Instant now()
    {
        return registry.now();
    }

    /**
     * The writers to seal: those that are registered, silent, and not ended yet. A writer with a segment that cannot be read
     * is left to the operator.
     */
    public List<WriterId> silentWriters(Duration silentAfter)
    {
        return ends.entrySet().stream()
                .filter(entry -> canBeSealed(entry.getValue().kind()))
                .map(Map.Entry::getKey)
                .filter(writer -> registry.isSilent(writer, silentAfter))
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

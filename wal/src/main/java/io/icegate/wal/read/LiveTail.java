package io.icegate.wal.read;

import io.icegate.wal.BatchRange;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.WriterId;
import io.icegate.wal.registry.WriterRegistry;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * What a reader adds to the snapshot of the metadata that it read before: the durable rows that are not committed there.
 *
 * @param from the vector of that metadata
 * @param segments with at least one row that counts
 * @param duplicates rows of these segments that do not count
 * @param ends why each writer's run ends where it does; corrupt ones should alarm somebody
 * @param digest names the content: equal digests, equal rows
 */
public record LiveTail(UUID table, OffsetVector from, List<LiveSegment> segments, Map<SegmentKey, List<BatchRange>> duplicates, Map<WriterId, RunEnd> ends, String digest)
{
    public LiveTail
    {
        requireNonNull(table, "table is null");
        requireNonNull(from, "from is null");
        segments = List.copyOf(segments);
        duplicates = new Duplicates(duplicates).ranges();
        ends = Collections.unmodifiableMap(new TreeMap<>(ends));
        requireNonNull(digest, "digest is null");
    }

    /**
     * The tail of a table that has no WAL.
     */
    static LiveTail empty(UUID table)
    {
        return of(new LiveSegments(table, OffsetVector.EMPTY, List.of(), Map.of(), WriterRegistry.Listing.NONE), Duplicates.NONE);
    }

    static LiveTail of(LiveSegments live, Duplicates duplicates)
    {
        List<LiveSegment> counting = live.segments().stream().filter(segment -> !duplicates.isAllOf(segment)).toList();
        Map<SegmentKey, List<BatchRange>> ranges = new TreeMap<>(duplicates.ranges());
        ranges.keySet().retainAll(counting.stream().map(LiveSegment::key).toList());
        return new LiveTail(live.table(), live.from(), counting, ranges, live.ends(), digest(live.table(), counting, ranges));
    }

    private static String digest(UUID table, List<LiveSegment> segments, Map<SegmentKey, List<BatchRange>> ranges)
    {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        }
        catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
        digest.update(table.toString().getBytes(StandardCharsets.UTF_8));
        for (LiveSegment segment : segments) {
            String line = "\n" + segment.head().key() + " " + segment.footer().header().id();
            digest.update(line.getBytes(StandardCharsets.UTF_8));
            for (BatchRange range : ranges.getOrDefault(segment.key(), List.of())) {
                String dropped = " " + range.firstRow() + "+" + range.rows();
                digest.update(dropped.getBytes(StandardCharsets.UTF_8));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Rows that count.
     */
    public long rows()
    {
        return segments.stream().map(LiveSegment::footer).mapToLong(SegmentFooter::rows).sum() - new Duplicates(duplicates).rows();
    }

    public boolean isEmpty()
    {
        return segments.isEmpty();
    }
}

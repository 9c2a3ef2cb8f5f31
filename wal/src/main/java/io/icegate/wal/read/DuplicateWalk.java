package io.icegate.wal.read;

import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentKey;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;

/**
 * Decides which copy of a batch counts when a client sent it to two processes. The one definition, for committer and live
 * readers alike: go through the waiting segments in (writer, sequence) order and drop every batch whose id is in a
 * committed segment of the window or earlier in the walk.
 *
 * <p>The window begins {@link #WINDOW} before the oldest waiting segment was opened, or stored if that was earlier, and
 * never at "now minus something": a committer that comes back after a long outage looks back from what it finds.
 */
public final class DuplicateWalk
{
    /**
     * Longer than clients repeat (300 s) plus the time until a silent writer is sealed (60 s) plus clock skew.
     */
    public static final Duration WINDOW = Duration.ofMinutes(15);
    /**
     * No writer may have more segments in flight. The search for committed copies ends at so many old segments in a row,
     * because nothing below them can be younger.
     */
    public static final int SEGMENTS_IN_FLIGHT_LIMIT = 8;

    private final CommittedSegments committed;

    public DuplicateWalk(ObjectStore store, FooterCache footers, Executor executor)
    {
        this.committed = new CommittedSegments(store, footers, executor);
    }

    /**
     * @param from the vector that the waiting segments lie behind
     * @throws WalException UNAVAILABLE when the store did not answer
     */
    public Duplicates find(UUID table, OffsetVector from, List<LiveSegment> waiting)
    {
        if (waiting.isEmpty()) {
            return Duplicates.NONE;
        }
        Instant oldest = waiting.stream().map(LiveSegment::opened).min(Comparator.naturalOrder()).orElseThrow();
        return walk(waiting, committed.since(table, from, oldest.minus(WINDOW)));
    }

    static Duplicates walk(Collection<LiveSegment> waiting, Collection<LiveSegment> committed)
    {
        // the window may hold many more batches than wait, and is walked for every query: keep only those that matter
        Set<BatchId> candidates = new HashSet<>();
        for (LiveSegment segment : waiting) {
            segment.footer().batches().forEach(batch -> candidates.add(batch.id()));
        }
        Set<BatchId> seen = new HashSet<>();
        for (LiveSegment segment : committed) {
            for (BatchRange batch : segment.footer().batches()) {
                if (candidates.contains(batch.id())) {
                    seen.add(batch.id());
                }
            }
        }
        Map<SegmentKey, List<BatchRange>> ranges = new TreeMap<>();
        for (LiveSegment segment : waiting.stream().sorted(Comparator.comparing(LiveSegment::key)).toList()) {
            for (BatchRange batch : segment.footer().batches()) {
                if (!seen.add(batch.id())) {
                    ranges.computeIfAbsent(segment.key(), ignored -> new ArrayList<>()).add(batch);
                }
            }
        }
        return new Duplicates(ranges);
    }
}

package io.icegate.wal.read;

import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.batches.BatchIndex;
import io.icegate.wal.batches.BatchIndex.Origin;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.batches.BatchWindow.Entry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;

import static java.util.Objects.requireNonNull;

/**
 * Decides which copy of a batch counts when a client sent it to two processes. The one definition, for committer and live
 * readers alike: go through the waiting segments in (writer, sequence) order and drop every batch whose id is committed, as
 * the pinned {@link BatchWindow} tells, or came earlier in the walk. A batch that was accepted more than {@link #WINDOW}
 * after that copy is another one.
 *
 * <p>Clocks of receivers decide nothing alone: the time of a waiting batch is taken as early, and that of the copy as late,
 * as acceptance and the store's time of their segments allow.
 */
public final class DuplicateWalk
{
    /**
     * Longer than clients repeat (300 s) plus the time until a silent writer is sealed (60 s) plus clock skew.
     */
    public static final Duration WINDOW = Duration.ofMinutes(15);

    private final BatchIndexes indexes;
    private final Executor executor;

    public DuplicateWalk(BatchIndexes indexes, Executor executor)
    {
        this.indexes = requireNonNull(indexes, "indexes is null");
        this.executor = requireNonNull(executor, "executor is null");
    }

    /**
     * @param window of the metadata whose vector the waiting segments lie behind
     * @throws io.icegate.wal.WalException UNAVAILABLE when the store did not answer
     */
    public Duplicates find(UUID table, BatchWindow window, List<LiveSegment> waiting)
    {
        if (waiting.isEmpty()) {
            return Duplicates.NONE;
        }
        Waiting sought = Waiting.of(waiting);
        List<Entry> entries = window.entries().stream()
                .filter(entry -> sought.earliestMillis() - entry.to().toEpochMilli() <= WINDOW.toMillis())
                .toList();
        Map<BatchId, Long> copies = new HashMap<>();
        Parallel.map(
                        entries,
                        entry -> indexes.known(table, entry.name()).map(sought::in),
                        entry -> indexes.load(table, entry.name()).map(sought::in).orElse(Map.of()),
                        executor)
                .forEach(found -> found.forEach((id, millis) -> copies.merge(id, millis, Math::max)));
        return walk(waiting, copies);
    }

    /**
     * What indexes are asked for: they may hold many more batches than wait.
     */
    private record Waiting(Set<BatchId> ids, Set<SegmentKey> segments, UUID table, long earliestMillis)
    {
        static Waiting of(List<LiveSegment> waiting)
        {
            Set<BatchId> ids = new HashSet<>();
            Set<SegmentKey> segments = new HashSet<>();
            long earliest = Long.MAX_VALUE;
            for (LiveSegment segment : waiting) {
                segments.add(segment.key());
                for (BatchRange batch : segment.footer().batches()) {
                    ids.add(batch.id());
                    earliest = Math.min(earliest, segment.earliestMillis(batch));
                }
            }
            return new Waiting(ids, segments, waiting.get(0).key().table(), earliest);
        }

        /**
         * When the committed copies came. A segment that is appended again after a rollback is no copy of itself.
         */
        private Map<BatchId, Long> in(BatchIndex index)
        {
            Map<BatchId, Long> found = new HashMap<>();
            // whichever asks less: a backlog may hold many more batches than an index
            if (index.count() < ids.size()) {
                index.forEach((origin, high, low, millis) -> {
                    BatchId id = new BatchId(high, low);
                    if (ids.contains(id)) {
                        add(id, origin, millis, found);
                    }
                });
            }
            else {
                ids.forEach(id -> index.find(id, (origin, millis) -> add(id, origin, millis, found)));
            }
            return found;
        }

        private void add(BatchId id, Origin origin, long millis, Map<BatchId, Long> found)
        {
            if (!segments.contains(new SegmentKey(table, origin.writer(), origin.sequence()))) {
                found.merge(id, millis, Math::max);
            }
        }
    }

    private static Duplicates walk(List<LiveSegment> waiting, Map<BatchId, Long> copies)
    {
        Map<SegmentKey, List<BatchRange>> ranges = new TreeMap<>();
        for (LiveSegment segment : waiting.stream().sorted(Comparator.comparing(LiveSegment::key)).toList()) {
            for (BatchRange batch : segment.footer().batches()) {
                Long copy = copies.get(batch.id());
                if (copy != null && segment.earliestMillis(batch) - copy <= WINDOW.toMillis()) {
                    ranges.computeIfAbsent(segment.key(), ignored -> new ArrayList<>()).add(batch);
                }
                else {
                    copies.merge(batch.id(), segment.latestMillis(batch), Math::max);
                }
            }
        }
        return new Duplicates(ranges);
    }
}

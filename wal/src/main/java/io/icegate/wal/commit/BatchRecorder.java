package io.icegate.wal.commit;

import io.icegate.wal.BatchRange;
import io.icegate.wal.batches.BatchIndex;
import io.icegate.wal.batches.BatchIndex.Origin;
import io.icegate.wal.batches.BatchIndexName;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.batches.BatchWindow.Entry;
import io.icegate.wal.read.Duplicates;
import io.icegate.wal.read.LiveSegment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * Prepares the batch window of a commit: writes the index of its batches, lets go what nobody needs, and merges neighbours
 * when there are too many indexes. What it writes counts only if the commit succeeds; else it is garbage.
 */
final class BatchRecorder
{
    private static final Logger log = LoggerFactory.getLogger(BatchRecorder.class);
    /**
     * Most ids of one window: 96 MB of them. More leave before their time, the oldest first.
     */
    static final int IDS_MAX = 4_000_000;
    /**
     * Most ids of one index that a commit writes.
     */
    private static final int INDEX_IDS_MAX = 500_000;
    /**
     * Indexes that become one.
     */
    private static final int MERGED = 8;

    private final BatchIndexes indexes;
    private final int idsMax;

    BatchRecorder(BatchIndexes indexes)
    {
        this(indexes, IDS_MAX);
    }

    BatchRecorder(BatchIndexes indexes, int idsMax)
    {
        this.indexes = requireNonNull(indexes, "indexes is null");
        this.idsMax = idsMax;
    }

    /**
     * What a commit adds to the window, and what may leave it.
     *
     * @param before the window that the commit was built from
     * @param horizon which ids may leave
     */
    record NewBatches(BatchWindow before, List<LiveSegment> segments, BatchHorizon horizon)
    {
        NewBatches
        {
            requireNonNull(before, "before is null");
            segments = List.copyOf(segments);
            requireNonNull(horizon, "horizon is null");
        }
    }

    /**
     * @param written indexes of the segments of this commit
     * @param forgotten ids that had to leave before their time
     */
    record Recorded(BatchWindow window, List<BatchIndexName> written, long forgotten)
    {
        Recorded
        {
            requireNonNull(window, "window is null");
            written = List.copyOf(written);
        }
    }

    /**
     * @throws io.icegate.wal.WalException UNAVAILABLE when the store did not answer
     */
    Recorded record(UUID table, NewBatches batches, Duplicates duplicates)
    {
        List<Entry> entries = new ArrayList<>(batches.before().entries());
        entries.removeIf(entry -> !batches.horizon().isNeeded(entry.from(), entry.to()));
        List<BatchIndexName> written = new ArrayList<>();
        for (BatchIndex index : indexesOf(batches.segments(), duplicates)) {
            BatchIndexName name = indexes.write(table, index);
            written.add(name);
            index.entry(name).ifPresent(entries::add);
        }
        long forgotten = forget(table, entries);
        while (entries.size() > BatchWindow.INDEXES_MAX) {
            merge(table, entries, batches.horizon());
        }
        return new Recorded(new BatchWindow(entries), written, forgotten);
    }

    /**
     * The batches that count; a segment of nothing but copies is there without any.
     */
    private static List<BatchIndex> indexesOf(List<LiveSegment> segments, Duplicates duplicates)
    {
        List<BatchIndex> made = new ArrayList<>();
        BatchIndex.Builder builder = new BatchIndex.Builder();
        for (LiveSegment segment : segments) {
            Set<BatchRange> copies = new HashSet<>(duplicates.of(segment.key()));
            Origin origin = new Origin(segment.key().writer(), segment.key().sequence());
            builder.origin(origin);
            for (BatchRange batch : segment.footer().batches()) {
                if (builder.count() == INDEX_IDS_MAX) {
                    made.add(builder.build());
                    builder = new BatchIndex.Builder().origin(origin);
                }
                if (!copies.contains(batch)) {
                    builder.add(batch.id().high(), batch.id().low(), segment.latestMillis(batch));
                }
            }
        }
        if (!builder.isEmpty()) {
            made.add(builder.build());
        }
        return made;
    }

    private long forget(UUID table, List<Entry> entries)
    {
        long count = new BatchWindow(entries).count();
        long forgotten = 0;
        while (count - forgotten > idsMax && entries.size() > 1) {
            forgotten += entries.remove(0).count();
        }
        if (forgotten > 0) {
            log.warn("batch window cut table={} forgotten={} kept={} since={}: copies of older batches are not recognised", table, forgotten, count - forgotten, entries.get(0).from());
        }
        return forgotten;
    }

    /**
     * Makes one index of the neighbours that have the fewest ids.
     */
    private void merge(UUID table, List<Entry> entries, BatchHorizon horizon)
    {
        int first = 0;
        long fewest = Long.MAX_VALUE;
        for (int i = 0; i + MERGED <= entries.size(); i++) {
            long ids = entries.subList(i, i + MERGED).stream().mapToLong(Entry::count).sum();
            if (ids < fewest) {
                first = i;
                fewest = ids;
            }
        }
        List<Entry> neighbours = entries.subList(first, first + MERGED);
        BatchIndex.Builder builder = new BatchIndex.Builder();
        for (Entry entry : neighbours) {
            indexes.load(table, entry.name()).ifPresent(index -> index.forEach((origin, high, low, millis) -> {
                if (horizon.isNeeded(Instant.ofEpochMilli(millis))) {
                    builder.origin(origin).add(high, low, millis);
                }
            }));
        }
        neighbours.clear();
        if (builder.count() > 0) {
            BatchIndex merged = builder.build();
            entries.add(first, merged.entry(indexes.write(table, merged)).orElseThrow());
        }
    }
}

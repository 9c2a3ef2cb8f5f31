package io.icegate.wal.read;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Executor;

import static io.icegate.wal.WalException.Kind.CORRUPT;
import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * The committed segments of the duplicate window: sequence below the vector, stored not before the cutoff, closed writers
 * included. They are looked for from the newest down, in the cache as far as it reaches, then by LIST.
 */
final class CommittedSegments
{
    /**
     * So many segments in a row older than the cutoff end the search. A writer never has more in flight, so nothing below can
     * be younger.
     */
    static final int OLD_RUN = DuplicateWalk.SEGMENTS_IN_FLIGHT_LIMIT;

    private static final Logger log = LoggerFactory.getLogger(CommittedSegments.class);
    private static final int STEP_MIN = ObjectStore.LIST_COUNT_MAX;
    private static final int STEP_MAX = 64 * ObjectStore.LIST_COUNT_MAX;

    private final ObjectStore store;
    private final FooterCache footers;
    private final Executor executor;

    CommittedSegments(ObjectStore store, FooterCache footers, Executor executor)
    {
        this.store = requireNonNull(store, "store is null");
        this.footers = requireNonNull(footers, "footers is null");
        this.executor = requireNonNull(executor, "executor is null");
    }

    List<LiveSegment> since(UUID table, OffsetVector vector, Instant cutoff)
    {
        List<List<Found>> found = Parallel.map(List.copyOf(vector.offsets().keySet()), writer -> find(table, writer, vector.next(writer), cutoff), executor);
        // the old ones too: they are the mark in the cache that nothing below needs to be listed again
        return Parallel.map(found.stream().flatMap(List::stream).toList(), Found::known, segment -> load(segment.head()), executor).stream()
                .flatMap(loaded -> loaded.segment().stream())
                .filter(segment -> !segment.head().lastModified().isBefore(cutoff))
                .toList();
    }

    /**
     * @param segment null when its footer was not read yet
     */
    private record Found(ObjectHead head, @Nullable LiveSegment segment)
    {
        boolean isBefore(Instant cutoff)
        {
            return head.lastModified().isBefore(cutoff);
        }

        Optional<Loaded> known()
        {
            return segment == null ? Optional.empty() : Optional.of(new Loaded(Optional.of(segment)));
        }
    }

    /**
     * @param segment empty when it was expired meanwhile or cannot be read
     */
    private record Loaded(Optional<LiveSegment> segment) {}

    private List<Found> find(UUID table, WriterId writer, Sequence next, Instant cutoff)
    {
        List<Found> found = new ArrayList<>();
        int old = 0;
        int step = STEP_MIN;
        long sequence = next.value() - 1;
        OptionalLong first = OptionalLong.empty();
        while (sequence >= first.orElse(0) && old < OLD_RUN) {
            LiveSegment seen = footers.seen(new SegmentKey(table, writer, new Sequence(sequence))).orElse(null);
            if (seen != null) {
                Found segment = new Found(seen.head(), seen);
                found.add(segment);
                old = segment.isBefore(cutoff) ? old + 1 : 0;
                sequence--;
                continue;
            }
            long low = Math.max(0, sequence + 1 - step);
            List<ObjectHead> listed = list(table, writer, low, sequence);
            if (listed.isEmpty() && low > 0 && first.isEmpty()) {
                // these are expired, which says nothing about older ones: compaction may have left them
                first = OptionalLong.of(firstStored(table, writer));
            }
            for (int i = listed.size() - 1; i >= 0 && old < OLD_RUN; i--) {
                Found segment = new Found(listed.get(i), null);
                found.add(segment);
                old = segment.isBefore(cutoff) ? old + 1 : 0;
            }
            sequence = low - 1;
            step = Math.min(step * 2, STEP_MAX);
        }
        return found;
    }

    /**
     * The lowest number that is stored, above all numbers when none is.
     */
    private long firstStored(UUID table, WriterId writer)
    {
        try {
            return store.list(WalLayout.segments(table, writer), Optional.empty(), 1).objects().stream()
                    .flatMap(object -> SegmentKey.parse(object.key()).stream())
                    .mapToLong(key -> key.sequence().value())
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
        }
        catch (IOException e) {
            throw unavailable(table, writer, e);
        }
    }

    private List<ObjectHead> list(UUID table, WriterId writer, long low, long high)
    {
        List<ObjectHead> heads = new ArrayList<>();
        Optional<ObjectKey> startAfter = low == 0 ? Optional.empty() : Optional.of(new SegmentKey(table, writer, new Sequence(low - 1)).objectKey());
        try {
            while (true) {
                int countMax = (int) Math.min(ObjectStore.LIST_COUNT_MAX, high - low + 1);
                ListPage page = store.list(WalLayout.segments(table, writer), startAfter, countMax);
                for (ObjectHead object : page.objects()) {
                    Optional<SegmentKey> key = SegmentKey.parse(object.key());
                    if (key.isPresent() && key.orElseThrow().sequence().value() > high) {
                        return heads;
                    }
                    if (key.isPresent()) {
                        heads.add(object);
                        low = key.orElseThrow().sequence().value() + 1;
                    }
                }
                if (!page.truncated() || low > high) {
                    return heads;
                }
                startAfter = Optional.of(page.objects().get(page.objects().size() - 1).key());
            }
        }
        catch (IOException e) {
            throw unavailable(table, writer, e);
        }
    }

    private static WalException unavailable(UUID table, WriterId writer, IOException e)
    {
        return new WalException(UNAVAILABLE, "Cannot list committed segments of table %s, writer %s: %s".formatted(table, writer, e.getMessage()), e);
    }

    private Loaded load(ObjectHead head)
    {
        try {
            return new Loaded(Optional.of(footers.load(store, SegmentKey.parse(head.key()).orElseThrow(), head)));
        }
        catch (FileNotFoundException e) {
            return new Loaded(Optional.empty());
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot read committed segment %s: %s".formatted(head.key(), e.getMessage()), e);
        }
        catch (WalException e) {
            if (e.kind() != CORRUPT) {
                throw e;
            }
            log.error("Cannot compare batches with committed segment {}: {}", head.key(), requireNonNull(e.getMessage()));
            return new Loaded(Optional.empty());
        }
    }
}

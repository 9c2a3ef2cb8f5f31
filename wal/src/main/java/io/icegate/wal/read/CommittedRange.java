package io.icegate.wal.read;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.OffsetVector.Offset;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalException;
import io.icegate.wal.WriterId;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;

import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * Reads the segments between two offset vectors of one table. They were committed once, so their numbers are known and
 * nothing is listed.
 */
public final class CommittedRange
{
    private final ObjectStore store;
    private final FooterCache footers;
    private final Executor executor;

    public CommittedRange(ObjectStore store, FooterCache footers, Executor executor)
    {
        this.store = requireNonNull(store, "store is null");
        this.footers = requireNonNull(footers, "footers is null");
        this.executor = requireNonNull(executor, "executor is null");
    }

    /**
     * The keys of the range, in order. A writer that left the later vector was closed in between: its part ends at its seal.
     *
     * @param countMax at most so many keys and one more
     * @throws WalException UNAVAILABLE when the store did not answer, CORRUPT when an object is not what its key says
     */
    public List<SegmentKey> keys(UUID table, OffsetVector from, OffsetVector to, int countMax)
    {
        List<SegmentKey> keys = new ArrayList<>();
        for (Map.Entry<WriterId, Offset> entry : to.offsets().entrySet()) {
            for (Sequence sequence = from.next(entry.getKey()); sequence.compareTo(entry.getValue().next()) < 0 && keys.size() <= countMax; sequence = sequence.next()) {
                keys.add(new SegmentKey(table, entry.getKey(), sequence));
            }
        }
        for (Map.Entry<WriterId, Offset> entry : from.offsets().entrySet()) {
            if (!to.offsets().containsKey(entry.getKey()) && !entry.getValue().closed()) {
                addUntilSeal(new SegmentKey(table, entry.getKey(), entry.getValue().next()), keys, countMax);
            }
        }
        keys.sort(Comparator.naturalOrder());
        return keys;
    }

    private void addUntilSeal(SegmentKey first, List<SegmentKey> keys, int countMax)
    {
        SegmentKey key = first;
        while (keys.size() <= countMax) {
            Optional<LiveSegment> segment = read(key);
            if (segment.isPresent() && segment.orElseThrow().footer().kind() == SegmentKind.SEAL) {
                return;
            }
            keys.add(key);
            if (segment.isEmpty()) {
                // it is part of the range, or its seal would be there
                return;
            }
            key = new SegmentKey(key.table(), key.writer(), key.sequence().next());
        }
    }

    /**
     * The segment of each key; empty for one that is no longer there.
     *
     * @throws WalException UNAVAILABLE when the store did not answer, CORRUPT when an object is not what its key says
     */
    public List<Optional<LiveSegment>> read(List<SegmentKey> keys)
    {
        return Parallel.map(keys, this::read, executor);
    }

    private Optional<LiveSegment> read(SegmentKey key)
    {
        try {
            Optional<ObjectHead> head = store.head(key.objectKey());
            return head.isEmpty() ? Optional.empty() : Optional.of(footers.load(store, key, head.orElseThrow()));
        }
        catch (FileNotFoundException e) {
            return Optional.empty();
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot read committed segment %s: %s".formatted(key.objectKey(), e.getMessage()), e);
        }
    }
}

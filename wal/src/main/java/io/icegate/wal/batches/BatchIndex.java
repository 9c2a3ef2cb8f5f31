package io.icegate.wal.batches;

import io.icegate.wal.BatchId;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Ids of committed batches, with the segment that each came in and its time: when the request was accepted or, if that is
 * later, when the segment was stored. Arrays of numbers, because there may be millions.
 */
public final class BatchIndex
{
    static final int ID_BYTES = 24;
    private static final int EMPTY_SLOT = -1;

    private final List<Origin> origins;
    private final int[] firstId; // of each origin, and the count behind the last
    private final long[] high;
    private final long[] low;
    private final long[] millis;
    private final int[] slots; // open addressing: number of an id

    /**
     * The segment that ids came in.
     */
    public record Origin(WriterId writer, Sequence sequence)
    {
        public Origin
        {
            requireNonNull(writer, "writer is null");
            requireNonNull(sequence, "sequence is null");
        }
    }

    /**
     * Told of each occurrence of an id.
     */
    @FunctionalInterface
    public interface Occurrences
    {
        void found(Origin origin, long millis);
    }

    /**
     * Told of each id, origins one after the other.
     */
    @FunctionalInterface
    public interface Ids
    {
        void id(Origin origin, long high, long low, long millis);
    }

    private BatchIndex(Builder builder)
    {
        origins = List.copyOf(builder.origins);
        firstId = Arrays.copyOf(builder.firstId, origins.size() + 1);
        firstId[origins.size()] = builder.count;
        high = Arrays.copyOf(builder.high, builder.count);
        low = Arrays.copyOf(builder.low, builder.count);
        millis = Arrays.copyOf(builder.millis, builder.count);
        slots = new int[Integer.highestOneBit(Math.max(1, builder.count)) * 4];
        Arrays.fill(slots, EMPTY_SLOT);
        for (int id = 0; id < builder.count; id++) {
            int slot = slot(low[id]);
            while (slots[slot] != EMPTY_SLOT) {
                slot = (slot + 1) & (slots.length - 1);
            }
            slots[slot] = id;
        }
    }

    public int count()
    {
        return high.length;
    }

    /**
     * The segments that the commit took in; some without ids that count.
     */
    public List<Origin> origins()
    {
        return origins;
    }

    /**
     * Heap that this takes, about.
     */
    long bytes()
    {
        return 200L + origins.size() * 100L + high.length * 24L + slots.length * 4L;
    }

    public void find(BatchId id, Occurrences occurrences)
    {
        int slot = slot(id.low());
        while (slots[slot] != EMPTY_SLOT) {
            int found = slots[slot];
            if (low[found] == id.low() && high[found] == id.high()) {
                occurrences.found(originOf(found), millis[found]);
            }
            slot = (slot + 1) & (slots.length - 1);
        }
    }

    public void forEach(Ids ids)
    {
        for (int origin = 0; origin < origins.size(); origin++) {
            for (int id = firstId[origin]; id < firstId[origin + 1]; id++) {
                ids.id(origins.get(origin), high[id], low[id], millis[id]);
            }
        }
    }

    /**
     * The ids of one origin as they are stored: 24 bytes each.
     */
    byte[] ids(int origin)
    {
        ByteBuffer bytes = ByteBuffer.allocate((firstId[origin + 1] - firstId[origin]) * ID_BYTES);
        for (int id = firstId[origin]; id < firstId[origin + 1]; id++) {
            bytes.putLong(high[id]).putLong(low[id]).putLong(millis[id]);
        }
        return bytes.array();
    }

    /**
     * What a window says about this index under a name; empty when it has no ids, and so does not belong there.
     */
    public Optional<BatchWindow.Entry> entry(BatchIndexName name)
    {
        LongSummaryStatistics times = Arrays.stream(millis).summaryStatistics();
        return times.getCount() == 0
                ? Optional.empty()
                : Optional.of(new BatchWindow.Entry(name, count(), Instant.ofEpochMilli(times.getMin()), Instant.ofEpochMilli(times.getMax())));
    }

    private Origin originOf(int id)
    {
        int found = Arrays.binarySearch(firstId, id);
        if (found < 0) {
            return origins.get(-found - 2);
        }
        // of several that begin here all but the last are without ids
        while (firstId[found + 1] == id) {
            found++;
        }
        return origins.get(found);
    }

    private int slot(long lowBits)
    {
        // ids are hashes already, except those of tests
        long mixed = lowBits * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & (slots.length - 1);
    }

    /**
     * Collects ids. Not safe for use by many threads.
     */
    public static final class Builder
    {
        private final List<Origin> origins = new ArrayList<>();
        private int[] firstId = new int[16];
        private long[] high = new long[64];
        private long[] low = new long[64];
        private long[] millis = new long[64];
        private int count;

        /**
         * What is added next came in this segment.
         */
        public Builder origin(Origin origin)
        {
            if (!origins.isEmpty() && origins.get(origins.size() - 1).equals(origin)) {
                return this;
            }
            if (origins.size() + 1 >= firstId.length) {
                firstId = Arrays.copyOf(firstId, firstId.length * 2);
            }
            firstId[origins.size()] = count;
            origins.add(requireNonNull(origin, "origin is null"));
            return this;
        }

        public Builder add(long idHigh, long idLow, long idMillis)
        {
            if (origins.isEmpty()) {
                throw new IllegalStateException("Cannot add a batch to an index before the segment that it came in");
            }
            if (count == high.length) {
                high = Arrays.copyOf(high, count * 2);
                low = Arrays.copyOf(low, count * 2);
                millis = Arrays.copyOf(millis, count * 2);
            }
            high[count] = idHigh;
            low[count] = idLow;
            millis[count] = idMillis;
            count++;
            return this;
        }

        public int count()
        {
            return count;
        }

        public boolean isEmpty()
        {
            return origins.isEmpty();
        }

        public BatchIndex build()
        {
            return new BatchIndex(this);
        }
    }
}

package io.icegate.wal.read;

import io.icegate.wal.BatchRange;
import io.icegate.wal.SegmentKey;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Copies of batches that do not count.
 *
 * @param ranges by segment, in row order; only segments that hold such copies
 */
public record Duplicates(Map<SegmentKey, List<BatchRange>> ranges)
{
    public static final Duplicates NONE = new Duplicates(Map.of());

    public Duplicates
    {
        TreeMap<SegmentKey, List<BatchRange>> copy = new TreeMap<>();
        ranges.forEach((key, batches) -> copy.put(key, List.copyOf(batches)));
        ranges = Collections.unmodifiableMap(copy);
    }

    public List<BatchRange> of(SegmentKey key)
    {
        return ranges.getOrDefault(key, List.of());
    }

    public long rows(SegmentKey key)
    {
        return of(key).stream().mapToLong(BatchRange::rows).sum();
    }

    /**
     * True when no row of the segment counts: it is neither read nor appended.
     */
    public boolean isAllOf(LiveSegment segment)
    {
        return rows(segment.key()) == segment.footer().rows();
    }

    public long rows()
    {
        return ranges.keySet().stream().mapToLong(this::rows).sum();
    }

    public int batches()
    {
        return ranges.values().stream().mapToInt(List::size).sum();
    }
}

package io.icegate.wal.read;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.WalException;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Optional;

import static io.icegate.wal.WalException.Kind.CORRUPT;
import static java.util.Objects.requireNonNull;

/**
 * Remembers footers of segments by key. A number and a share of the heap bound it, and the least recently used goes first.
 * Segments are immutable, so no entry is invalidated. Safe for use by many threads; one per process and warehouse is best.
 */
public final class FooterCache
{
    public static final int COUNT_MAX_DEFAULT = 100_000;
    /**
     * The heap divided by this is the limit of the cache.
     */
    static final int HEAP_SHARE = 8;
    /**
     * Heap of an entry without its batches, and of each batch, measured on segments of the logs table.
     */
    static final long ENTRY_BYTES = 6_500;
    static final long BATCH_BYTES = 64;

    private final SegmentCodec codec;
    private final int countMax;
    private final long bytesMax;
    private final LinkedHashMap<SegmentKey, SegmentFooter> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    public FooterCache(SegmentCodec codec, int countMax)
    {
        this(codec, countMax, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    }

    FooterCache(SegmentCodec codec, int countMax, long bytesMax)
    {
        this.codec = requireNonNull(codec, "codec is null");
        if (countMax < 1) {
            throw new IllegalArgumentException("Cannot cache %s footers: at least 1 is needed".formatted(countMax));
        }
        this.countMax = countMax;
        this.bytesMax = bytesMax;
    }

    public SegmentCodec codec()
    {
        return codec;
    }

    /**
     * The segment, read from the store unless its footer is known.
     *
     * @throws WalException CORRUPT when the object is not what its key says
     */
    LiveSegment load(ObjectStore store, SegmentKey key, ObjectHead head)
            throws IOException
    {
        SegmentFooter footer = footer(key).orElse(null);
        if (footer == null) {
            footer = codec.readFooter(store, head);
        }
        if (footer.size() != head.size() || !footer.header().key().equals(key)) {
            throw new WalException(CORRUPT, "Cannot read segment %s: it has %s bytes, its footer says %s, %s bytes".formatted(head.key(), head.size(), footer.header().key().objectKey(), footer.size()));
        }
        synchronized (entries) {
            remember(key, footer);
        }
        return new LiveSegment(head, footer);
    }

    /**
     * The segment, if it can be had without asking the store.
     */
    Optional<LiveSegment> known(SegmentKey key, ObjectHead head)
    {
        synchronized (entries) {
            SegmentFooter footer = entries.get(key);
            return footer == null || footer.size() != head.size() ? Optional.empty() : Optional.of(new LiveSegment(head, footer));
        }
    }

    /**
     * Remembers a segment that this process wrote.
     */
    public void put(SegmentFooter footer)
    {
        synchronized (entries) {
            if (!entries.containsKey(footer.header().key())) {
                remember(footer.header().key(), footer);
            }
        }
    }

    private void remember(SegmentKey key, SegmentFooter footer)
    {
        SegmentFooter replaced = entries.put(key, footer);
        bytes += bytes(footer) - (replaced == null ? 0 : bytes(replaced));
        Iterator<SegmentFooter> eldest = entries.values().iterator();
        while (entries.size() > countMax || (bytes > bytesMax && entries.size() > 1)) {
            bytes -= bytes(eldest.next());
            eldest.remove();
        }
    }

    private static long bytes(SegmentFooter footer)
    {
        return ENTRY_BYTES + footer.batches().size() * BATCH_BYTES;
    }

    int size()
    {
        synchronized (entries) {
            return entries.size();
        }
    }

    private Optional<SegmentFooter> footer(SegmentKey key)
    {
        synchronized (entries) {
            return Optional.ofNullable(entries.get(key));
        }
    }
}

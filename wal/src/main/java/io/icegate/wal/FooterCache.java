package io.icegate.wal;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.format.SegmentFooter;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import static io.icegate.wal.WalException.Kind.CORRUPT;
import static java.util.Objects.requireNonNull;

/**
 * Footers of segments by key, at most a given number, the least used go first. Segments are immutable, so nothing is ever
 * invalidated. Safe for use by many threads; one per process and warehouse is best.
 */
public final class FooterCache
{
    public static final int COUNT_MAX_DEFAULT = 100_000;

    private final SegmentCodec codec;
    private final LinkedHashMap<SegmentKey, Known> entries;

    private record Known(SegmentFooter footer, @Nullable ObjectHead head) {}

    public FooterCache(int countMax)
    {
        this(SegmentCodec.parquet(), countMax);
    }

    public FooterCache(SegmentCodec codec, int countMax)
    {
        this.codec = requireNonNull(codec, "codec is null");
        if (countMax < 1) {
            throw new IllegalArgumentException("Cannot cache %s footers: at least 1 is needed".formatted(countMax));
        }
        this.entries = new LinkedHashMap<>(16, 0.75f, true)
        {
            @Override
            protected boolean removeEldestEntry(Map.Entry<SegmentKey, Known> eldest)
            {
                return size() > countMax;
            }
        };
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
            entries.put(key, new Known(footer, head));
        }
        return new LiveSegment(head, footer);
    }

    /**
     * Remembers a segment that this process wrote.
     */
    void put(SegmentFooter footer)
    {
        synchronized (entries) {
            entries.putIfAbsent(footer.header().key(), new Known(footer, null));
        }
    }

    /**
     * A segment that a listing has shown before.
     */
    Optional<LiveSegment> seen(SegmentKey key)
    {
        synchronized (entries) {
            Known entry = entries.get(key);
            return entry == null || entry.head() == null ? Optional.empty() : Optional.of(new LiveSegment(entry.head(), entry.footer()));
        }
    }

    private Optional<SegmentFooter> footer(SegmentKey key)
    {
        synchronized (entries) {
            return Optional.ofNullable(entries.get(key)).map(Known::footer);
        }
    }
}

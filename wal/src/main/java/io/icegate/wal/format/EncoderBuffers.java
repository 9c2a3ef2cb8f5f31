package io.icegate.wal.format;

import com.github.luben.zstd.ZstdCompressCtx;
import io.icegate.wal.parquet.ByteSink;
import io.icegate.wal.parquet.RowGroupWriter;
import io.icegate.wal.parquet.SegmentLayout;
import org.jspecify.annotations.Nullable;

import java.lang.ref.Cleaner;

/**
 * What encoding needs beside its result: the context of zstd and buffers that have grown. Kept for the next segment, because
 * growing them anew is most of the garbage of a receiver. Used by one thread at a time.
 */
final class EncoderBuffers
        implements AutoCloseable
{
    private static final int ZSTD_LEVEL = 1;
    /**
     * Frees the native memory of buffers whose encoder is gone.
     */
    private static final Cleaner CLEANER = Cleaner.create();

    private final ZstdCompressCtx zstd = new ZstdCompressCtx();
    private final Cleaner.Cleanable nativeMemory = CLEANER.register(this, zstd::close);
    private final ByteSink scratch = new ByteSink(SegmentLayout.PAGE_BYTES);
    private final ByteSink file = new ByteSink(SegmentLayout.PAGE_BYTES);
    private @Nullable SegmentLayout layout;
    private @Nullable RowGroupWriter group;

    EncoderBuffers()
    {
        zstd.setLevel(ZSTD_LEVEL);
    }

    /**
     * An empty file with room for so many bytes.
     */
    ByteSink file(int capacity)
    {
        file.reset();
        file.reserve(capacity);
        return file;
    }

    /**
     * The columns of a layout, without rows.
     */
    @SuppressWarnings("ReferenceEquality") // one instance per version of the table metadata
    RowGroupWriter group(SegmentLayout wanted)
    {
        RowGroupWriter known = group;
        if (known == null || layout != wanted) {
            known = new RowGroupWriter(wanted, zstd, scratch);
            group = known;
            layout = wanted;
        }
        return known;
    }

    long bytes()
    {
        return (long) scratch.capacity() + file.capacity() + (group == null ? 0 : group.bufferBytes());
    }

    @Override
    public void close()
    {
        nativeMemory.clean();
    }
}

package io.icegate.wal.parquet;

import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesWriterForLong;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Encodes numbers by their differences.
 *
 * @see <a href="https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC">Delta encoding</a>
 */
final class Deltas
{
    private static final int SLAB_BYTES = 4 * 1024;

    private Deltas() {}

    /**
     * Appends the first {@code count} numbers, at least one: some readers fail on a page without a value.
     */
    static void write(long[] numbers, int count, ByteSink page)
    {
        // one that was used would fill up the last block with numbers of other pages, which may be another tenant's
        DeltaBinaryPackingValuesWriterForLong writer = new DeltaBinaryPackingValuesWriterForLong(SLAB_BYTES, SegmentLayout.PAGE_BYTES, HeapByteBufferAllocator.getInstance());
        for (int i = 0; i < count; i++) {
            writer.writeLong(numbers[i]);
        }
        try {
            writer.getBytes().writeAllTo(page);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

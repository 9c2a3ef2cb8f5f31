package io.icegate.wal.parquet;

import org.apache.parquet.format.BoundaryOrder;
import org.apache.parquet.format.ColumnIndex;
import org.apache.parquet.format.OffsetIndex;
import org.apache.parquet.format.PageLocation;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Where the pages of one chunk lie and what they hold, for the indexes behind the row groups.
 */
public final class ChunkPages
{
    private final boolean bounded;
    private final List<Page> pages;

    record Page(int offset, int size, long firstRow, int values, int nulls, @Nullable PageBounds bounds)
    {
        boolean isNull()
        {
            return nulls == values;
        }

        boolean isDescribed()
        {
            return isNull() || (bounds != null && bounds.isShort());
        }
    }

    ChunkPages(boolean bounded, List<Page> pages)
    {
        this.bounded = bounded;
        this.pages = List.copyOf(pages);
    }

    /**
     * Bounds of each page; absent when some page has none.
     */
    public Optional<ColumnIndex> columnIndex()
    {
        if (!bounded || !pages.stream().allMatch(Page::isDescribed)) {
            return Optional.empty();
        }
        return Optional.of(new ColumnIndex(
                pages.stream().map(Page::isNull).toList(),
                pages.stream().map(page -> page.bounds() == null ? ByteBuffer.allocate(0) : ByteBuffer.wrap(page.bounds().min())).toList(),
                pages.stream().map(page -> page.bounds() == null ? ByteBuffer.allocate(0) : ByteBuffer.wrap(page.bounds().max())).toList(),
                BoundaryOrder.UNORDERED)
                .setNull_counts(pages.stream().map(page -> (long) page.nulls()).toList()));
    }

    /**
     * Where each page lies.
     *
     * @param dataStart offset of the first data page in the file
     */
    public OffsetIndex offsetIndex(long dataStart)
    {
        return new OffsetIndex(pages.stream()
                .map(page -> new PageLocation(dataStart + page.offset(), page.size(), page.firstRow()))
                .toList());
    }
}

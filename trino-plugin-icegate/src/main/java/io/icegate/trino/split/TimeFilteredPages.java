package io.icegate.trino.split;

import io.icegate.trino.split.TimeFilters.TimeFilter;
import io.trino.plugin.hive.TransformConnectorPageSource;
import io.trino.spi.Page;
import io.trino.spi.block.Block;
import io.trino.spi.connector.ConnectorPageSource;
import io.trino.spi.connector.SourcePage;

import java.util.List;
import java.util.function.ObjLongConsumer;
import java.util.stream.IntStream;

import static io.airlift.slice.SizeOf.instanceSize;
import static io.airlift.slice.SizeOf.sizeOf;
import static java.util.Objects.checkIndex;

/**
 * Pages of a file without the rows that a condition on times leaves out, and without the columns that were read for it.
 */
final class TimeFilteredPages
{
    private TimeFilteredPages() {}

    /**
     * @param pages columns that a filter needs and the query does not come last
     * @param columns of the query
     */
    static ConnectorPageSource of(ConnectorPageSource pages, List<TimeFilter> filters, int columns)
    {
        int[] channels = IntStream.range(0, columns).toArray();
        return TransformConnectorPageSource.create(pages, page -> {
            filters.forEach(filter -> filter(page, filter));
            return page.getChannelCount() == columns ? page : new FirstColumns(page, channels);
        });
    }

    private static void filter(SourcePage page, TimeFilter filter)
    {
        int[] positions = new int[page.getPositionCount()];
        int selected = filter.ranges().select(page.getBlock(filter.channel()), positions);
        if (selected < positions.length) {
            page.selectPositions(positions, 0, selected);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record FirstColumns(SourcePage page, int[] channels)
            implements SourcePage
    {
        private static final int INSTANCE_SIZE = instanceSize(FirstColumns.class);

        @Override
        public int getPositionCount()
        {
            return page.getPositionCount();
        }

        @Override
        public long getSizeInBytes()
        {
            return page.getSizeInBytes();
        }

        @Override
        public long getRetainedSizeInBytes()
        {
            return INSTANCE_SIZE + sizeOf(channels) + page.getRetainedSizeInBytes();
        }

        @Override
        public void retainedBytesForEachPart(ObjLongConsumer<Object> consumer)
        {
            consumer.accept(this, INSTANCE_SIZE);
            consumer.accept(channels, sizeOf(channels));
            page.retainedBytesForEachPart(consumer);
        }

        @Override
        public int getChannelCount()
        {
            return channels.length;
        }

        @Override
        public Block getBlock(int channel)
        {
            return page.getBlock(checkIndex(channel, channels.length));
        }

        @Override
        public Page getPage()
        {
            return page.getColumns(channels);
        }

        @Override
        public Page getColumns(int[] selected)
        {
            for (int channel : selected) {
                checkIndex(channel, channels.length);
            }
            return page.getColumns(selected);
        }

        @Override
        public void selectPositions(int[] positions, int offset, int size)
        {
            page.selectPositions(positions, offset, size);
        }
    }
}

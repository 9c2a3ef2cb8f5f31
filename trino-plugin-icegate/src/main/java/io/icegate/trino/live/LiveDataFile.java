package io.icegate.trino.live;

import org.apache.iceberg.DataFile;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/**
 * A live segment as a data file.
 */
final class LiveDataFile
        extends LiveContentFile<DataFile>
        implements DataFile
{
    LiveDataFile(DataFile file, long sequence)
    {
        super(file, sequence);
    }

    @Override
    public @Nullable Long firstRowId()
    {
        return null;
    }

    @Override
    public @Nullable List<Long> splitOffsets()
    {
        return file.splitOffsets();
    }

    @Override
    public @Nullable Integer sortOrderId()
    {
        return file.sortOrderId();
    }

    @Override
    public DataFile copy()
    {
        return this;
    }

    @Override
    public DataFile copyWithoutStats()
    {
        return new LiveDataFile(file.copyWithoutStats(), sequence);
    }

    @Override
    public DataFile copyWithStats(Set<Integer> requestedColumnIds)
    {
        return this;
    }
}

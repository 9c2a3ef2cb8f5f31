package io.icegate.trino;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * A data file that is in no manifest yet, with the sequence number it would get if it were committed next. Row lineage
 * has no answer for such a row without it.
 */
record LiveDataFile(DataFile file, long sequence)
        implements DataFile
{
    LiveDataFile
    {
        requireNonNull(file, "file is null");
    }

    @Override
    public Long dataSequenceNumber()
    {
        return sequence;
    }

    @Override
    public Long fileSequenceNumber()
    {
        return sequence;
    }

    @Override
    public @Nullable Long firstRowId()
    {
        return null;
    }

    @Override
    public @Nullable Long pos()
    {
        return null;
    }

    @Override
    public int specId()
    {
        return file.specId();
    }

    @Override
    public FileContent content()
    {
        return file.content();
    }

    @Override
    @Deprecated
    public CharSequence path()
    {
        return file.location();
    }

    @Override
    public String location()
    {
        return file.location();
    }

    @Override
    public FileFormat format()
    {
        return file.format();
    }

    @Override
    public StructLike partition()
    {
        return file.partition();
    }

    @Override
    public long recordCount()
    {
        return file.recordCount();
    }

    @Override
    public long fileSizeInBytes()
    {
        return file.fileSizeInBytes();
    }

    @Override
    public @Nullable Map<Integer, Long> columnSizes()
    {
        return file.columnSizes();
    }

    @Override
    public @Nullable Map<Integer, Long> valueCounts()
    {
        return file.valueCounts();
    }

    @Override
    public @Nullable Map<Integer, Long> nullValueCounts()
    {
        return file.nullValueCounts();
    }

    @Override
    public @Nullable Map<Integer, Long> nanValueCounts()
    {
        return file.nanValueCounts();
    }

    @Override
    public @Nullable Map<Integer, ByteBuffer> lowerBounds()
    {
        return file.lowerBounds();
    }

    @Override
    public @Nullable Map<Integer, ByteBuffer> upperBounds()
    {
        return file.upperBounds();
    }

    @Override
    public @Nullable ByteBuffer keyMetadata()
    {
        return file.keyMetadata();
    }

    @Override
    public @Nullable List<Long> splitOffsets()
    {
        return file.splitOffsets();
    }

    @Override
    public @Nullable List<Integer> equalityFieldIds()
    {
        return null;
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

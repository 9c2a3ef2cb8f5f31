package io.icegate.trino.live;

import org.apache.iceberg.ContentFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * A file that is in no manifest yet, with the sequence number that the next commit would give it. Trino and row lineage
 * insist on one.
 */
abstract class LiveContentFile<F extends ContentFile<F>>
        implements ContentFile<F>
{
    final F file;
    final long sequence;

    LiveContentFile(F file, long sequence)
    {
        this.file = requireNonNull(file, "file is null");
        this.sequence = sequence;
    }

    @Override
    public final Long dataSequenceNumber()
    {
        return sequence;
    }

    @Override
    public final Long fileSequenceNumber()
    {
        return sequence;
    }

    @Override
    public final @Nullable Long pos()
    {
        return null;
    }

    @Override
    public final int specId()
    {
        return file.specId();
    }

    @Override
    public final FileContent content()
    {
        return file.content();
    }

    @Override
    @Deprecated
    public final CharSequence path()
    {
        return file.location();
    }

    @Override
    public final String location()
    {
        return file.location();
    }

    @Override
    public final FileFormat format()
    {
        return file.format();
    }

    @Override
    public final StructLike partition()
    {
        return file.partition();
    }

    @Override
    public final long recordCount()
    {
        return file.recordCount();
    }

    @Override
    public final long fileSizeInBytes()
    {
        return file.fileSizeInBytes();
    }

    @Override
    public final @Nullable Map<Integer, Long> columnSizes()
    {
        return file.columnSizes();
    }

    @Override
    public final @Nullable Map<Integer, Long> valueCounts()
    {
        return file.valueCounts();
    }

    @Override
    public final @Nullable Map<Integer, Long> nullValueCounts()
    {
        return file.nullValueCounts();
    }

    @Override
    public final @Nullable Map<Integer, Long> nanValueCounts()
    {
        return file.nanValueCounts();
    }

    @Override
    public final @Nullable Map<Integer, ByteBuffer> lowerBounds()
    {
        return file.lowerBounds();
    }

    @Override
    public final @Nullable Map<Integer, ByteBuffer> upperBounds()
    {
        return file.upperBounds();
    }

    @Override
    public final @Nullable ByteBuffer keyMetadata()
    {
        return file.keyMetadata();
    }

    @Override
    public final @Nullable List<Integer> equalityFieldIds()
    {
        return null;
    }
}

package io.icegate.trino.live;

import org.apache.iceberg.DeleteFile;
import org.jspecify.annotations.Nullable;

import java.util.Set;

/**
 * The rows of a live segment that do not count, as a delete file.
 */
final class LiveDeleteFile
        extends LiveContentFile<DeleteFile>
        implements DeleteFile
{
    LiveDeleteFile(DeleteFile file, long sequence)
    {
        super(file, sequence);
    }

    @Override
    public @Nullable String referencedDataFile()
    {
        return file.referencedDataFile();
    }

    @Override
    public DeleteFile copy()
    {
        return this;
    }

    @Override
    public DeleteFile copyWithoutStats()
    {
        return new LiveDeleteFile(file.copyWithoutStats(), sequence);
    }

    @Override
    public DeleteFile copyWithStats(Set<Integer> requestedColumnIds)
    {
        return this;
    }
}

package io.icegate.trino.live;

import io.icegate.wal.read.LiveSegment;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;

import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A live segment as a scan of Trino reads it.
 *
 * @param duplicates deletes the rows that do not count
 */
public record PinnedFile(LiveSegment segment, DataFile file, Optional<DeleteFile> duplicates)
{
    public PinnedFile
    {
        requireNonNull(segment, "segment is null");
        requireNonNull(file, "file is null");
        requireNonNull(duplicates, "duplicates is null");
    }

    public long duplicateRows()
    {
        return duplicates.map(DeleteFile::recordCount).orElse(0L);
    }

    public long rows()
    {
        return file.recordCount() - duplicateRows();
    }
}

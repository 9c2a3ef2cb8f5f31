package io.icegate.trino;

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
record LiveFile(LiveSegment segment, DataFile file, Optional<DeleteFile> duplicates)
{
    LiveFile
    {
        requireNonNull(segment, "segment is null");
        requireNonNull(file, "file is null");
        requireNonNull(duplicates, "duplicates is null");
    }

    long duplicateRows()
    {
        return duplicates.map(DeleteFile::recordCount).orElse(0L);
    }

    long rows()
    {
        return file.recordCount() - duplicateRows();
    }
}

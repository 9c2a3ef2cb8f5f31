package io.icegate.wal.read;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;

import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A live segment as a scan sees it.
 *
 * @param file of the table's unpartitioned spec; exact row count and size
 * @param deletes the rows that do not count; it has no data sequence number, the reader gives it one above the file's
 */
public record LiveFile(LiveSegment segment, DataFile file, Optional<DeleteFile> deletes)
{
    public LiveFile
    {
        requireNonNull(segment, "segment is null");
        requireNonNull(file, "file is null");
        requireNonNull(deletes, "deletes is null");
    }
}

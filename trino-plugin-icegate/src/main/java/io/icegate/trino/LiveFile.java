package io.icegate.trino;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;

import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A live segment as Iceberg sees a data file, and the rows of it that do not count.
 */
record LiveFile(DataFile file, Optional<DeleteFile> duplicates)
{
    LiveFile
    {
        requireNonNull(file, "file is null");
        requireNonNull(duplicates, "duplicates is null");
    }

    long rows()
    {
        return file.recordCount() - duplicates.map(DeleteFile::recordCount).orElse(0L);
    }
}

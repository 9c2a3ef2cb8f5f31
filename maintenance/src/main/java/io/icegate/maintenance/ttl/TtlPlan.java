package io.icegate.maintenance.ttl;

import org.apache.iceberg.DataFile;

import java.util.List;

/**
 * Files of which every row is older than the table keeps it.
 */
public record TtlPlan(List<DataFile> files)
{
    public TtlPlan
    {
        files = List.copyOf(files);
    }

    public long rows()
    {
        return files.stream().mapToLong(DataFile::recordCount).sum();
    }

    public long bytes()
    {
        return files.stream().mapToLong(DataFile::fileSizeInBytes).sum();
    }
}

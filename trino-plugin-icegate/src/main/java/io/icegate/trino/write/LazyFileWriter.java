package io.icegate.trino.write;

import io.trino.plugin.hive.RollbackAction;
import io.trino.plugin.iceberg.IcebergFileWriter;
import io.trino.spi.Page;
import org.jspecify.annotations.Nullable;

import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * Opens a file when its first rows arrive. A sorted table buffers rows for each partition and writes one file after the
 * other in the end, so of many partitions one writer is open at a time.
 */
final class LazyFileWriter
        implements IcebergFileWriter
{
    private final Supplier<IcebergFileWriter> open;
    private @Nullable IcebergFileWriter writer;

    LazyFileWriter(Supplier<IcebergFileWriter> open)
    {
        this.open = requireNonNull(open, "open is null");
    }

    private IcebergFileWriter writer()
    {
        if (writer == null) {
            writer = open.get();
        }
        return writer;
    }

    @Override
    public FileMetrics getFileMetrics()
    {
        return writer().getFileMetrics();
    }

    @Override
    public long getWrittenBytes()
    {
        return writer == null ? 0 : writer.getWrittenBytes();
    }

    @Override
    public long getMemoryUsage()
    {
        return writer == null ? 0 : writer.getMemoryUsage();
    }

    @Override
    public void appendRows(Page rows)
    {
        writer().appendRows(rows);
    }

    @Override
    public RollbackAction commit()
    {
        return writer().commit();
    }

    @Override
    public void rollback()
    {
        if (writer != null) {
            writer.rollback();
        }
    }

    @Override
    public long getValidationCpuNanos()
    {
        return writer == null ? 0 : writer.getValidationCpuNanos();
    }
}

package io.icegate.trino.write;

import io.trino.plugin.hive.RollbackAction;
import io.trino.plugin.iceberg.IcebergFileWriter;
import io.trino.spi.Page;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

/**
 * Opens a file when its rows weigh as much as the bloom filters that the open file would hold, or when it ends before. A file
 * that ends before has no filters: the smallest filter takes more than the column that it could spare a reader. What the
 * filters of an open file take is reported as memory of the query.
 */
final class LazyFileWriter
        implements IcebergFileWriter
{
    private final Supplier<IcebergFileWriter> openSmall;
    private final Supplier<IcebergFileWriter> openLarge;
    private final long filterBytes;
    private final List<Page> waiting = new ArrayList<>();
    private long waitingBytes;
    private long openFilterBytes;
    private @Nullable IcebergFileWriter writer;

    /**
     * @param openSmall opens the file without filters
     * @param openLarge opens the file with filters
     * @param filterBytes what the filters of an open file take
     */
    LazyFileWriter(Supplier<IcebergFileWriter> openSmall, Supplier<IcebergFileWriter> openLarge, long filterBytes)
    {
        this.openSmall = requireNonNull(openSmall, "openSmall is null");
        this.openLarge = requireNonNull(openLarge, "openLarge is null");
        checkArgument(filterBytes >= 0, "filterBytes is negative");
        this.filterBytes = filterBytes;
    }

    @Override
    public void appendRows(Page rows)
    {
        if (writer != null) {
            writer.appendRows(rows);
            return;
        }
        // a page of few rows may hold the blocks of a page of many
        Page kept = rows.getRegion(0, rows.getPositionCount());
        kept.compact();
        waiting.add(kept);
        waitingBytes += kept.getRetainedSizeInBytes();
        if (waitingBytes > filterBytes) {
            openFilterBytes = filterBytes;
            open(openLarge);
        }
    }

    private IcebergFileWriter writer()
    {
        return writer == null ? open(openSmall) : writer;
    }

    private IcebergFileWriter open(Supplier<IcebergFileWriter> opener)
    {
        IcebergFileWriter opened = opener.get();
        writer = opened;
        waiting.forEach(opened::appendRows);
        waiting.clear();
        waitingBytes = 0;
        return opened;
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
        return writer == null ? waitingBytes : writer.getMemoryUsage() + openFilterBytes;
    }

    @Override
    public RollbackAction commit()
    {
        return writer().commit();
    }

    @Override
    public void rollback()
    {
        waiting.clear();
        waitingBytes = 0;
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

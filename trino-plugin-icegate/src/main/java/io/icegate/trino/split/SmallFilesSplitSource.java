package io.icegate.trino.split;

import com.google.common.collect.ImmutableList;
import io.trino.plugin.iceberg.IcebergSplit;
import io.trino.spi.connector.ConnectorSplit;
import io.trino.spi.connector.ConnectorSplitSource;
import io.trino.spi.connector.DynamicFilterSnapshot;
import io.trino.spi.metrics.Metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import static java.util.Objects.requireNonNull;

/**
 * Puts the small files of a batch together. Until maintenance has merged them there are hundreds in each table that takes
 * segments, and of a query's work on one of a hundred rows more than half was to schedule its split.
 */
public final class SmallFilesSplitSource
        implements ConnectorSplitSource
{
    /**
     * A split of so many files still ends soon, and leaves some for the other drivers.
     */
    static final int FILES_MAX = 16;
    static final long BYTES_MAX = 4 << 20;

    private final ConnectorSplitSource delegate;

    public SmallFilesSplitSource(ConnectorSplitSource delegate)
    {
        this.delegate = requireNonNull(delegate, "delegate is null");
    }

    @Override
    public CompletableFuture<List<ConnectorSplit>> getNextBatch(int maxSize, DynamicFilterSnapshot filter)
    {
        return delegate.getNextBatch(maxSize, filter).thenApply(SmallFilesSplitSource::combine);
    }

    static List<ConnectorSplit> combine(List<ConnectorSplit> splits)
    {
        ImmutableList.Builder<ConnectorSplit> combined = ImmutableList.builder();
        List<IcebergSplit> files = new ArrayList<>();
        long bytes = 0;
        for (ConnectorSplit split : splits) {
            if (!(split instanceof IcebergSplit file) || !isSmall(file)) {
                combined.add(split);
                continue;
            }
            if (files.size() == FILES_MAX || bytes + file.length() > BYTES_MAX) {
                combined.add(together(files));
                files.clear();
                bytes = 0;
            }
            files.add(file);
            bytes += file.length();
        }
        if (!files.isEmpty()) {
            combined.add(together(files));
        }
        return combined.build();
    }

    private static ConnectorSplit together(List<IcebergSplit> files)
    {
        return files.size() == 1 ? files.get(0) : new SmallFilesSplit(files);
    }

    /**
     * One that a worker has in its cache must reach that worker.
     */
    private static boolean isSmall(IcebergSplit file)
    {
        return file.length() < BYTES_MAX / 2 && file.affinityKey().isEmpty();
    }

    @Override
    public void close()
    {
        delegate.close();
    }

    @Override
    public boolean isFinished()
    {
        return delegate.isFinished();
    }

    @Override
    public Optional<List<Object>> getTableExecuteSplitsInfo()
    {
        return delegate.getTableExecuteSplitsInfo();
    }

    @Override
    public long getRequestedDynamicFilterWaitTimeoutMillis()
    {
        return delegate.getRequestedDynamicFilterWaitTimeoutMillis();
    }

    @Override
    public Metrics getMetrics()
    {
        return delegate.getMetrics();
    }
}

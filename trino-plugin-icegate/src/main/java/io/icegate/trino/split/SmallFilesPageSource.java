package io.icegate.trino.split;

import io.trino.spi.connector.ConnectorPageSource;
import io.trino.spi.connector.SourcePage;
import io.trino.spi.metrics.Metrics;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The pages of some files, one file after the other. A file is opened when the one before it is read and closed.
 */
final class SmallFilesPageSource
        implements ConnectorPageSource
{
    private final Iterator<Supplier<ConnectorPageSource>> files;
    private @Nullable ConnectorPageSource current;
    private long completedBytes; // of files that are closed, as the next three
    private long completedPositions;
    private long readTimeNanos;
    private Metrics metrics = Metrics.EMPTY;
    private boolean closed;

    /**
     * @param files each opens one
     */
    SmallFilesPageSource(List<Supplier<ConnectorPageSource>> files)
    {
        this.files = files.iterator();
    }

    @Override
    public @Nullable SourcePage getNextSourcePage()
    {
        if (closed) {
            return null;
        }
        // not before: columns of the page before are loaded from its file when they are needed
        if (current != null && current.isFinished()) {
            closeCurrent();
        }
        if (current == null) {
            if (!files.hasNext()) {
                return null;
            }
            current = files.next().get();
        }
        return current.getNextSourcePage();
    }

    private void closeCurrent()
    {
        ConnectorPageSource read = current;
        current = null;
        if (read == null) {
            return;
        }
        try {
            read.close();
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot close a file: " + e.getMessage(), e);
        }
        completedBytes += read.getCompletedBytes();
        completedPositions += read.getCompletedPositions().orElse(0);
        readTimeNanos += read.getReadTimeNanos();
        metrics = metrics.mergeWith(read.getMetrics());
    }

    @Override
    public boolean isFinished()
    {
        return closed || ((current == null || current.isFinished()) && !files.hasNext());
    }

    @Override
    public long getCompletedBytes()
    {
        return completedBytes + (current == null ? 0 : current.getCompletedBytes());
    }

    @Override
    public OptionalLong getCompletedPositions()
    {
        return OptionalLong.of(completedPositions + (current == null ? 0 : current.getCompletedPositions().orElse(0)));
    }

    @Override
    public long getReadTimeNanos()
    {
        return readTimeNanos + (current == null ? 0 : current.getReadTimeNanos());
    }

    @Override
    public CompletableFuture<?> isBlocked()
    {
        return current == null ? NOT_BLOCKED : current.isBlocked();
    }

    @Override
    public Metrics getMetrics()
    {
        return current == null ? metrics : metrics.mergeWith(current.getMetrics());
    }

    @Override
    public void close()
    {
        closed = true;
        closeCurrent();
    }
}

package io.icegate.io;

import io.icegate.objectstore.ObjectHead;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;

import java.io.IOException;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Opens a file for reading. If its length is not known, opening it fetches the first bytes: a missing file shows at once, and
 * a small one costs a single request. If the length is known, the first request is the first read.
 */
final class StoreInputFile
        implements InputFile
{
    private final String location;
    private final StoreLocation target;
    private volatile Optional<Long> length;

    StoreInputFile(String location, StoreLocation target, Optional<Long> length)
    {
        this.location = requireNonNull(location, "location is null");
        this.target = requireNonNull(target, "target is null");
        this.length = requireNonNull(length, "length is null");
    }

    @Override
    public long getLength()
    {
        if (length.isEmpty()) {
            length = Optional.of(head().orElseThrow(() -> new NotFoundException("Failed to open input stream for file: %s", location)).size());
        }
        return length.orElseThrow();
    }

    @Override
    public SeekableInputStream newStream()
    {
        StoreInputStream stream = new StoreInputStream(location, target, length);
        if (length.isEmpty()) {
            try {
                stream.open();
            }
            catch (IOException e) {
                throw new RuntimeIOException(e, "Failed to open input stream for file: %s", location);
            }
        }
        return stream;
    }

    @Override
    public String location()
    {
        return location;
    }

    @Override
    public boolean exists()
    {
        return head().isPresent();
    }

    private Optional<ObjectHead> head()
    {
        try {
            return target.store().head(target.key());
        }
        catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot ask for file %s: %s", location, e.getMessage());
        }
    }

    @Override
    public String toString()
    {
        return location;
    }
}

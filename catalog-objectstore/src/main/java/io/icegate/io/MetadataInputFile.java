package io.icegate.io;

import io.icegate.objectstore.StoredObject;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;

import java.io.IOException;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A metadata file, read whole, and with no request when it is remembered.
 */
final class MetadataInputFile
        implements InputFile
{
    private final String location;
    private final StoreLocation target;
    private final MetadataFiles files;
    private final boolean verifies;

    /**
     * @param verifies whether a remembered file must still be there
     */
    MetadataInputFile(String location, StoreLocation target, MetadataFiles files, boolean verifies)
    {
        this.location = requireNonNull(location, "location is null");
        this.target = requireNonNull(target, "target is null");
        this.files = requireNonNull(files, "files is null");
        this.verifies = verifies;
    }

    @Override
    public long getLength()
    {
        return content().length;
    }

    @Override
    public SeekableInputStream newStream()
    {
        return new InMemoryInputFile(location, content()).newStream();
    }

    private byte[] content()
    {
        Optional<byte[]> remembered = files.find(location);
        if (remembered.isPresent() && (!verifies || exists())) {
            return remembered.orElseThrow();
        }
        try {
            byte[] content = target.store().get(target.key())
                    .map(StoredObject::content)
                    .orElseThrow(this::gone);
            files.remember(location, content);
            return content;
        }
        catch (IOException e) {
            throw new RuntimeIOException(e, "Failed to open input stream for file: %s", location);
        }
    }

    private NotFoundException gone()
    {
        files.forget(location);
        return new NotFoundException("Failed to open input stream for file: %s", location);
    }

    @Override
    public String location()
    {
        return location;
    }

    @Override
    public boolean exists()
    {
        try {
            return target.store().head(target.key()).isPresent();
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

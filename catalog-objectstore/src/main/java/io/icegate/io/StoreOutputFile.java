package io.icegate.io;

import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

import java.io.IOException;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A file to write; it appears whole when its stream is closed.
 */
final class StoreOutputFile
        implements OutputFile
{
    private final String location;
    private final StoreLocation target;
    private final Optional<MetadataFiles> files;

    /**
     * @param files remember what is written
     */
    StoreOutputFile(String location, StoreLocation target, Optional<MetadataFiles> files)
    {
        this.files = requireNonNull(files, "files is null");
        this.location = requireNonNull(location, "location is null");
        this.target = requireNonNull(target, "target is null");
    }

    /**
     * Refuses a name that is taken when this is called. Two callers at once may both pass: Iceberg's files carry ids, and
     * what needs exclusion uses {@link io.icegate.objectstore.ObjectStore#putIfAbsent}.
     */
    @Override
    public PositionOutputStream create()
    {
        try {
            if (target.store().head(target.key()).isPresent()) {
                throw new AlreadyExistsException("File already exists: %s", location);
            }
        }
        catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot create file %s: %s", location, e.getMessage());
        }
        return createOrOverwrite();
    }

    @Override
    public PositionOutputStream createOrOverwrite()
    {
        return new StoreOutputStream(location, target, files);
    }

    @Override
    public String location()
    {
        return location;
    }

    @Override
    public InputFile toInputFile()
    {
        return files.<InputFile>map(remembered -> new MetadataInputFile(location, target, remembered, false))
                .orElseGet(() -> new StoreInputFile(location, target, Optional.empty()));
    }

    @Override
    public String toString()
    {
        return location;
    }
}

package io.icegate.io;

import org.apache.iceberg.io.PositionOutputStream;
import org.jspecify.annotations.Nullable;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Collects a file and stores it on close. It keeps up to {@value #MEMORY_BYTES_MAX} bytes in memory and more in a temporary
 * file, so a large file needs local disk of its size. The file appears when it is whole.
 */
final class StoreOutputStream
        extends PositionOutputStream
{
    static final int MEMORY_BYTES_MAX = 8 * 1024 * 1024;

    private final String location;
    private final StoreLocation target;
    private final Optional<MetadataFiles> files;
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable Path spill;
    private @Nullable OutputStream spillStream;
    private long position;
    private boolean failed;
    private boolean closed;

    /**
     * @param files remember what is stored
     */
    StoreOutputStream(String location, StoreLocation target, Optional<MetadataFiles> files)
    {
        this.files = requireNonNull(files, "files is null");
        this.location = requireNonNull(location, "location is null");
        this.target = requireNonNull(target, "target is null");
    }

    @Override
    public long getPos()
    {
        return position;
    }

    @Override
    public void write(int value)
            throws IOException
    {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count)
            throws IOException
    {
        if (closed) {
            throw new IOException("Cannot write %s: the stream is closed".formatted(location));
        }
        try {
            sink(count).write(bytes, offset, count);
            position += count;
        }
        catch (IOException e) {
            failed = true;
            throw e;
        }
    }

    private OutputStream sink(int count)
            throws IOException
    {
        OutputStream current = spillStream;
        if (current != null) {
            return current;
        }
        if (position + count <= MEMORY_BYTES_MAX) {
            return memory;
        }
        Path file = Files.createTempFile("icegate-", ".part");
        spill = file;
        OutputStream created = new BufferedOutputStream(Files.newOutputStream(file), 256 * 1024);
        spillStream = created;
        memory.writeTo(created);
        memory.reset();
        return created;
    }

    @Override
    public void close()
            throws IOException
    {
        if (closed) {
            return;
        }
        closed = true;
        Path file = spill;
        OutputStream stream = spillStream;
        try {
            if (stream != null) {
                stream.close();
            }
            if (failed) {
                return;
            }
            if (file == null) {
                byte[] content = memory.toByteArray();
                target.store().put(target.key(), content);
                files.ifPresent(remembered -> remembered.remember(location, content));
            }
            else {
                target.store().put(target.key(), file);
            }
        }
        finally {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        }
    }
}

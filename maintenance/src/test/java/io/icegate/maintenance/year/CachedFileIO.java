package io.icegate.maintenance.year;

import io.icegate.objectstore.Warehouse;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers metadata files, which never change, as Trino's coordinator does.
 */
final class CachedFileIO
        implements FileIO
{
    private static final int FILES_MAX = 200;

    private final Warehouse warehouse;
    private final Map<String, byte[]> files = new LinkedHashMap<>(16, 0.75f, true)
    {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest)
        {
            return size() > FILES_MAX;
        }
    };

    CachedFileIO(Warehouse warehouse)
    {
        this.warehouse = warehouse;
    }

    @Override
    public synchronized InputFile newInputFile(String location)
    {
        byte[] content = files.get(location);
        if (content == null) {
            try {
                content = warehouse.store().get(warehouse.key(location).orElseThrow()).orElseThrow(() -> new NotFoundException("File does not exist: %s", location)).content();
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            files.put(location, content);
        }
        return new InMemoryInputFile(location, content);
    }

    @Override
    public OutputFile newOutputFile(String location)
    {
        throw new UnsupportedOperationException("Cannot write %s: a reader does not".formatted(location));
    }

    @Override
    public void deleteFile(String location)
    {
        throw new UnsupportedOperationException("Cannot delete %s: a reader does not".formatted(location));
    }
}

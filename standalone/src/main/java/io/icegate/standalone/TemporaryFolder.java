package io.icegate.standalone;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder that is deleted with everything in it when it is closed.
 */
public record TemporaryFolder(Path path)
        implements Closeable
{
    public static TemporaryFolder create(String prefix)
            throws IOException
    {
        return new TemporaryFolder(Files.createTempDirectory(prefix).toRealPath());
    }

    @Override
    public void close()
            throws IOException
    {
        // symbolic links are deleted, not followed
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(path)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path entry : deepestFirst) {
            Files.deleteIfExists(entry);
        }
    }
}

package io.icegate.maintenance.upkeep;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * The folder on the local disk that merges copy into. A process that is killed leaves its copies there.
 */
final class ScratchFolder
{
    /**
     * Longer than any merge runs. Other processes use the folder as well.
     */
    static final Duration AGE_MIN = Duration.ofDays(1);
    private static final String MERGE_PREFIX = "merge-";
    private static final Logger log = LoggerFactory.getLogger(ScratchFolder.class);

    private final Path folder;

    ScratchFolder(Path folder)
    {
        this.folder = requireNonNull(folder, "folder is null");
    }

    /**
     * Deletes copies of merges that ended long ago. What cannot be deleted is left.
     */
    void clean(Instant now)
    {
        try {
            for (Path left : list(folder)) {
                if (left.getFileName().toString().startsWith(MERGE_PREFIX)
                        && Files.isDirectory(left)
                        && Files.getLastModifiedTime(left).toInstant().isBefore(now.minus(AGE_MIN))) {
                    for (Path file : list(left)) {
                        Files.deleteIfExists(file);
                    }
                    Files.deleteIfExists(left);
                }
            }
        }
        catch (IOException e) {
            log.warn("Cannot clean {}: {}", folder, e.toString());
        }
    }

    private static List<Path> list(Path folder)
            throws IOException
    {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}

package io.icegate.maintenance.upkeep;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static java.util.Objects.requireNonNull;

/**
 * A folder for the files of one statement, among the temporary files of this machine.
 */
public record StatementFolder(Path path)
        implements AutoCloseable
{
    public StatementFolder
    {
        requireNonNull(path, "path is null");
    }

    public static StatementFolder create()
    {
        try {
            return new StatementFolder(Files.createTempDirectory("icegate-maintenance-"));
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot keep tables in order: " + e.getMessage(), e);
        }
    }

    /**
     * Removes the folder. A merge has removed its files by then.
     */
    @Override
    public void close()
    {
        try {
            Files.deleteIfExists(path);
        }
        catch (IOException e) {
            // a merge that was killed left something: the machine clears its temporary files
        }
    }
}

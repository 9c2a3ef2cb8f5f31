package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * The folder that a running command keeps its configuration and logs in. One command at a time holds it.
 */
final class DataFolder
        implements Closeable
{
    private final Path path;
    private final FileChannel channel;

    private DataFolder(Path path, FileChannel channel)
    {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Creates the folder when it is absent, and takes it.
     */
    static DataFolder hold(Path path)
            throws IOException
    {
        try {
            Files.createDirectories(path);
        }
        catch (IOException e) {
            throw new CommandException("Cannot use the data folder %s: %s".formatted(path, e), e);
        }
        FileChannel channel;
        try {
            channel = FileChannel.open(path.resolve("lock"), CREATE, WRITE);
        }
        catch (IOException e) {
            throw new CommandException("Cannot write to the data folder %s: %s".formatted(path, e), e);
        }
        if (!locked(channel)) {
            channel.close();
            throw new CommandException("Cannot use the data folder %s: another IceGate runs on it".formatted(path));
        }
        return new DataFolder(path, channel);
    }

    Path path()
    {
        return path;
    }

    @Override
    public void close()
            throws IOException
    {
        // the lock goes with the channel
        channel.close();
    }

    private static boolean locked(FileChannel channel)
            throws IOException
    {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        }
        catch (OverlappingFileLockException _) {
            return false;
        }
    }
}

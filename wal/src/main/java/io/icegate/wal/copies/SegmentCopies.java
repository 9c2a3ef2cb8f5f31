package io.icegate.wal.copies;

import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.SegmentKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.util.Objects.requireNonNull;

/**
 * Keeps copies of the segments that this process stores, the newest up to a bound of bytes. Whoever waits for a segment never waits
 * for its copy: copies are written behind, and left out when the disk is too slow or full. One process at a time keeps copies in a folder.
 */
public final class SegmentCopies
{
    private static final Logger log = LoggerFactory.getLogger(SegmentCopies.class);
    /**
     * Bytes that wait for the disk. What comes then is not copied.
     */
    static final long WAITING_BYTES_MAX = 16L << 20;

    private final Path folder;
    private final long bytesMax;
    private final Executor executor;
    private final ArrayDeque<Copy> copies = new ArrayDeque<>(); // oldest first; guarded by itself
    private long bytes; // guarded by copies
    private long waitingBytes; // guarded by this
    private boolean failing; // guarded by copies

    private record Copy(Path file, long bytes) {}

    private record Found(Copy copy, FileTime time) {}

    private SegmentCopies(Path folder, long bytesMax, Executor executor)
    {
        this.folder = folder;
        this.bytesMax = bytesMax;
        this.executor = executor;
    }

    /**
     * Goes on with what a former process left in the folder.
     *
     * @param folder is created when it is not there
     * @param bytesMax of all copies
     * @param executor of one thread, which writes the copies
     * @throws IOException when the folder cannot be used
     */
    public static SegmentCopies open(Path folder, long bytesMax, Executor executor)
            throws IOException
    {
        requireNonNull(executor, "executor is null");
        SegmentCopies opened = new SegmentCopies(Files.createDirectories(folder), bytesMax, executor);
        opened.adopt();
        return opened;
    }

    private void adopt()
            throws IOException
    {
        List<Found> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (CopyFolder.isCopy(file)) {
                    found.add(new Found(new Copy(file, Files.size(file)), Files.getLastModifiedTime(file)));
                }
                else {
                    Files.deleteIfExists(file); // half written
                }
            }
        }
        found.sort(Comparator.comparing(Found::time));
        synchronized (copies) {
            for (Found copy : found) {
                add(copy.copy());
            }
        }
    }

    /**
     * The store, whose segments are copied as soon as this process has stored them.
     */
    public ObjectStore around(ObjectStore store)
    {
        return new CopyingStore(store, this);
    }

    /**
     * Copies a segment that is durable, some time later. Never fails.
     */
    void keep(SegmentKey key, byte[] content)
    {
        synchronized (this) {
            if (waitingBytes + content.length > WAITING_BYTES_MAX) {
                return;
            }
            waitingBytes += content.length;
        }
        try {
            executor.execute(() -> {
                try {
                    write(key, content);
                }
                finally {
                    written(content.length);
                }
            });
        }
        catch (RejectedExecutionException e) {
            written(content.length); // the process ends
        }
    }

    private synchronized void written(long count)
    {
        waitingBytes -= count;
    }

    private void write(SegmentKey key, byte[] content)
    {
        Path copy = CopyFolder.file(folder, key);
        Path part = folder.resolve("part");
        synchronized (copies) {
            try {
                Files.write(part, content);
                Files.move(part, copy, ATOMIC_MOVE);
                add(new Copy(copy, content.length));
                failing = false;
            }
            catch (IOException e) {
                if (!failing) {
                    failing = true;
                    log.warn("Cannot keep copies of segments in {}, merges read them from the store: {}", folder, e.toString());
                }
            }
        }
    }

    /**
     * Copies that were taken count until it is their turn to go, so the folder may hold less than the bound.
     */
    private void add(Copy copy)
            throws IOException
    {
        copies.addLast(copy);
        bytes += copy.bytes();
        while (bytes > bytesMax) {
            Copy oldest = copies.removeFirst();
            bytes -= oldest.bytes();
            Files.deleteIfExists(oldest.file());
        }
    }
}

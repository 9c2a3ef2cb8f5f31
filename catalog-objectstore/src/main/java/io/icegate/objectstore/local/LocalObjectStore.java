package io.icegate.objectstore.local;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreAccessException;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoredObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.Objects.requireNonNull;

/**
 * Objects as files below a folder, safe for many processes on one machine.
 *
 * <p>Put-if-absent: (1) write a temporary file beside the target and fsync it, (2) {@code link(2)} it to the target,
 * (3) fsync the folder, (4) remove the temporary name. A crash after 1 leaves a {@code .tmp-*} file, which no listing shows
 * and which is swept later; after 2 the object is complete but perhaps not durable, the caller was not answered and
 * settles by reading; after 3 it is durable. {@code link} fails when the name exists, atomically, so of many callers one
 * wins, and the content is whole from the first moment. A caller that finds the name taken fsyncs the folder too before it
 * is told so. It may recognise its own earlier attempt and must be able to count on it.
 *
 * <p>Limits that stores in the cloud do not have: a key cannot be an object and a folder at once, a part of a key holds
 * at most 255 bytes, and names beyond ASCII need a UTF-8 locale. Times are those of the file system.
 */
public final class LocalObjectStore
        implements ObjectStore
{
    static final String TEMPORARY_PREFIX = ".tmp-";
    /**
     * A temporary file this old belongs to a process that died: writing one takes seconds.
     */
    static final long TEMPORARY_MILLIS_MAX = 3_600_000;
    private static final int PREPARED_FOLDERS_MAX = 10_000;
    /**
     * Answers of {@code link(2)} by which nothing was created and the next attempt will fail alike. After any other error the
     * name may exist.
     */
    private static final Set<String> LINK_REFUSALS = Set.of(
            "Operation not permitted",
            "Operation not supported",
            "Function not implemented",
            "Invalid cross-device link",
            "Too many links",
            "Read-only file system",
            "No space left on device",
            "Disk quota exceeded",
            "File name too long",
            "Not a directory");
    private static final Logger log = LoggerFactory.getLogger(LocalObjectStore.class);

    private final Path root;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Linker linker;
    private final Set<Path> preparedFolders = ConcurrentHashMap.newKeySet();

    public LocalObjectStore(Path root)
    {
        this(root, InstantSource.system(), new SecureRandom());
    }

    /**
     * @param root created by the first write
     * @param clock decides which temporary files are old, and is the store's time
     */
    public LocalObjectStore(Path root, InstantSource clock, RandomGenerator random)
    {
        this(root, clock, random, Files::createLink);
    }

    LocalObjectStore(Path root, InstantSource clock, RandomGenerator random, Linker linker)
    {
        this.root = requireNonNull(root, "root is null").toAbsolutePath().normalize();
        this.clock = requireNonNull(clock, "clock is null");
        this.random = requireNonNull(random, "random is null");
        this.linker = requireNonNull(linker, "linker is null");
    }

    /**
     * Gives a file a second name, and fails when the name is taken.
     */
    @FunctionalInterface
    interface Linker
    {
        void link(Path name, Path existing)
                throws IOException;
    }

    @Override
    public Optional<StoredObject> get(ObjectKey key)
            throws IOException
    {
        Path path = path(key);
        try (FileChannel channel = FileChannel.open(path, READ)) {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                return Optional.empty();
            }
            long size = channel.size();
            if (size > Integer.MAX_VALUE - 8) {
                throw new IOException("Cannot read object %s: %s bytes do not fit into one array".formatted(key, size));
            }
            return Optional.of(new StoredObject(key, readFully(channel, 0, (int) size), modified(attributes)));
        }
        catch (FileSystemException e) {
            if (isAbsent(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public StoredObject read(ObjectKey key, long offset, int length)
            throws IOException
    {
        checkRange(key, offset, length);
        Path path = path(key);
        try (FileChannel channel = FileChannel.open(path, READ)) {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw absent(key);
            }
            long available = Math.max(0, channel.size() - offset);
            return new StoredObject(key, readFully(channel, offset, (int) Math.min(length, available)), modified(attributes));
        }
        catch (FileSystemException e) {
            if (isAbsent(e)) {
                throw absent(key);
            }
            throw e;
        }
    }

    @Override
    public Optional<ObjectHead> head(ObjectKey key)
            throws IOException
    {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path(key), BasicFileAttributes.class);
            return attributes.isRegularFile() ? Optional.of(new ObjectHead(key, attributes.size(), modified(attributes))) : Optional.empty();
        }
        catch (FileSystemException e) {
            if (isAbsent(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, byte[] content)
    {
        Path target;
        Path temporary;
        try {
            target = writablePath(key);
            temporary = writeTemporary(target, content);
        }
        catch (ClosedByInterruptException e) {
            // the thread stays interrupted; the next one may well succeed
            return PutOutcome.UNKNOWN;
        }
        catch (IOException e) {
            throw refused(key, e);
        }
        try {
            return link(key, temporary, target);
        }
        finally {
            deleteQuietly(temporary);
        }
    }

    private PutOutcome link(ObjectKey key, Path temporary, Path target)
    {
        PutOutcome outcome;
        try {
            linker.link(target, temporary);
            outcome = PutOutcome.WRITTEN;
        }
        catch (FileAlreadyExistsException e) {
            if (Files.isDirectory(target)) {
                throw refused(key, e);
            }
            outcome = PutOutcome.PRECONDITION_FAILED;
        }
        catch (UnsupportedOperationException | AccessDeniedException e) {
            throw withoutLinks(key, e);
        }
        catch (FileSystemException e) {
            if (e.getReason() != null && LINK_REFUSALS.contains(e.getReason())) {
                throw withoutLinks(key, e);
            }
            // an error of the device or of the network: the name may be there
            log.warn("Cannot tell whether object {} was created in {}", key, root, e);
            return PutOutcome.UNKNOWN;
        }
        catch (IOException e) {
            log.warn("Cannot tell whether object {} was created in {}", key, root, e);
            return PutOutcome.UNKNOWN;
        }
        try {
            syncFolder(folderOf(target));
            return outcome;
        }
        catch (IOException e) {
            log.warn("Cannot make object {} durable in {}", key, root, e);
            return PutOutcome.UNKNOWN;
        }
    }

    private ObjectStoreAccessException withoutLinks(ObjectKey key, Exception cause)
    {
        return new ObjectStoreAccessException("Cannot create object %s: the file system of %s does not make hard links, which put-if-absent needs: %s"
                .formatted(key, root, cause.getMessage()), cause);
    }

    @Override
    public void put(ObjectKey key, byte[] content)
            throws IOException
    {
        Path target = writablePath(key);
        replace(writeTemporary(target, content), target);
    }

    @Override
    public void put(ObjectKey key, Path content)
            throws IOException
    {
        Path target = writablePath(key);
        Path temporary = inPreparedFolder(target, () -> {
            Path file = temporaryFile(target);
            Files.copy(content, file);
            syncFile(file);
            return file;
        });
        replace(temporary, target);
    }

    private void replace(Path temporary, Path target)
            throws IOException
    {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        catch (IOException e) {
            deleteQuietly(temporary);
            throw e;
        }
        syncFolder(folderOf(target));
    }

    @Override
    public ListPage list(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax)
            throws IOException
    {
        if (countMax < 1 || countMax > LIST_COUNT_MAX) {
            throw new IllegalArgumentException("Cannot list %s: count %s is not within 1 to %s".formatted(folder, countMax, LIST_COUNT_MAX));
        }
        path(folder);
        Optional<String> after = startAfter.map(ObjectKey::value);
        List<ObjectHead> objects = new FolderWalk(root, this::sweep).list(folder, after, countMax + 1);
        boolean truncated = objects.size() > countMax;
        return new ListPage(truncated ? objects.subList(0, countMax) : objects, truncated, Optional.of(clock.instant()));
    }

    @Override
    public boolean listsWholeFolders()
    {
        return true;
    }

    @Override
    public void delete(Collection<ObjectKey> keys)
            throws IOException
    {
        for (ObjectKey key : keys) {
            Path path = path(key);
            try {
                if (!Files.isDirectory(path)) {
                    Files.deleteIfExists(path);
                }
            }
            catch (FileSystemException e) {
                if (!isAbsent(e)) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() {}

    @Override
    public String toString()
    {
        return "file:" + root;
    }

    private Path path(ObjectKey key)
            throws IOException
    {
        try {
            return root.resolve(key.value());
        }
        catch (InvalidPathException e) {
            throw new IOException("Cannot use object key '%s': the file system cannot name it, set a UTF-8 locale: %s".formatted(key, e.getMessage()), e);
        }
    }

    private Path writablePath(ObjectKey key)
            throws IOException
    {
        if (key.name().startsWith(TEMPORARY_PREFIX)) {
            throw new IllegalArgumentException("Cannot write object '%s': names that start with '%s' are the store's own".formatted(key, TEMPORARY_PREFIX));
        }
        return path(key);
    }

    private Path writeTemporary(Path target, byte[] content)
            throws IOException
    {
        return inPreparedFolder(target, () -> {
            Path file = temporaryFile(target);
            try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            catch (IOException e) {
                deleteQuietly(file);
                throw e;
            }
            return file;
        });
    }

    private Path temporaryFile(Path target)
    {
        byte[] bytes = new byte[12];
        random.nextBytes(bytes);
        return target.resolveSibling(TEMPORARY_PREFIX + HexFormat.of().formatHex(bytes));
    }

    private interface Write
    {
        Path run()
                throws IOException;
    }

    /**
     * Runs the write in the target's folder. The folder may have been removed since it was prepared: once more then.
     */
    private Path inPreparedFolder(Path target, Write write)
            throws IOException
    {
        Path folder = folderOf(target);
        prepareFolder(folder);
        try {
            return write.run();
        }
        catch (NoSuchFileException e) {
            preparedFolders.remove(folder);
            prepareFolder(folder);
            return write.run();
        }
    }

    /**
     * Makes the folder and its names durable up to the root, also when another process created them a moment ago.
     */
    private void prepareFolder(Path folder)
            throws IOException
    {
        if (preparedFolders.contains(folder)) {
            return;
        }
        List<Path> created = new ArrayList<>();
        for (Path missing = folder; missing != null && Files.notExists(missing); missing = missing.getParent()) {
            created.add(missing);
        }
        Files.createDirectories(folder);
        for (Path path = folder; path != null; path = path.getParent()) {
            Path parent = path.getParent();
            if (parent == null || (!created.contains(path) && !path.startsWith(root))) {
                break;
            }
            try {
                syncFolder(parent);
            }
            catch (AccessDeniedException e) {
                if (created.contains(path)) {
                    throw e;
                }
            }
        }
        if (preparedFolders.size() >= PREPARED_FOLDERS_MAX) {
            preparedFolders.clear();
        }
        preparedFolders.add(folder);
    }

    private void sweep(Path temporary)
    {
        try {
            long age = clock.millis() - Files.getLastModifiedTime(temporary).toMillis();
            if (age > TEMPORARY_MILLIS_MAX) {
                Files.deleteIfExists(temporary);
            }
        }
        catch (IOException e) {
            log.debug("Cannot sweep {}", temporary, e);
        }
    }

    private static Path folderOf(Path target)
    {
        return requireNonNull(target.getParent(), "folder is null");
    }

    private static void syncFolder(Path folder)
            throws IOException
    {
        try (FileChannel channel = FileChannel.open(folder, READ)) {
            channel.force(true);
        }
    }

    private static void syncFile(Path file)
            throws IOException
    {
        try (FileChannel channel = FileChannel.open(file, WRITE)) {
            channel.force(true);
        }
    }

    private static void deleteQuietly(Path file)
    {
        try {
            Files.deleteIfExists(file);
        }
        catch (IOException e) {
            log.debug("Cannot delete {}, it is swept later", file, e);
        }
    }

    private static byte[] readFully(FileChannel channel, long offset, int length)
            throws IOException
    {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, offset + buffer.position());
            if (count < 0) {
                throw new IOException("Cannot read %s bytes at %s: the file became shorter".formatted(length, offset));
            }
        }
        return buffer.array();
    }

    private static void checkRange(ObjectKey key, long offset, int length)
    {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("Cannot read object %s: range of %s bytes at %s".formatted(key, length, offset));
        }
    }

    private static Instant modified(BasicFileAttributes attributes)
    {
        return attributes.lastModifiedTime().toInstant();
    }

    private static ObjectStoreAccessException refused(ObjectKey key, IOException cause)
    {
        return new ObjectStoreAccessException("Cannot create object %s: %s".formatted(key, cause), cause);
    }

    private static FileNotFoundException absent(ObjectKey key)
    {
        return new FileNotFoundException("Cannot read object %s: it does not exist".formatted(key));
    }

    /**
     * Below a file there is nothing: that is as absent as a missing file.
     */
    private static boolean isAbsent(FileSystemException e)
    {
        String reason = e.getReason();
        return e instanceof NoSuchFileException || e instanceof NotDirectoryException || (reason != null && reason.equals("Not a directory"));
    }
}

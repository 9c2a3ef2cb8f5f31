package io.icegate.trino.catalog;

import com.google.common.base.CharMatcher;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectTail;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoredObject;
import io.trino.filesystem.FileEntry;
import io.trino.filesystem.FileIterator;
import io.trino.filesystem.FileMayHaveAlreadyExistedException;
import io.trino.filesystem.Location;
import io.trino.filesystem.TrinoFileSystem;
import io.trino.filesystem.TrinoInput;
import io.trino.filesystem.TrinoInputFile;
import org.jspecify.annotations.Nullable;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import static com.google.common.base.Preconditions.checkArgument;
import static java.lang.Math.min;
import static java.lang.Math.toIntExact;
import static java.util.Objects.requireNonNull;

/**
 * The port to the object store on Trino's file systems, so that the plugin needs no client of its own. Trino's S3 client
 * retries by itself: when a retry meets its own first attempt the answer is {@link PutOutcome#PRECONDITION_FAILED}, which
 * callers settle by reading back. Trino does not tell the store's clock.
 */
public final class TrinoObjectStore
        implements ObjectStore
{
    private final TrinoFileSystem fileSystem;
    private final String root;

    /**
     * @param root location of the warehouse, without a slash at the end
     */
    public TrinoObjectStore(TrinoFileSystem fileSystem, String root)
    {
        this.fileSystem = requireNonNull(fileSystem, "fileSystem is null");
        this.root = requireNonNull(root, "root is null");
    }

    @Override
    public Optional<StoredObject> get(ObjectKey key)
            throws IOException
    {
        TrinoInputFile file = file(key);
        try (InputStream stream = file.newStream()) {
            byte[] content = stream.readAllBytes();
            return Optional.of(new StoredObject(key, content, file.lastModified()));
        }
        catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    @Override
    public StoredObject read(ObjectKey key, long offset, int length)
            throws IOException
    {
        checkArgument(offset >= 0 && length >= 0, "Cannot read %s bytes at %s of %s", length, offset, key);
        TrinoInputFile file = file(key);
        long size = file.length();
        int available = toIntExact(min(length, Math.max(0, size - offset)));
        byte[] content = new byte[available];
        if (available > 0) {
            try (TrinoInput input = file.newInput()) {
                input.readFully(offset, content, 0, available);
            }
        }
        return new StoredObject(key, content, file.lastModified());
    }

    @Override
    public Optional<ObjectTail> tail(ObjectKey key, int length)
            throws IOException
    {
        checkArgument(length > 0, "Cannot read the last %s bytes of %s", length, key);
        TrinoInputFile file = file(key);
        try (TrinoInput input = file.newInput()) {
            // first, because it tells alone that nothing is there
            byte[] content = new byte[length];
            content = Arrays.copyOf(content, input.readTail(content, 0, length));
            return Optional.of(new ObjectTail(new ObjectHead(key, file.length(), file.lastModified()), content));
        }
        catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, byte[] content)
    {
        try {
            fileSystem.newOutputFile(location(key)).createExclusive(content);
            return PutOutcome.WRITTEN;
        }
        catch (FileMayHaveAlreadyExistedException | FileAlreadyExistsException e) {
            return PutOutcome.PRECONDITION_FAILED;
        }
        catch (IOException e) {
            return PutOutcome.UNKNOWN;
        }
    }

    @Override
    public void put(ObjectKey key, byte[] content)
            throws IOException
    {
        fileSystem.newOutputFile(location(key)).createOrOverwrite(content);
    }

    @Override
    public ListPage list(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax)
            throws IOException
    {
        checkArgument(countMax >= 1 && countMax <= LIST_COUNT_MAX, "Cannot list %s objects: it must be 1 to %s", countMax, LIST_COUNT_MAX);
        String prefix = folder.value() + "/";
        @Nullable String after = startAfter.map(ObjectKey::value).orElse(null);
        String startingFrom = "";
        if (after != null) {
            if (after.startsWith(prefix)) {
                startingFrom = asciiPart(after.substring(prefix.length()));
            }
            else if (ObjectKey.compareValues(after, prefix) > 0) {
                return new ListPage(List.of(), false, Optional.empty());
            }
        }
        List<ObjectHead> found = new ArrayList<>();
        FileIterator files = fileSystem.listFilesStartingFrom(location(folder), startingFrom);
        while (files.hasNext()) {
            FileEntry entry = files.next();
            Optional<ObjectKey> listed = key(entry.location());
            if (listed.isEmpty()) {
                continue; // a foreign file whose name we never give
            }
            ObjectKey key = listed.orElseThrow();
            if (after != null && ObjectKey.compareValues(key.value(), after) <= 0) {
                continue;
            }
            if (found.size() == countMax) {
                return new ListPage(found, true, Optional.empty());
            }
            found.add(new ObjectHead(key, entry.length(), entry.lastModified()));
        }
        return new ListPage(found, false, Optional.empty());
    }

    @Override
    public Optional<ObjectHead> head(ObjectKey key)
            throws IOException
    {
        TrinoInputFile file = file(key);
        try {
            return file.exists() ? Optional.of(new ObjectHead(key, file.length(), file.lastModified())) : Optional.empty();
        }
        catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    @Override
    public void delete(Collection<ObjectKey> keys)
            throws IOException
    {
        fileSystem.deleteFiles(keys.stream().map(this::location).toList());
    }

    @Override
    public void close() {}

    /**
     * Trino starts a listing at ASCII names only; an earlier start lists more, which {@link #list} leaves out again.
     */
    private static String asciiPart(String name)
    {
        int length = CharMatcher.ascii().negate().indexIn(name);
        return length < 0 ? name : name.substring(0, length);
    }

    private TrinoInputFile file(ObjectKey key)
    {
        return fileSystem.newInputFile(location(key));
    }

    private Location location(ObjectKey key)
    {
        return Location.of(root + "/" + key.value());
    }

    private Optional<ObjectKey> key(Location location)
    {
        String text = location.toString();
        if (!text.startsWith(root + "/")) {
            throw new IllegalStateException("Cannot list %s: the file system answered %s".formatted(root, text));
        }
        return ObjectKey.ofForeign(text.substring(root.length() + 1));
    }
}

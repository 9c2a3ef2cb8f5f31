package io.icegate.objectstore.local;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;

import static io.icegate.objectstore.local.LocalObjectStore.TEMPORARY_PREFIX;
import static java.util.Objects.requireNonNull;

/**
 * Files below a folder in key order. A folder sorts as its name with a slash, which is later than the bare name, so an
 * entry is looked at (one stat) only when its bare name is the smallest left: folders whose keys all lie at or before the
 * start are never opened, and a page costs as many stats as it has entries.
 */
final class FolderWalk
{
    private final Path root;
    private final Consumer<Path> onTemporary;

    FolderWalk(Path root, Consumer<Path> onTemporary)
    {
        this.root = requireNonNull(root, "root is null");
        this.onTemporary = requireNonNull(onTemporary, "onTemporary is null");
    }

    List<ObjectHead> list(ObjectKey folder, Optional<String> startAfter, int countMax)
            throws IOException
    {
        List<ObjectHead> found = new ArrayList<>();
        Comparator<String> order = ObjectKey::compareValues;
        PriorityQueue<String> pending = new PriorityQueue<>(order);
        pending.add(folder.value() + "/");
        while (found.size() < countMax) {
            String next = pending.poll();
            if (next == null) {
                break;
            }
            if (next.endsWith("/")) {
                addChildren(next, startAfter, pending);
                continue;
            }
            Optional<BasicFileAttributes> attributes = attributes(root.resolve(next));
            if (attributes.isEmpty()) {
                continue;
            }
            if (attributes.orElseThrow().isDirectory()) {
                pending.add(next + "/");
            }
            else if (attributes.orElseThrow().isRegularFile() && startAfter.map(after -> ObjectKey.compareValues(next, after) > 0).orElse(true)) {
                BasicFileAttributes file = attributes.orElseThrow();
                ObjectKey.ofForeign(next).ifPresent(key -> found.add(new ObjectHead(key, file.size(), file.lastModifiedTime().toInstant())));
            }
        }
        return found;
    }

    private void addChildren(String prefix, Optional<String> startAfter, PriorityQueue<String> pending)
            throws IOException
    {
        if (startAfter.map(after -> isBehind(prefix, after)).orElse(false)) {
            return;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(root.resolve(prefix.substring(0, prefix.length() - 1)))) {
            for (Path child : children) {
                String name = child.getFileName().toString();
                if (name.startsWith(TEMPORARY_PREFIX)) {
                    onTemporary.accept(child);
                    continue;
                }
                String key = prefix + name;
                boolean behind = startAfter.map(after -> ObjectKey.compareValues(key, after) <= 0 && isBehind(key + "/", after)).orElse(false);
                if (!behind) {
                    pending.add(key);
                }
            }
        }
        catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        catch (NoSuchFileException | NotDirectoryException e) {
            // a folder without objects does not exist for a store
        }
    }

    /**
     * True when every key below the folder is at or before the start.
     */
    private static boolean isBehind(String folderPrefix, String startAfter)
    {
        return ObjectKey.compareValues(folderPrefix, startAfter) <= 0 && !startAfter.startsWith(folderPrefix);
    }

    private static Optional<BasicFileAttributes> attributes(Path path)
            throws IOException
    {
        try {
            return Optional.of(Files.readAttributes(path, BasicFileAttributes.class));
        }
        catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }
}

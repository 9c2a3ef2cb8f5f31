package io.icegate.objectstore.local;

import io.icegate.objectstore.AbstractTestObjectStore;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreAccessException;
import io.icegate.objectstore.PutOutcome;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestLocalObjectStore
        extends AbstractTestObjectStore
{
    @TempDir
    private Path folder;

    @Override
    protected ObjectStore createStore()
    {
        return new LocalObjectStore(folder.resolve("not/yet/there"));
    }

    @Override
    protected ObjectStore reopen(ObjectStore first)
    {
        return createStore();
    }

    @Override
    @Test
    protected void testUnusualKeys()
            throws IOException
    {
        Assumptions.assumeTrue(canName("ümläut"), "file names beyond ASCII need a UTF-8 locale");
        super.testUnusualKeys();
    }

    /**
     * What the JVM does decides: the property sun.jnu.encoding is overwritten by the build.
     */
    private static boolean canName(String name)
    {
        try {
            return Path.of(name).toString().equals(name);
        }
        catch (InvalidPathException e) {
            return false;
        }
    }

    @Test
    void testNothingIsLeftBehind()
            throws IOException
    {
        ObjectKey key = FOLDER.child("a");
        store().putIfAbsent(key, bytes("1"));
        store().putIfAbsent(key, bytes("2"));
        store().put(key, bytes("3"));
        assertThat(namesIn(path(FOLDER))).containsExactly("a");
    }

    @Test
    void testTemporaryFilesAreHiddenAndSwept()
            throws IOException
    {
        Instant now = Instant.parse("2026-01-02T03:04:05Z");
        LocalObjectStore store = new LocalObjectStore(folder, InstantSource.fixed(now), new Random(1));
        store.put(new ObjectKey("f/a"), bytes("x"));
        Path old = Files.writeString(folder.resolve("f/.tmp-old"), "crashed");
        Path recent = Files.writeString(folder.resolve("f/.tmp-recent"), "being written");
        Files.setLastModifiedTime(old, FileTime.from(now.minusMillis(LocalObjectStore.TEMPORARY_MILLIS_MAX + 1)));
        Files.setLastModifiedTime(recent, FileTime.from(now.minusMillis(LocalObjectStore.TEMPORARY_MILLIS_MAX)));

        ListPage page = store.list(new ObjectKey("f"), Optional.empty(), 10);
        assertThat(page.objects()).extracting(object -> object.key().name()).containsExactly("a");
        assertThat(page.storeTime()).contains(now);
        assertThat(namesIn(folder.resolve("f"))).containsExactly(".tmp-recent", "a");
        assertThatThrownBy(() -> store.put(new ObjectKey("f/.tmp-mine"), bytes("x"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Cannot write object 'f/.tmp-mine'");
    }

    @Test
    void testListingOpensNoFolderBeforeTheStart()
            throws IOException
    {
        LocalObjectStore store = new LocalObjectStore(folder);
        for (int i = 0; i < 5; i++) {
            store.put(new ObjectKey("f/%s/x".formatted(i)), bytes("x"));
        }
        store.put(new ObjectKey("f/3/sub/y"), bytes("x"));
        // the walk reports temporary files of the folders that it opens
        List<Path> opened = new ArrayList<>();
        Files.createFile(folder.resolve("f/0/.tmp-0"));
        Files.createFile(folder.resolve("f/3/.tmp-3"));
        Files.createFile(folder.resolve("f/4/.tmp-4"));
        assertThat(new FolderWalk(folder, opened::add).list(new ObjectKey("f"), Optional.of("f/3/sub"), 1))
                .extracting(object -> object.key().value()).containsExactly("f/3/sub/y");
        assertThat(opened).as("folders opened").containsExactly(folder.resolve("f/3/.tmp-3"));
    }

    @Test
    void testFolderRemovedMeanwhile()
            throws IOException
    {
        store().put(FOLDER.child("a"), bytes("1"));
        Files.delete(path(FOLDER.child("a")));
        Files.delete(path(FOLDER));
        assertThat(store().putIfAbsent(FOLDER.child("a"), bytes("2"))).isEqualTo(PutOutcome.WRITTEN);
        assertContent(FOLDER.child("a"), "2");
    }

    @Test
    void testRefusals()
            throws IOException
    {
        store().put(FOLDER.child("file"), bytes("x"));
        store().put(FOLDER.child("folder/file"), bytes("x"));
        assertThatThrownBy(() -> store().putIfAbsent(FOLDER.child("file/below"), bytes("x")))
                .isInstanceOf(ObjectStoreAccessException.class).hasMessageContaining("Cannot create object contract/folder/file/below");
        assertThatThrownBy(() -> store().putIfAbsent(FOLDER.child("folder"), bytes("x")))
                .isInstanceOf(ObjectStoreAccessException.class).hasMessageContaining("Cannot create object contract/folder/folder");
        assertThatThrownBy(() -> store().put(FOLDER.child("file/below"), bytes("x"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> store().put(FOLDER.child("folder"), bytes("x"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> store().putIfAbsent(FOLDER.child("n".repeat(256)), bytes("x"))).isInstanceOf(ObjectStoreAccessException.class);
        assertThat(namesIn(path(FOLDER))).containsExactly("file", "folder");
    }

    @Test
    void testInterrupt()
            throws IOException
    {
        store().put(FOLDER.child("other"), bytes("x"));
        Thread.currentThread().interrupt();
        PutOutcome outcome = store().putIfAbsent(FOLDER.child("key"), bytes("x"));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(outcome).isEqualTo(PutOutcome.UNKNOWN);
        assertThat(namesIn(path(FOLDER))).containsExactly("other");
        assertThat(store().putIfAbsent(FOLDER.child("key"), bytes("x"))).isEqualTo(PutOutcome.WRITTEN);
    }

    @Test
    void testFileSystemWithoutHardLinks()
            throws IOException
    {
        // the JDK's zip file system has none
        Path zip = folder.resolve("no-links.zip");
        try (FileSystem zipFileSystem = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            LocalObjectStore store = new LocalObjectStore(zipFileSystem.getPath("/wh"));
            assertThatThrownBy(() -> store.putIfAbsent(FOLDER.child("a"), bytes("x")))
                    .isInstanceOf(ObjectStoreAccessException.class);
        }
    }

    @Test
    void testFailedLinkIsNoAnswer()
    {
        for (String reason : List.of("Input/output error", "Stale file handle", "Connection timed out")) {
            // once the name was made and the answer got lost, once it was not made
            for (boolean linked : List.of(true, false)) {
                LocalObjectStore store = new LocalObjectStore(folder.resolve(reason.replace('/', '-') + linked), InstantSource.system(), new Random(1), (name, existing) -> {
                    if (linked) {
                        Files.createLink(name, existing);
                    }
                    throw new FileSystemException(name.toString(), existing.toString(), reason);
                });
                assertThat(store.putIfAbsent(FOLDER.child("a"), bytes("x"))).as(reason).isEqualTo(PutOutcome.UNKNOWN);
            }
        }
        for (String reason : List.of("Operation not permitted", "No space left on device")) {
            LocalObjectStore store = new LocalObjectStore(folder, InstantSource.system(), new Random(1), (name, existing) -> {
                throw new FileSystemException(name.toString(), existing.toString(), reason);
            });
            assertThatThrownBy(() -> store.putIfAbsent(FOLDER.child("a"), bytes("x")))
                    .isInstanceOf(ObjectStoreAccessException.class).hasMessageContaining("does not make hard links");
        }
    }

    private Path path(ObjectKey key)
    {
        return folder.resolve("not/yet/there").resolve(key.value());
    }

    private static List<String> namesIn(Path path)
            throws IOException
    {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}

package io.icegate.trino.catalog;

import io.icegate.objectstore.AbstractTestObjectStore;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.PutOutcome;
import io.trino.filesystem.Location;
import io.trino.filesystem.memory.MemoryFileSystem;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The contract of a store on one of Trino's file systems that has put-if-absent.
 */
final class TestTrinoObjectStore
        extends AbstractTestObjectStore
{
    @Override
    protected ObjectStore createStore()
    {
        return new TrinoObjectStore(new MemoryFileSystem(), "memory:///warehouse");
    }

    @Test
    void testForeignKeysAreNotListed()
            throws IOException
    {
        MemoryFileSystem fileSystem = new MemoryFileSystem();
        try (ObjectStore store = new TrinoObjectStore(fileSystem, "memory:///warehouse")) {
            store.put(FOLDER.child("b"), new byte[0]);
            fileSystem.newOutputFile(Location.of("memory:///warehouse/" + FOLDER + "/a//b")).createOrOverwrite(new byte[0]);
            store.put(FOLDER.child("c"), new byte[0]);
            assertThat(store.list(FOLDER, Optional.empty(), 100).objects()).extracting(head -> head.key().name()).containsExactly("b", "c");
            assertThat(store.list(FOLDER, Optional.empty(), 1).truncated()).isTrue();
        }
    }

    /**
     * ASCII names only: Trino's file systems agree on the order of no others, and this one sorts them by UTF-16.
     */
    @Override
    @Test
    protected void testUnusualKeys()
            throws IOException
    {
        List<String> names = List.of("a&b=c?d#e", "percent%20sign", "plus+sign", "quote'\"<>", "semi;colon:at@", "trailing.", "with space", "~tilde");
        try (ObjectStore store = createStore()) {
            for (String name : names) {
                assertThat(store.putIfAbsent(FOLDER.child(name), name.getBytes(UTF_8))).as(name).isEqualTo(PutOutcome.WRITTEN);
                assertThat(store.putIfAbsent(FOLDER.child(name), new byte[0])).as(name).isEqualTo(PutOutcome.PRECONDITION_FAILED);
            }
            assertThat(store.list(FOLDER, Optional.empty(), 100).objects()).extracting(head -> head.key().name()).containsExactlyElementsOf(names);
        }
    }
}

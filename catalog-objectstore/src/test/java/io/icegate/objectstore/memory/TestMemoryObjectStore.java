package io.icegate.objectstore.memory;

import io.icegate.objectstore.AbstractTestObjectStore;
import io.icegate.objectstore.ObjectStore;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

final class TestMemoryObjectStore
        extends AbstractTestObjectStore
{
    @Override
    protected ObjectStore createStore()
    {
        return new MemoryObjectStore(InstantSource.system());
    }

    @Test
    void testNamedStoreIsShared()
    {
        try {
            MemoryObjectStore store = MemoryObjectStore.named("test-named");
            store.put(FOLDER, bytes("x"));
            assertThat(MemoryObjectStore.named("test-named")).isSameAs(store);
            assertThat(MemoryObjectStore.named("test-named-other").get(FOLDER)).isEmpty();
        }
        finally {
            MemoryObjectStore.forget("test-named");
            MemoryObjectStore.forget("test-named-other");
        }
        assertThat(MemoryObjectStore.named("test-named").get(FOLDER)).isEmpty();
        MemoryObjectStore.forget("test-named");
    }

    @Test
    void testTimesAreTheClocks()
    {
        Instant now = Instant.parse("2026-01-02T03:04:05Z");
        MemoryObjectStore store = new MemoryObjectStore(InstantSource.fixed(now));
        store.put(FOLDER.child("a"), bytes("x"));
        assertThat(store.head(FOLDER.child("a")).orElseThrow().lastModified()).isEqualTo(now);
        assertThat(store.list(FOLDER, Optional.empty(), 1).storeTime()).contains(now);
    }
}

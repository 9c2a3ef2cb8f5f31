package io.icegate.objectstore.fault;

import io.icegate.objectstore.AbstractTestObjectStore;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestTracingObjectStore
        extends AbstractTestObjectStore
{
    @Override
    protected ObjectStore createStore()
    {
        return new TracingObjectStore(new MemoryObjectStore(InstantSource.system()));
    }

    @Test
    void testRequests()
            throws IOException
    {
        TracingObjectStore store = (TracingObjectStore) store();
        store.putIfAbsent(FOLDER, bytes("x"));
        store.put(FOLDER, bytes("x"));
        store.get(FOLDER);
        store.read(FOLDER, 0, 1);
        store.head(FOLDER);
        store.list(FOLDER, Optional.empty(), 1);
        assertThatThrownBy(() -> store.read(FOLDER.child("missing"), 0, 1)).isInstanceOf(IOException.class);
        store.delete(List.of(FOLDER, FOLDER.child("a")));
        List<StoreRequest> expected = List.of(
                StoreRequest.putIfAbsent(FOLDER),
                StoreRequest.put(FOLDER),
                StoreRequest.get(FOLDER),
                StoreRequest.read(FOLDER),
                StoreRequest.head(FOLDER),
                StoreRequest.list(FOLDER),
                StoreRequest.read(FOLDER.child("missing")),
                StoreRequest.delete(List.of(FOLDER, FOLDER.child("a"))));
        assertThat(store.requests()).isEqualTo(expected);
        assertThat(store.takeRequests()).isEqualTo(expected);
        assertThat(store.requests()).isEmpty();
    }
}

package io.icegate.objectstore.fault;

import io.icegate.objectstore.AbstractTestObjectStore;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

final class TestLatencyObjectStore
        extends AbstractTestObjectStore
{
    @Override
    protected ObjectStore createStore()
    {
        return LatencyObjectStore.of(new MemoryObjectStore(InstantSource.system()), Duration.ofNanos(2000), Duration.ofNanos(4000));
    }

    @Test
    void testHalfOnEachWay()
            throws IOException
    {
        List<String> events = new ArrayList<>();
        MemoryObjectStore memory = new MemoryObjectStore(InstantSource.system());
        ObjectStore store = new LatencyObjectStore(
                memory,
                Map.of(StoreOperation.PUT_IF_ABSENT, Duration.ofMillis(60), StoreOperation.GET, Duration.ofMillis(12)),
                duration -> events.add(duration.toMillis() + " " + memory.get(FOLDER).isPresent()));
        assertThat(store.putIfAbsent(FOLDER, bytes("x"))).isEqualTo(PutOutcome.WRITTEN);
        assertThat(store.get(FOLDER)).isPresent();
        assertThat(store.head(FOLDER)).isPresent();
        assertThat(events).containsExactly("30 false", "30 true", "6 true", "6 true");
    }
}

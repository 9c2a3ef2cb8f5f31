package io.icegate.standalone;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.time.InstantSource;
import java.util.UUID;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

final class TestWritersOfWarehouse
{
    private static final String DAMAGED = "0198a1b2-0000-7000-8000-000000000001";
    private static final String READABLE = "0198a1b2-0000-7000-8000-000000000002";

    private final MemoryObjectStore store = new MemoryObjectStore(InstantSource.system());
    private final Warehouse warehouse = new Warehouse("memory:" + UUID.randomUUID(), store);

    @Test
    void testDamagedEntryHidesNoOtherWriter()
    {
        put(DAMAGED, "{\"format\":1");
        put(READABLE, "{\"format\":1,\"writer\":\"%s\",\"started\":\"2026-11-21T12:00:00Z\",\"host\":\"node-7\",\"build\":\"0.1\",\"tables\":[]}".formatted(READABLE));
        assertThat(WritersOfWarehouse.rows(warehouse)).extracting(row -> row.get(0), row -> row.get(2), row -> row.get(3)).containsExactlyInAnyOrder(
                tuple(DAMAGED, "unreadable", ""),
                tuple(READABLE, "alive", "node-7"));
    }

    private void put(String writer, String entry)
    {
        store.putIfAbsent(new ObjectKey("_wal/v1/_writers/%s.json".formatted(writer)), entry.getBytes(UTF_8));
    }
}

package io.icegate.receiver;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.StoredObject;
import io.icegate.warehouse.Warehouses;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

import static io.icegate.receiver.Deadlines.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A segment that something damaged in the store: its writer's later segments wait for the operator, everybody else's are
 * committed, and nothing is lost once the object is back.
 */
final class TestCorruptSegment
{
    private static final String SECOND = "00000000000000000001.parquet";

    private final String warehouse = "memory:" + UUID.randomUUID();
    private final ObjectStore store = Warehouses.open(warehouse, Map.of()).store();

    @Test
    void testTruncated()
            throws Exception
    {
        testDamaged(content -> Arrays.copyOf(content, content.length - 100));
    }

    @Test
    void testFlippedBitInTheFooter()
            throws Exception
    {
        testDamaged(content -> {
            byte[] flipped = content.clone();
            flipped[content.length - 200] ^= 1;
            return flipped;
        });
    }

    @Test
    void testNoParquetAtAll()
            throws Exception
    {
        testDamaged(content -> new byte[content.length]);
    }

    private void testDamaged(UnaryOperator<byte[]> damage)
            throws Exception
    {
        try (ReceiverServer server = start(false); LogsClient client = LogsClient.of(server)) {
            client.export("damaged-0");
            client.export("damaged-1");
            client.export("damaged-2");
        }
        ObjectKey key = segment();
        StoredObject whole = store.get(key).orElseThrow();
        try (ReceiverServer server = start(false); LogsClient client = LogsClient.of(server)) {
            client.export("other-0");
            client.export("other-1");
        }
        store.put(key, damage.apply(whole.content()));

        try (ReceiverServer server = start(true); LogsClient client = LogsClient.of(server)) {
            client.export("beside");
            eventually(
                    "what the others wrote, and what is before the damage, is committed",
                    () -> StoredLogs.read(warehouse).committed().containsAll(List.of("damaged-0", "other-0", "other-1", "beside")));
            eventually("the damage is told", () -> client.page("/metrics").body().contains("icegate_wal_corrupt_writers{table=\"logs\"} 1.0"));
            client.export("after");
            eventually("commits go on", () -> StoredLogs.read(warehouse).committed().contains("after"));
            assertThat(StoredLogs.read(warehouse).all()).as("nothing is stepped over").containsExactlyInAnyOrder("damaged-0", "other-0", "other-1", "beside", "after");

            store.put(key, whole.content());
            eventually("all is committed once the object is back", () -> StoredLogs.read(warehouse).committed().size() == 7);
            assertThat(StoredLogs.read(warehouse).all())
                    .containsExactlyInAnyOrder("damaged-0", "damaged-1", "damaged-2", "other-0", "other-1", "beside", "after");
            eventually("and the alarm ends", () -> client.page("/metrics").body().contains("icegate_wal_corrupt_writers{table=\"logs\"} 0.0"));
        }
    }

    /**
     * The second segment of the only writer.
     */
    private ObjectKey segment()
            throws IOException
    {
        return store.list(new ObjectKey("_wal/v1"), Optional.empty(), 1_000).objects().stream()
                .map(ObjectHead::key)
                .filter(key -> key.name().equals(SECOND))
                .findFirst()
                .orElseThrow();
    }

    private ReceiverServer start(boolean commits)
    {
        return ReceiverServer.start(TestingReceiver.config(warehouse, Map.of(
                "icegate.tenant.default", "acme",
                "icegate.commit.enabled", Boolean.toString(commits),
                "icegate.commit.interval", "100ms")));
    }
}

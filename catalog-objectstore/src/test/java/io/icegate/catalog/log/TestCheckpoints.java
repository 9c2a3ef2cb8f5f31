package io.icegate.catalog.log;

import io.icegate.catalog.state.CatalogChanges;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.ObjectKind;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import static io.icegate.catalog.log.LogFixture.put;
import static org.assertj.core.api.Assertions.assertThat;

final class TestCheckpoints
{
    @Test
    void testDueByCountAndBytes()
    {
        CheckpointSchedule schedule = new CheckpointSchedule();
        schedule.known(1000, 6400);
        for (int i = 1; i <= 256; i++) {
            schedule.applied(1000 + i, 50);
            schedule.applied(1000 + i, 50); // told twice, counted once
        }
        assertThat(schedule.isDue(1064)).as("64 records of 3,200 bytes do not outweigh 6,400").isFalse();
        assertThat(schedule.isDue(1128)).as("128 records weigh as much").isFalse();
        assertThat(schedule.isDue(1129)).as("129 weigh more").isTrue();

        schedule.known(1129, 1_000_000);
        for (int i = 1; i <= 256; i++) {
            schedule.applied(1129 + i, 50);
        }
        assertThat(schedule.isDue(1129 + 255)).isFalse();
        assertThat(schedule.isDue(1129 + 256)).as("at the latest after 256").isTrue();

        schedule.known(2000, 10);
        for (int i = 1; i <= 64; i++) {
            schedule.applied(2000 + i, 50);
        }
        assertThat(schedule.isDue(2063)).as("at the earliest after 64").isFalse();
        assertThat(schedule.isDue(2064)).isTrue();
    }

    @Test
    void testBytesAreAFunctionOfTheLog()
    {
        TestingTime time = new TestingTime();
        MemoryObjectStore store = new MemoryObjectStore(time);
        for (int half = 0; half < 2; half++) {
            // closing waits for the checkpoints that are due, however late their threads get a turn
            try (CatalogLog first = LogFixture.open(store, time.environment(1 + 2 * half)); CatalogLog second = LogFixture.open(store, time.environment(2 + 2 * half))) {
                for (int i = 1 + 250 * half; i <= 250 + 250 * half; i++) {
                    (i % 3 == 0 ? first : second).commit(put(i % 11, "location " + i));
                    time.advance(Duration.ofSeconds(20)); // ids leave the window of an hour
                }
            }
        }
        List<ObjectHead> checkpoints = store.list(CatalogLayout.CHECKPOINTS, Optional.empty(), 1000).objects();
        assertThat(checkpoints).as("each log writes at most one in 64 versions").hasSizeBetween(2, 2 * (500 / 64));
        CatalogState state = CatalogState.empty();
        Set<ObjectKey> keys = Set.copyOf(checkpoints.stream().map(ObjectHead::key).toList());
        for (int version = 1; version <= 500; version++) {
            state = state.replay(CatalogRecordParser.fromJson(version, store.get(CatalogLayout.record(version)).orElseThrow().content()), CatalogFormat.IDEMPOTENCY_WINDOW);
            ObjectKey key = CatalogLayout.checkpoint(version);
            if (keys.contains(key)) {
                byte[] written = store.get(key).orElseThrow().content();
                assertThat(written).isEqualTo(CheckpointParser.toJson(state));
                assertThat(CheckpointParser.toJson(CheckpointParser.fromJson(version, written))).isEqualTo(written);
            }
        }
        assertThat(state.transactions().records().size()).isEqualTo(181); // of 3,600 s, both ends
    }

    @Test
    void testThinning()
    {
        Instant now = Instant.parse("2026-11-21T12:30:00Z");
        List<ObjectHead> heads = new ArrayList<>();
        int count = 6 * 24 * 10; // ten days, one every ten minutes
        for (int i = 0; i < count; i++) {
            heads.add(new ObjectHead(CatalogLayout.checkpoint(i + 1), 10, now.minus(Duration.ofMinutes(10L * (count - 1 - i)))));
        }
        List<ObjectKey> surplus = CheckpointWriter.surplus(heads);
        List<ObjectHead> kept = heads.stream().filter(head -> !surplus.contains(head.key())).toList();
        assertThat(kept.subList(kept.size() - 64, kept.size())).isEqualTo(heads.subList(count - 64, count));
        // 64 cover ten and a half hours; the rest of a day is hourly, then daily
        assertThat(kept.stream().filter(head -> head.lastModified().isBefore(now.minus(Duration.ofMinutes(640))) && !head.lastModified().isBefore(now.minus(Duration.ofDays(1)))).count()).isBetween(13L, 15L);
        assertThat(kept.stream().filter(head -> head.lastModified().isBefore(now.minus(Duration.ofDays(1)))).count()).isBetween(9L, 10L);

        List<ObjectHead> thinned = new ArrayList<>(kept);
        assertThat(CheckpointWriter.surplus(thinned)).as("thinning again finds nothing").isEmpty();
        assertThat(CheckpointWriter.surplus(heads.subList(0, 64))).isEmpty();
    }

    @Test
    void testFoldersAreInCheckpoints()
    {
        Namespace otel = Namespace.of("otel");
        TableIdentifier name = TableIdentifier.of(otel, "logs");
        CatalogObject logs = new CatalogObject(ObjectKind.TABLE, new UUID(0, 1), "memory:a/logs/metadata/1", Set.of("memory:a/logs", "memory:a/logs/data", "memory:b"));
        CatalogState state = CatalogState.empty()
                .with(CatalogChanges.createNamespace(CatalogState.empty(), otel, Map.of()));
        state = state.with(CatalogChanges.put(state, name, logs, Optional.empty()));
        CatalogState restored = CheckpointParser.fromJson(0, CheckpointParser.toJson(state));
        assertThat(restored.object(name)).contains(logs);
        assertThat(logs.folders()).containsExactly("memory:a/logs", "memory:b");
        assertThat(restored.folderOwner("memory:b/x")).contains(name);
        assertThat(restored.folderOwner("memory:a")).contains(name);
        assertThat(restored.folderOwner("memory:a/logs2")).isEmpty();
    }
}

package io.icegate.catalog.log;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.exceptions.NotFoundException;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static io.icegate.catalog.log.LogFixture.location;
import static io.icegate.catalog.log.LogFixture.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestRecordCollector
{
    private static final Duration RETENTION = CatalogFormat.RETENTION;

    private final TestingTime time = new TestingTime();
    private final MemoryObjectStore store = new MemoryObjectStore(time);
    private int opened;

    /**
     * A month of commits keeps a week of records, and every state of that week.
     */
    @Test
    void testLogHoldsTheRetention()
    {
        try (CatalogLog log = open()) {
            List<Long> kept = new ArrayList<>();
            for (int day = 0; day < 30; day++) {
                for (int commit = 0; commit < 100; commit++) {
                    time.advance(Duration.ofDays(1).dividedBy(100));
                    log.commit(put(1, "day " + day + " " + commit));
                }
                log.collect(unnamed -> {});
                kept.add((long) versions(CatalogLayout.LOG).size());
            }
            // the floor is a checkpoint: up to 256 records more than the retention has
            assertThat(kept.subList(15, 30)).allMatch(count -> count >= 700 && count <= 700 + CheckpointSchedule.RECORDS_MAX + 100);
            assertThat(versions(CatalogLayout.FLOORS)).hasSize(1);
            assertThat(versions(CatalogLayout.CHECKPOINTS)).hasSizeLessThan(CheckpointWriter.KEPT_NEWEST + 1);
            long newest = log.state().version();
            for (long version = newest - 699; version <= newest; version += 53) {
                assertThat(log.stateAt(version).version()).isEqualTo(version);
            }
            try (CatalogLog cold = open()) {
                assertThat(location(cold.state(), 1)).contains("day 29 99");
                assertThat(location(cold.stateAsOf(time.instant().minus(RETENTION).plus(Duration.ofMinutes(30))), 1)).hasValueSatisfying(name -> assertThat(name).startsWith("day 23 "));
                assertThatThrownBy(() -> cold.stateAt(1_000)).isInstanceOf(NotFoundException.class).hasMessageContaining("version collected");
            }
        }
    }

    @Test
    void testNothingYoungerThanTheRetentionGoes()
    {
        try (CatalogLog log = open()) {
            for (int commit = 0; commit < 300; commit++) {
                log.commit(put(1, "a " + commit));
            }
            time.advance(RETENTION);
            assertThat(log.collect(unnamed -> {})).isZero();
            assertThat(versions(CatalogLayout.LOG)).hasSize(300);
            time.advance(Duration.ofMinutes(2));
            assertThat(log.collect(unnamed -> {})).isPositive();
            assertThat(versions(CatalogLayout.LOG).size()).isLessThan(300 - CheckpointSchedule.RECORDS_MIN);
            assertThat(location(log.state(), 1)).contains("a 299");
            assertThat(log.commit(put(1, "b")).version()).isEqualTo(301);
            assertThat(log.collect(unnamed -> {})).isZero();
        }
    }

    /**
     * A process that died between the floor and the last deletion.
     */
    @Test
    void testUnfinishedCollectionIsFinished()
    {
        try (CatalogLog log = open()) {
            for (int commit = 0; commit < 300; commit++) {
                log.commit(put(1, "a " + commit));
            }
            time.advance(RETENTION.plusDays(1));
            List<Long> checkpoints = versions(CatalogLayout.CHECKPOINTS);
            long floor = checkpoints.get(checkpoints.size() - 1);
            store.putIfAbsent(CatalogLayout.floor(floor), new byte[0]);
            for (long version = 1; version < floor; version += 2) {
                store.delete(List.of(CatalogLayout.record(version)));
            }
            assertThat(log.collect(unnamed -> {})).isPositive();
            assertThat(versions(CatalogLayout.LOG)).allMatch(version -> version > floor);
            try (CatalogLog cold = open()) {
                assertThat(location(cold.state(), 1)).contains("a 299");
            }
        }
    }

    private CatalogLog open()
    {
        opened++;
        return LogFixture.open(store, time.environment(opened));
    }

    private List<Long> versions(ObjectKey folder)
    {
        List<Long> versions = new ArrayList<>();
        Optional<ObjectKey> last = Optional.empty();
        while (true) {
            var page = store.list(folder, last, ObjectStore.LIST_COUNT_MAX);
            for (ObjectHead head : page.objects()) {
                versions.add(CatalogLayout.version(head.key()).orElseThrow());
                last = Optional.of(head.key());
            }
            if (!page.truncated()) {
                return versions;
            }
        }
    }
}

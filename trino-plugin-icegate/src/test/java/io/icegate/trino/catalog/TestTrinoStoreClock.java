package io.icegate.trino.catalog;

import io.icegate.catalog.log.CatalogEnvironment;
import io.icegate.catalog.log.CatalogFormat;
import io.icegate.catalog.log.CatalogLog;
import io.icegate.catalog.state.CatalogChange.NamespaceChange;
import io.icegate.objectstore.Sleeper;
import io.trino.filesystem.memory.MemoryFileSystem;
import org.apache.iceberg.catalog.Namespace;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Trino's file systems tell no time with a listing, which says nothing about the clock of this process.
 */
final class TestTrinoStoreClock
{
    private final MemoryFileSystem fileSystem = new MemoryFileSystem();
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    @Test
    void testE10ClockAYearAheadMayNotCommit()
    {
        ahead.set(Duration.ofDays(365));
        try (CatalogLog log = open()) {
            assertThatThrownBy(() -> commit(log, "a"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("Cannot commit to the catalog: the clock of this machine is 31")
                    .hasMessageContaining(" s ahead of the store's, more than 60: it said ")
                    .hasMessageEndingWith("; set it, best by NTP, and it goes on");
            ahead.set(Duration.ZERO);
            commit(log, "a");
            assertThat(log.state().timestamp()).isBefore(Instant.now().plusSeconds(60));
        }
    }

    @Test
    void testClockThatIsBehindMayNotCommit()
    {
        ahead.set(Duration.ofMinutes(-2));
        try (CatalogLog log = open()) {
            assertThatThrownBy(() -> commit(log, "a")).hasMessageContaining(" s behind the store's, more than 60: it said ");
            ahead.set(Duration.ofSeconds(-50));
            commit(log, "a");
        }
    }

    @Test
    void testClockThatIsSetBetweenCommits()
    {
        try (CatalogLog log = open()) {
            commit(log, "a");
            ahead.set(Duration.ofDays(-365));
            assertThatThrownBy(() -> commit(log, "b")).hasMessageContaining("behind the store's");
            ahead.set(Duration.ofDays(365));
            assertThatThrownBy(() -> commit(log, "b")).hasMessageContaining("ahead of the store's");
            ahead.set(Duration.ZERO);
            commit(log, "b");
        }
    }

    private CatalogLog open()
    {
        CatalogEnvironment environment = new CatalogEnvironment(() -> Instant.now().plus(ahead.get()), System::nanoTime, Sleeper.system(), new Random(1), CatalogEnvironment.Threads.daemons());
        return new CatalogLog(new TrinoObjectStore(fileSystem, "memory:///warehouse"), environment, () -> "test", id -> CatalogFormat.create(id, CatalogFormat.RETENTION), () -> {});
    }

    private static void commit(CatalogLog log, String namespace)
    {
        log.commit(_ -> List.of(new NamespaceChange(Namespace.of(namespace), Optional.of(Map.of()))));
    }
}

package io.icegate.catalog.log;

import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogTransaction;
import io.icegate.catalog.state.CatalogWriter;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import static io.icegate.catalog.log.LogFixture.pointer;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What it takes to open a large catalog. {@code -Dicegate.cold-start-records} sets how long its log is; {@code -Plong} sets 100,000.
 */
final class TestColdStart
{
    private static final int TABLES = 10_000;
    private static final int RECORDS = Integer.getInteger("icegate.cold-start-records", 20_000);
    private static final int TABLES_PER_RECORD = 1000;
    private static final long STATE_BYTES_MAX = 64 << 20;
    private static final int STATES = 4;
    private static final CatalogWriter WRITER = new CatalogWriter(new UUID(1, 2), Optional.empty());

    private final TestingTime time = new TestingTime();
    private final MemoryObjectStore store = new MemoryObjectStore(time);

    /**
     * As many records behind the checkpoint as there can be.
     */
    @Test
    void testTenThousandTablesInFiveRoundTripsBeyondTheListing()
    {
        byte[] expected = CheckpointParser.toJson(write(RECORDS - CheckpointSchedule.RECORDS_MAX));
        long bytes = stateBytes();
        WaveCounter counter = new WaveCounter(store);
        try (CatalogLog log = LogFixture.open(counter, time.environment(2))) {
            CatalogState state = log.state();
            System.out.println("cold start: " + counter + "; the state of " + TABLES + " tables holds " + (bytes >> 10) + " kB");
            assertThat(state.version()).isEqualTo(RECORDS);
            assertThat(state.tables(LogFixture.NAMESPACE)).hasSize(TABLES);
            assertThat(CheckpointParser.toJson(state)).isEqualTo(expected);
            assertThat(counter.waves()).as("the listing of checkpoints, and five: format, checkpoint and first records, two waves, floors").isLessThanOrEqualTo(1 + 5);
            assertThat(counter.requests()).isLessThan(300);
            assertThat(bytes).isLessThan(STATE_BYTES_MAX);
        }
    }

    /**
     * Of the mean of some: each process holds one.
     */
    private long stateBytes()
    {
        List<CatalogState> states = new ArrayList<>();
        long before = 0;
        for (int i = 0; i <= STATES; i++) {
            try (CatalogLog log = LogFixture.open(store, time.environment(1))) {
                states.add(log.state());
            }
            before = i == 0 ? usedBytes() : before; // the first one leaves more behind than its state
        }
        long bytes = (usedBytes() - before) / STATES;
        assertThat(states).allSatisfy(state -> assertThat(state.version()).isEqualTo(RECORDS));
        return bytes;
    }

    private CatalogState write(long checkpointVersion)
    {
        store.putIfAbsent(CatalogLayout.FORMAT, CatalogFormat.create(new UUID(1, 1), CatalogFormat.RETENTION).toJson());
        CatalogState state = CatalogState.empty();
        for (int version = 1; version <= RECORDS; version++) {
            time.advance(Duration.ofSeconds(1));
            List<CatalogChange> changes = new ArrayList<>();
            if (version <= TABLES / TABLES_PER_RECORD) {
                for (int table = (version - 1) * TABLES_PER_RECORD; table < version * TABLES_PER_RECORD; table++) {
                    changes.add(pointer(state, table, "created"));
                }
            }
            else {
                changes.add(pointer(state, version % TABLES, "version " + version));
            }
            CatalogTransaction transaction = new CatalogTransaction(new UUID(2, version).toString(), Optional.empty(), changes);
            CatalogRecord record = new CatalogRecord(version, new UUID(3, version), WRITER, time.instant().toEpochMilli(), List.of(transaction));
            store.putIfAbsent(CatalogLayout.record(version), CatalogRecordParser.toJson(record));
            state = state.replay(record, CatalogFormat.IDEMPOTENCY_WINDOW);
            if (version == checkpointVersion) {
                store.putIfAbsent(CatalogLayout.checkpoint(version), CheckpointParser.toJson(state));
            }
        }
        return state;
    }

    private static long usedBytes()
    {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}

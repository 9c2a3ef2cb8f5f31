package io.icegate.wal.commit;

import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.engine.WalBacklogException;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.icegate.wal.FakeSegments.batches;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestEngineWal
{
    private final WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0);

    @AfterEach
    void close()
    {
        wal.close();
    }

    @Test
    void testDrainCommitsWhatIsDurable()
    {
        WalWriter writer = wal.writer();
        append(writer, 1, 2, 3, 4, 5);
        Table table = wal.table();

        assertThat(engine(2).drain(table)).isTrue();

        assertThat(wal.committed()).hasSize(5);
        assertThat(engine(2).drain(table)).isFalse();
    }

    /**
     * A commit that is full of segments may append fewer of them, because some hold copies only.
     */
    @Test
    void testDrainIsNotEndedByCopies()
    {
        WalWriter first = wal.writer();
        WalWriter second = wal.writer();
        append(first, 1);
        append(second, 1);
        append(first, 2, 3, 4);

        assertThat(engine(2).drain(wal.table())).isTrue();

        assertThat(wal.committed()).hasSize(4).allSatisfy((_batch, count) -> assertThat(count).isEqualTo(1));
    }

    @Test
    void testDrainEnds()
    {
        WalWriter writer = wal.writer();
        for (int i = 0; i < 21; i++) {
            append(writer, i);
        }

        assertThatThrownBy(() -> engine(1).drain(wal.table()))
                .isInstanceOf(WalBacklogException.class)
                .hasMessage("Cannot commit everything that waits in the WAL of table test.otel.logs: it is more than 20 segments; run commit_wal first");
        assertThat(engine(1).drain(wal.table())).isTrue();
        assertThat(wal.committed()).hasSize(21);
    }

    private EngineWal engine(int commitSegmentsMax)
    {
        return new EngineWal(wal.warehouse, new FakeSegments(), wal.environment(Runnable::run), new EngineWal.Limits(100, 100, commitSegmentsMax));
    }

    private void append(WalWriter writer, int... ids)
    {
        for (int id : ids) {
            // segments of different writers are taken by age
            wal.clock.advance(java.time.Duration.ofSeconds(1));
            writer.lane(wal.table().uuid(), FakeSegments.seal()).append(batches(new BatchId(0, id))).join();
        }
    }
}

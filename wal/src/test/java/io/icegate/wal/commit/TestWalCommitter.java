package io.icegate.wal.commit;

import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.WalLane;
import io.icegate.wal.WalWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

final class TestWalCommitter
{
    private final WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0);

    @AfterEach
    void close()
    {
        wal.close();
    }

    @Test
    void testAppendListCommit()
            throws Exception
    {
        BatchId first = new BatchId(0, 1);
        BatchId second = new BatchId(0, 2);
        try (WalWriter writer = wal.writer()) {
            WalLane lane = writer.lane(wal.table().uuid(), FakeSegments.seal());
            lane.append(FakeSegments.batches(first)).get(10, SECONDS);
            lane.append(FakeSegments.batches(second)).get(10, SECONDS);
            assertThat(wal.visible()).isEqualTo(Map.of(first, 1, second, 1));
            assertThat(wal.committed()).isEmpty();

            CommitResult result = wal.committer().commit(wal.table(), CommitOptions.DEFAULT);

            assertThat(result.snapshotId()).contains(wal.table().currentSnapshot().snapshotId());
            assertThat(result.segments()).isEqualTo(2);
            assertThat(result.rows()).isEqualTo(20);
            assertThat(result.after().text()).isEqualTo(writer.id() + "=2");
            assertThat(wal.table().properties()).containsEntry(OffsetVector.PROPERTY, writer.id() + "=2");
            assertThat(wal.visible()).isEqualTo(Map.of(first, 1, second, 1));
            assertThat(wal.committed()).isEqualTo(Map.of(first, 1, second, 1));

            assertThat(wal.committer().commit(wal.table(), CommitOptions.DEFAULT).snapshotId()).isEmpty();
        }
    }
}

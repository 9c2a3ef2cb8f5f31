package io.icegate.wal.commit;

import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.Transaction;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The model of {@link TestWalModel} must find what is wrong: committers and readers with one mistake each.
 */
final class TestWalModelControls
{
    private static final int SEEDS_MAX = 20;
    private static final int STEPS = 150;

    @Test
    void testCommitterWithoutFenceIsFound()
    {
        assertThat(isFound(new WalModelCommitter(false, Runnable::run))).isTrue();
    }

    @Test
    void testVectorInSecondCommitIsFound()
    {
        assertThat(isFound(new WalModelCommitter(true, Runnable::run))).isTrue();
    }

    /**
     * A right commit in all but one thing: nobody can tell later which batches it took in.
     */
    @Test
    void testCommitWithoutItsBatchesIsFound()
    {
        assertThat(isFound((wal, between) -> {
            CommitPlanner planner = new CommitPlanner(wal.warehouse, wal.footers(), wal.indexes(), Runnable::run);
            new WalTransaction(new FakeSegments(), new BatchRecorder(wal.indexes())).run(
                    wal.table(),
                    table -> planner.plan(table, CommitOptions.DEFAULT),
                    plan -> plan.isEmpty() ? Optional.empty() : Optional.of(new WalAppend(plan.segments(), plan.duplicates(), Optional.empty(), plan.seen(), plan.from(), plan.to())));
        })).isTrue();
    }

    @Test
    void testListingBeforeMetadataIsFound()
    {
        try (WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0)) {
            BatchId one = new BatchId(0, 1);
            WalWriter writer = wal.writer();
            WalLane lane = writer.lane(wal.table().uuid(), FakeSegments.seal());
            assertThat(lane.append(FakeSegments.batches(one))).succeedsWithin(Duration.ofSeconds(60));
            TableMetadata before = wal.metadata();
            LiveTail tail = wal.tail(before);
            wal.committer().commit(wal.table(), CommitOptions.DEFAULT);

            // the tail of the old vector beside the files of the new snapshot
            assertThat(wal.visible(wal.table(), tail)).isEqualTo(Map.of(one, 2));
            assertThat(wal.visible()).isEqualTo(Map.of(one, 1));
        }
    }

    private static boolean isFound(WalModel.Committer committer)
    {
        for (long seed = 0; seed < SEEDS_MAX; seed++) {
            try (WalModel model = new WalModel(GuardedCatalog.UNGUARDED, seed, List.of(committer))) {
                for (int step = 0; step < STEPS; step++) {
                    model.step();
                    if (!model.violations().isEmpty()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /**
     * @param secondCommit whether the property moves in a commit of its own
     */
    private record WalModelCommitter(boolean secondCommit, Executor executor)
            implements WalModel.Committer
    {
        @Override
        public void commit(WalHarness wal, Runnable betweenPlanAndCommit)
        {
            Table table = wal.table();
            CommitPlan plan = new CommitPlanner(wal.warehouse, wal.footers(), wal.indexes(), executor).plan(table, CommitOptions.DEFAULT);
            if (plan.isEmpty()) {
                return;
            }
            betweenPlanAndCommit.run();
            Transaction transaction = table.newTransaction();
            AppendFiles append = transaction.newFastAppend();
            plan.segments().forEach(planned -> append.appendFile(planned.file()));
            append.set(OffsetVector.BASE_SUMMARY, plan.from().digest()).commit();
            if (!secondCommit) {
                transaction.updateProperties().set(OffsetVector.PROPERTY, plan.to().text()).commit();
            }
            transaction.commitTransaction();
            if (secondCommit) {
                betweenPlanAndCommit.run();
                table.updateProperties().set(OffsetVector.PROPERTY, plan.to().text()).commit();
            }
        }
    }
}

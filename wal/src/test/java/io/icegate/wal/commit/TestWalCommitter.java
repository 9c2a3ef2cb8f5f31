package io.icegate.wal.commit;

import io.icegate.objectstore.ObjectKey;
import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.OffsetsDisagreeException;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.read.RunEnd;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestWalCommitter
{
    private static final BatchId ONE = new BatchId(0, 1);
    private static final BatchId TWO = new BatchId(0, 2);
    private static final BatchId THREE = new BatchId(0, 3);

    private final WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0);

    @AfterEach
    void close()
    {
        wal.close();
    }

    @Test
    void testAppendListCommit()
    {
        WalWriter writer = wal.writer();
        append(writer, ONE);
        append(writer, TWO);
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1, TWO, 1));
        assertThat(wal.committed()).isEmpty();

        CommitResult result = commit();

        Snapshot snapshot = wal.table().currentSnapshot();
        assertThat(result.snapshotId()).contains(snapshot.snapshotId());
        assertThat(result.segments()).isEqualTo(2);
        assertThat(result.rows()).isEqualTo(20);
        assertThat(result.bytes()).isPositive();
        assertThat(result.duplicateBatches()).isZero();
        assertThat(result.before()).isEqualTo(OffsetVector.EMPTY);
        assertThat(result.after().text()).isEqualTo(writer.id() + "=2");
        assertThat(wal.table().properties()).containsEntry(OffsetVector.PROPERTY, writer.id() + "=2");
        assertThat(snapshot.operation()).isEqualTo(DataOperations.APPEND);
        assertThat(snapshot.summary())
                .containsEntry(OffsetVector.PROPERTY, writer.id() + "=2")
                .containsEntry(OffsetVector.BASE_SUMMARY, OffsetVector.EMPTY.digest());
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1, TWO, 1));
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1));
    }

    @Test
    void testNothingToDo()
    {
        append(wal.writer(), ONE);
        commit();
        int snapshots = snapshotCount();

        CommitResult result = commit();

        assertThat(result.snapshotId()).isEmpty();
        assertThat(result.after()).isEqualTo(result.before());
        assertThat(snapshotCount()).isEqualTo(snapshots);
    }

    @Test
    void testTwoCommittersAtOnce()
    {
        append(wal.writer(), ONE, TWO);
        AtomicBoolean raced = new AtomicBoolean();
        wal.catalog.onSwap(swap -> {
            if (raced.compareAndSet(false, true)) {
                assertThat(commit().segments()).isEqualTo(1);
            }
            swap.run();
        });

        assertThat(commit().snapshotId()).isEmpty();
        assertThat(raced).isTrue();
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1));
        assertThat(snapshotCount()).isEqualTo(1);
    }

    @Test
    void testAnswerLost()
    {
        append(wal.writer(), ONE);
        once(swap -> {
            swap.run();
            throw new CommitStateUnknownException(new IOException("answer lost"));
        });

        assertThat(commit().snapshotId()).contains(wal.table().currentSnapshot().snapshotId());
        assertThat(snapshotCount()).isEqualTo(1);
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1));
    }

    @Test
    void testRequestLost()
    {
        append(wal.writer(), ONE);
        once(swap -> {
            throw new CommitStateUnknownException(new IOException("request lost"));
        });

        assertThat(commit().segments()).isEqualTo(1);
        assertThat(snapshotCount()).isEqualTo(1);
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1));
    }

    @Test
    void testGivesUpBounded()
    {
        append(wal.writer(), ONE);
        AtomicInteger attempts = new AtomicInteger();
        wal.catalog.onSwap(swap -> {
            attempts.incrementAndGet();
            throw new CommitStateUnknownException(new IOException("always"));
        });

        assertThatThrownBy(() -> commit()).isInstanceOf(WalException.class).hasMessageContaining("gave up after 8 attempts");
        assertThat(attempts).hasValue(8);
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1));
    }

    @Test
    void testForeignCommitBetween()
    {
        append(wal.writer(), ONE);
        once(swap -> {
            wal.table().updateProperties().set("foreign", "change").commit();
            swap.run();
        });

        assertThat(commit().segments()).isEqualTo(1);
        assertThat(wal.table().properties()).containsEntry("foreign", "change");
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1));
    }

    @Test
    void testDuplicatesBecomePositionDeletes()
            throws Exception
    {
        WalWriter first = wal.writer();
        append(first, ONE, TWO);
        commit();
        append(wal.writer(), THREE, ONE);
        append(first, TWO);
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1));

        CommitResult result = commit();

        // one segment of nothing but duplicates is not appended, of the other half the rows go
        assertThat(result.segments()).isEqualTo(1);
        assertThat(result.rows()).isEqualTo(10);
        assertThat(result.duplicateBatches()).isEqualTo(2);
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1));
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1));
        assertThat(wal.table().properties()).containsEntry(OffsetVector.PROPERTY, result.after().text());
        assertThat(wal.tail(wal.metadata()).isEmpty()).isTrue();
        int deletes = 0;
        try (CloseableIterable<FileScanTask> tasks = wal.table().newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                deletes += task.deletes().size();
            }
        }
        assertThat(deletes).isEqualTo(1);
    }

    @Test
    void testIncrementalReadersSeeEveryCommit()
            throws Exception
    {
        append(wal.writer(), ONE);
        long start = commit().snapshotId().orElseThrow();
        append(wal.writer(), ONE, TWO);
        commit();

        try (CloseableIterable<FileScanTask> tasks = wal.table().newIncrementalAppendScan().fromSnapshotExclusive(start).planFiles()) {
            assertThat(tasks).hasSize(1);
        }
        assertThat(wal.table().snapshots()).extracting(Snapshot::operation).containsExactly(DataOperations.APPEND, DataOperations.APPEND, DataOperations.DELETE);
    }

    @Test
    void testSilentWriterIsSealedAndClosed()
    {
        WalWriter writer = wal.silentWriter();
        append(writer, ONE);
        wal.clock.advance(Duration.ofSeconds(61));

        assertThat(commit().after().text()).isEqualTo(writer.id() + "=1!");
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1));
        // the writer wakes up
        WalLane lane = writer.lane(wal.table().uuid(), FakeSegments.seal());
        assertThatThrownBy(() -> lane.append(FakeSegments.batches(TWO)).get(60, SECONDS)).hasCauseInstanceOf(WalException.class);
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1));
    }

    @Test
    void testSilentWriterIsLeftAlone()
    {
        WalWriter writer = wal.silentWriter();
        append(writer, ONE);
        wal.clock.advance(Duration.ofSeconds(61));

        CommitResult result = wal.committer().commit(wal.table(), new CommitOptions(CommitOptions.SEGMENTS_MAX, false));
        assertThat(result.after().text()).isEqualTo(writer.id() + "=1");
    }

    @Test
    void testHowLongSilenceMayLast()
    {
        WalWriter writer = wal.silentWriter();
        append(writer, ONE);
        wal.clock.advance(Duration.ofSeconds(31));
        assertThat(commit().after().text()).isEqualTo(writer.id() + "=1");

        CommitOptions impatient = new CommitOptions(CommitOptions.SEGMENTS_MAX, true, Duration.ofSeconds(30));
        wal.committer().commit(wal.table(), impatient);
        assertThat(wal.tail(wal.metadata()).ends()).hasEntrySatisfying(writer.id(), end -> assertThat(end.kind()).isEqualTo(RunEnd.Kind.SEALED));
    }

    @Test
    void testClosingAloneWaits()
    {
        WalWriter writer = wal.writer();
        append(writer, ONE);
        commit();
        writer.close();

        assertThat(commit().snapshotId()).isEmpty();
        wal.clock.advance(CommitPlanner.CLOSE_AFTER.plusMillis(1));
        CommitResult result = commit();
        assertThat(result.snapshotId()).isPresent();
        assertThat(result.segments()).isZero();
        assertThat(result.after().text()).isEqualTo(writer.id() + "=1!");
        assertThat(commit().snapshotId()).isEmpty();
    }

    @Test
    void testClosedWriterLeavesAfterItsEntry()
    {
        WalWriter gone = wal.writer();
        append(gone, ONE);
        gone.close();
        WalCommitter committer = wal.committer();
        assertThat(committer.commit(wal.table(), CommitOptions.DEFAULT).after().text()).isEqualTo(gone.id() + "=1!");
        forget(gone.id());
        append(wal.writer(), TWO);
        assertThat(committer.commit(wal.table(), CommitOptions.DEFAULT).after().isClosed(gone.id())).isTrue();

        wal.clock.advance(CommitPlanner.DROP_AFTER.minusSeconds(1));
        append(wal.writer(), THREE);
        assertThat(committer.commit(wal.table(), CommitOptions.DEFAULT).after().isClosed(gone.id())).isTrue();

        wal.clock.advance(Duration.ofSeconds(1));
        append(wal.writer(), new BatchId(0, 4));
        assertThat(committer.commit(wal.table(), CommitOptions.DEFAULT).after().offsets()).doesNotContainKey(gone.id());
        assertThat(wal.visible().values()).containsOnly(1).hasSize(4);
    }

    @Test
    void testCorruptSegmentStopsOnlyItsWriter()
    {
        WalWriter broken = wal.writer();
        append(broken, ONE);
        wal.truth.store().putIfAbsent(new SegmentKey(wal.table().uuid(), broken.id(), new Sequence(1)).objectKey(), "garbage".getBytes(StandardCharsets.UTF_8));
        append(wal.writer(), TWO);

        CommitResult result = commit();

        assertThat(result.segments()).isEqualTo(2);
        assertThat(result.after().next(broken.id())).isEqualTo(new Sequence(1));
        assertThat(requireNonNull(result.ends().get(broken.id())).kind()).isEqualTo(RunEnd.Kind.CORRUPT);
        append(wal.writer(), THREE);
        assertThat(commit().segments()).isEqualTo(1);
        assertThat(commit().after().next(broken.id())).isEqualTo(new Sequence(1));
    }

    /**
     * Behind what one commit takes, so that only the seal finds it.
     */
    @Test
    void testE8CorruptLastObjectOfASilentWriterStopsOnlyItsWriter()
    {
        WalWriter broken = wal.silentWriter();
        append(broken, ONE);
        append(broken, TWO);
        wal.truth.store().putIfAbsent(new SegmentKey(wal.table().uuid(), broken.id(), new Sequence(2)).objectKey(), "garbage".getBytes(StandardCharsets.UTF_8));
        wal.clock.advance(Duration.ofSeconds(61));
        append(wal.writer(), THREE);

        CommitOptions one = new CommitOptions(1, true);
        for (int commit = 0; commit < 3; commit++) {
            wal.committer().commit(wal.table(), one);
        }

        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1));
    }

    @Test
    void testBacklogDrainsInSteps()
    {
        WalWriter writer = wal.writer();
        for (int i = 0; i < 5; i++) {
            append(writer, new BatchId(1, i));
        }
        CommitOptions two = new CommitOptions(2, true);
        assertThat(wal.committer().commit(wal.table(), two).after().text()).isEqualTo(writer.id() + "=2");
        assertThat(wal.committer().commit(wal.table(), two).after().text()).isEqualTo(writer.id() + "=4");
        assertThat(wal.visible().values()).containsOnly(1).hasSize(5);
        assertThat(wal.committer().commit(wal.table(), two).after().text()).isEqualTo(writer.id() + "=5");
        assertThat(wal.committer().commit(wal.table(), two).snapshotId()).isEmpty();
    }

    @Test
    void testOptionsAreBounded()
    {
        assertThat(new CommitOptions(CommitOptions.SEGMENTS_MAX, true).segmentsMax()).isEqualTo(5_000);
        assertThatThrownBy(() -> new CommitOptions(CommitOptions.SEGMENTS_MAX + 1, true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CommitOptions(0, true)).isInstanceOf(IllegalArgumentException.class);
        assertThat(CommitOptions.DEFAULT.silentAfter()).isEqualTo(Duration.ofSeconds(60));
        for (Duration silentAfter : List.of(Duration.ofSeconds(30), Duration.ofMinutes(5))) {
            assertThat(new CommitOptions(1, true, silentAfter).silentAfter()).isEqualTo(silentAfter);
        }
        for (Duration silentAfter : List.of(Duration.ofMillis(29_999), Duration.ofMillis(300_001))) {
            assertThatThrownBy(() -> new CommitOptions(1, true, silentAfter))
                    .hasMessage("Cannot seal writers that are silent for %s: it must be PT30S to PT5M", silentAfter);
        }
    }

    @Test
    void testRollbackStopsTheCommitter()
    {
        WalWriter writer = wal.writer();
        append(writer, ONE);
        long first = commit().snapshotId().orElseThrow();
        append(writer, TWO);
        long second = commit().snapshotId().orElseThrow();
        append(writer, THREE);
        wal.table().manageSnapshots().rollbackTo(first).commit();

        assertThatThrownBy(() -> commit())
                .isInstanceOf(OffsetsDisagreeException.class)
                .hasMessageContaining("Cannot use the WAL of table test.otel.logs: it was rolled back")
                .hasMessageContaining("system.reconcile_wal");
        // what was rolled back stays hidden, what waits is read
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1, THREE, 1));

        wal.table().manageSnapshots().setCurrentSnapshot(second).commit();
        assertThat(commit().segments()).isEqualTo(1);
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1));
    }

    @Test
    void testExpiryBetweenPlanAndCommit()
    {
        // the snapshot that carries the vector is expired behind a compaction, so the validator alone sees nothing (K2)
        append(wal.writer(), ONE, TWO);
        once(swap -> {
            commit();
            expireBehindEmptySnapshot();
            swap.run();
        });

        assertThat(commit().snapshotId()).isEmpty();
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1));
    }

    @Test
    void testExpiryBetweenPlanAndCommitWithoutGuard()
    {
        try (WalHarness unguarded = new WalHarness(GuardedCatalog.UNGUARDED, 1, 0)) {
            append(unguarded, unguarded.writer(), ONE);
            AtomicBoolean raced = new AtomicBoolean();
            unguarded.catalog.onSwap(swap -> {
                if (raced.compareAndSet(false, true)) {
                    unguarded.committer().commit(unguarded.table(), CommitOptions.DEFAULT);
                    expireBehindEmptySnapshot(unguarded.table());
                }
                swap.run();
            });
            unguarded.committer().commit(unguarded.table(), CommitOptions.DEFAULT);

            // the negative control: this is what the guard prevents
            assertThat(unguarded.committed()).isEqualTo(Map.of(ONE, 2));
        }
    }

    @Test
    void testIdleTableWithoutCarrierIsCommitted()
    {
        WalWriter writer = wal.writer();
        append(writer, ONE);
        commit();
        expireBehindEmptySnapshot();
        append(writer, TWO);

        assertThat(commit().after().text()).isEqualTo(writer.id() + "=2");
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1));
    }

    @Test
    void testManifestsAreMergedEveryHundredCommits()
    {
        WalWriter writer = wal.writer();
        wal.table().updateProperties().set(TableProperties.MANIFEST_MIN_MERGE_COUNT, "2").commit();
        append(writer, ONE);
        commit();
        append(writer, TWO);
        commit();
        assertThat(manifestCount()).isEqualTo(2);
        wal.table().newFastAppend().set(WalTransaction.COMMIT_NUMBER_SUMMARY, Long.toString(WalTransaction.MERGE_EVERY - 1)).commit();

        append(writer, THREE);
        commit();

        assertThat(manifestCount()).isEqualTo(1);
        assertThat(wal.table().currentSnapshot().summary()).containsEntry(WalTransaction.COMMIT_NUMBER_SUMMARY, "100");
        append(writer, new BatchId(0, 4));
        commit();
        assertThat(manifestCount()).isEqualTo(2);
    }

    @Test
    void testReplacedTableIsRefused()
    {
        Table old = wal.table();
        append(wal.writer(), ONE);
        wal.catalog.dropTable(WalHarness.TABLE);
        wal.createTable();

        assertThatThrownBy(() -> wal.committer().commit(old, CommitOptions.DEFAULT)).isInstanceOf(IllegalStateException.class);
        assertThat(wal.visible()).isEmpty();
    }

    private CommitResult commit()
    {
        return wal.committer().commit(wal.table(), CommitOptions.DEFAULT);
    }

    private void append(WalWriter writer, BatchId... batches)
    {
        append(wal, writer, batches);
    }

    private static void append(WalHarness wal, WalWriter writer, BatchId... batches)
    {
        assertThat(writer.lane(wal.table().uuid(), FakeSegments.seal()).append(FakeSegments.batches(batches))).succeedsWithin(Duration.ofSeconds(60));
    }

    private void once(GuardedCatalog.SwapHook hook)
    {
        AtomicBoolean done = new AtomicBoolean();
        wal.catalog.onSwap(swap -> {
            if (done.compareAndSet(false, true)) {
                hook.accept(swap);
            }
            else {
                swap.run();
            }
        });
    }

    private void expireBehindEmptySnapshot()
    {
        expireBehindEmptySnapshot(wal.table());
    }

    private static void expireBehindEmptySnapshot(Table table)
    {
        table.newAppend().commit();
        table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).cleanupLevel(ExpireSnapshots.CleanupLevel.NONE).commit();
        assertThat(table.snapshots()).hasSize(1).noneMatch(snapshot -> snapshot.summary().containsKey(OffsetVector.PROPERTY));
    }

    private void forget(WriterId writer)
    {
        delete(WalLayout.heartbeat(writer));
        delete(WalLayout.registryEntry(writer));
    }

    private void delete(ObjectKey key)
    {
        try {
            wal.truth.store().delete(List.of(key));
        }
        catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private int snapshotCount()
    {
        AtomicInteger count = new AtomicInteger();
        wal.table().snapshots().forEach(snapshot -> count.incrementAndGet());
        return count.get();
    }

    private int manifestCount()
    {
        Table table = wal.table();
        return table.currentSnapshot().allManifests(table.io()).size();
    }
}

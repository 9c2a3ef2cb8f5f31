package io.icegate.wal.commit;

import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.OffsetsDisagreeException;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.read.Duplicates;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

import static io.icegate.wal.commit.ReconcileMode.ACCEPT;
import static io.icegate.wal.commit.ReconcileMode.REAPPEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A table that was rolled back over commits of the WAL, and how it gets on its way again.
 */
final class TestWalReconciler
{
    private static final BatchId ONE = new BatchId(0, 1);
    private static final BatchId TWO = new BatchId(0, 2);
    private static final BatchId THREE = new BatchId(0, 3);
    private static final BatchId FOUR = new BatchId(0, 4);

    private final WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0);

    @AfterEach
    void close()
    {
        wal.close();
    }

    @Test
    void testNothingToReconcile()
    {
        append(wal.writer(), ONE);
        String vector = commit().after().text();
        for (ReconcileMode mode : ReconcileMode.values()) {
            ReconcileResult result = reconcile(mode);
            assertThat(result.snapshotId()).isEmpty();
            assertThat(result.segments()).isZero();
            assertThat(result.after().text()).isEqualTo(vector);
        }
        assertThat(wal.table().snapshots()).hasSize(1);
    }

    @Test
    void testAccept()
    {
        WalWriter writer = rolledBack();
        assertThatThrownBy(this::commit).isInstanceOf(OffsetsDisagreeException.class).hasMessageContaining("reconcile_wal");

        ReconcileResult result = reconcile(ACCEPT);

        assertThat(result.snapshotId()).contains(wal.table().currentSnapshot().snapshotId());
        assertThat(result.segments()).isZero();
        assertThat(result.rows()).isZero();
        assertThat(result.property().text()).isEqualTo(writer.id() + "=3");
        assertThat(result.snapshot().orElseThrow().text()).isEqualTo(writer.id() + "=1");
        assertThat(result.after()).isEqualTo(result.property());
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1));
        // what waits goes on, what was rolled back stays out
        assertThat(commit().segments()).isEqualTo(1);
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, FOUR, 1));
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1, FOUR, 1));
    }

    @Test
    void testReappend()
    {
        WalWriter writer = rolledBack();

        ReconcileResult result = reconcile(REAPPEND);

        assertThat(result.snapshotId()).isPresent();
        assertThat(result.segments()).isEqualTo(2);
        assertThat(result.rows()).isEqualTo(20);
        assertThat(result.after().text()).isEqualTo(writer.id() + "=3");
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1));
        assertThat(reconcile(REAPPEND).snapshotId()).isEmpty();
        assertThat(commit().segments()).isEqualTo(1);
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1, FOUR, 1));
    }

    @Test
    void testReappendKeepsDuplicatesOut()
    {
        WalWriter first = wal.writer();
        append(first, ONE);
        long snapshot = commit().snapshotId().orElseThrow();
        append(first, TWO, ONE);
        WalWriter second = wal.writer();
        append(second, TWO, THREE);
        append(second, ONE);
        commit();
        wal.table().manageSnapshots().rollbackTo(snapshot).commit();

        assertThat(reconcile(REAPPEND).snapshotId()).isPresent();

        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1));
        append(first, THREE);
        commit();
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1));
    }

    /**
     * Long after the rolled-back commits the window has forgotten what they were compared with.
     */
    @Test
    void testReappendDecidesAsTheCommitsDid()
    {
        WalWriter first = wal.silentWriter();
        append(first, ONE);
        long snapshot = commit().snapshotId().orElseThrow();
        append(first, TWO, ONE);
        append(first, ONE);
        commit();
        wal.clock.advance(Duration.ofDays(1));
        append(wal.silentWriter(), THREE);
        commit();
        wal.clock.advance(Duration.ofDays(1));
        append(wal.silentWriter(), FOUR);
        commit();
        assertThat(BatchWindow.of(wal.table().properties()).count()).as("all but one are forgotten").isEqualTo(1);
        wal.table().manageSnapshots().rollbackTo(snapshot).commit();

        assertThat(reconcile(REAPPEND).segments()).isEqualTo(3);

        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1, FOUR, 1));
        assertThat(wal.visible()).isEqualTo(wal.committed());
    }

    @Test
    void testReappendBringsWriterBackThatLeft()
    {
        WalWriter writer = wal.writer();
        append(writer, ONE);
        long snapshot = commit().snapshotId().orElseThrow();
        append(writer, TWO);
        append(writer, THREE);
        writer.close();
        WalWriter other = wal.writer();
        append(other, FOUR);
        assertThat(commit().after().text()).contains(writer.id() + "=3!");
        leave(writer.id());
        wal.table().manageSnapshots().rollbackTo(snapshot).commit();

        ReconcileResult result = reconcile(REAPPEND);

        assertThat(result.segments()).isEqualTo(3);
        assertThat(result.after().text()).isEqualTo(other.id() + "=1");
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1, FOUR, 1));
    }

    @Test
    void testReappendOfExpiredSegmentIsRefused()
    {
        WalWriter writer = rolledBack();
        SegmentKey gone = new SegmentKey(wal.table().uuid(), writer.id(), new Sequence(2));
        delete(gone);

        assertThatThrownBy(() -> reconcile(REAPPEND))
                .isInstanceOf(ReconcileException.class)
                .hasMessage("Cannot append the rolled-back segments of table test.otel.logs again: segment %s was expired with its snapshot; mode 'accept' leaves their rows out", gone.objectKey());
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1));
        assertThat(reconcile(ACCEPT).snapshotId()).isPresent();
    }

    @Test
    void testReappendOfSegmentInTheTableIsRefused()
    {
        WalWriter writer = wal.writer();
        append(writer, ONE);
        long first = commit().snapshotId().orElseThrow();
        append(writer, TWO);
        long second = commit().snapshotId().orElseThrow();
        append(writer, THREE);
        commit();
        Table table = wal.table();
        table.manageSnapshots().rollbackTo(first).commit();
        table.newAppend().commit();
        table.manageSnapshots().cherrypick(second).commit();
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1));

        assertThatThrownBy(() -> reconcile(REAPPEND)).isInstanceOf(ReconcileException.class).hasMessageContaining("is in the table already");
        reconcile(ACCEPT);
        commit();
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1));
    }

    @Test
    void testExpiryAfterReappend()
    {
        rolledBack();
        reconcile(REAPPEND);
        wal.table().expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).cleanupLevel(ExpireSnapshots.CleanupLevel.METADATA_ONLY).commit();
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1));
        commit();
        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1, FOUR, 1));
    }

    @Test
    void testTwoAtOnce()
    {
        rolledBack();
        AtomicBoolean raced = new AtomicBoolean();
        wal.catalog.onSwap(swap -> {
            if (raced.compareAndSet(false, true)) {
                assertThat(reconcile(REAPPEND).segments()).isEqualTo(2);
            }
            swap.run();
        });

        assertThat(reconcile(REAPPEND).snapshotId()).isEmpty();
        assertThat(raced).isTrue();
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1));
    }

    @Test
    void testAnswerLost()
    {
        rolledBack();
        AtomicBoolean lost = new AtomicBoolean();
        wal.catalog.onSwap(swap -> {
            swap.run();
            if (lost.compareAndSet(false, true)) {
                throw new CommitStateUnknownException(new IOException("answer lost"));
            }
        });

        assertThat(reconcile(REAPPEND).snapshotId()).contains(wal.table().currentSnapshot().snapshotId());
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1, THREE, 1));
    }

    /**
     * A foreign catalog lets anybody set the property.
     */
    @Test
    void testPropertyMovedBack()
    {
        try (WalHarness foreign = new WalHarness(GuardedCatalog.UNGUARDED, 1, 0)) {
            WalWriter writer = foreign.writer();
            append(foreign, writer, ONE);
            foreign.committer().commit(foreign.table(), CommitOptions.DEFAULT);
            foreign.table().updateProperties().set(OffsetVector.PROPERTY, "").commit();
            assertThatThrownBy(foreign::visible).isInstanceOf(OffsetsDisagreeException.class);

            ReconcileResult result = reconciler(foreign).reconcile(foreign.table(), REAPPEND);

            assertThat(result.segments()).isZero();
            assertThat(result.after().text()).isEqualTo(writer.id() + "=1");
            assertThat(foreign.visible()).isEqualTo(Map.of(ONE, 1));
        }
    }

    @Test
    void testPlainTableIsRefused()
    {
        Table plain = wal.catalog.createTable(TableIdentifier.of("otel", "plain"), WalHarness.SCHEMA, PartitionSpec.unpartitioned());
        assertThatThrownBy(() -> reconciler(wal).reconcile(plain, ACCEPT))
                .isInstanceOf(ReconcileException.class)
                .hasMessage("Cannot reconcile the WAL of table test.otel.plain: it has none, property icegate.wal.offsets is not set");
    }

    @Test
    void testModes()
    {
        assertThat(ReconcileMode.parse("Accept")).isEqualTo(ACCEPT);
        assertThat(ReconcileMode.parse("reappend")).isEqualTo(REAPPEND);
        assertThatThrownBy(() -> ReconcileMode.parse("repeat")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'accept'").hasMessageContaining("'reappend'");
    }

    /**
     * One batch is committed, two are rolled back, a fourth waits.
     */
    private WalWriter rolledBack()
    {
        WalWriter writer = wal.writer();
        append(writer, ONE);
        long snapshot = commit().snapshotId().orElseThrow();
        append(writer, TWO);
        commit();
        append(writer, THREE);
        commit();
        append(writer, FOUR);
        wal.table().manageSnapshots().rollbackTo(snapshot).commit();
        return writer;
    }

    private CommitResult commit()
    {
        return wal.committer().commit(wal.table(), CommitOptions.DEFAULT);
    }

    private ReconcileResult reconcile(ReconcileMode mode)
    {
        return reconciler(wal).reconcile(wal.table(), mode);
    }

    private static WalReconciler reconciler(WalHarness wal)
    {
        return new WalReconciler(wal.warehouse, wal.footers(), wal.indexes(), wal.environment(Runnable::run));
    }

    private void append(WalWriter writer, BatchId... batches)
    {
        append(wal, writer, batches);
    }

    private static void append(WalHarness wal, WalWriter writer, BatchId... batches)
    {
        assertThat(writer.lane(wal.table().uuid(), FakeSegments.seal()).append(FakeSegments.batches(batches))).succeedsWithin(Duration.ofSeconds(60));
    }

    /**
     * As the planner drops a closed writer that nobody finds any more.
     */
    private void leave(WriterId writer)
    {
        OffsetVector from = OffsetVector.fromProperties(wal.table().properties()).orElseThrow();
        Map<WriterId, OffsetVector.Offset> offsets = new TreeMap<>(from.offsets());
        offsets.remove(writer);
        new WalTransaction(new FakeSegments(), new BatchRecorder(wal.indexes())).run(wal.table(), table -> new WalAppend(List.of(), Duplicates.NONE, Optional.empty(), Optional.of(from), from, new OffsetVector(offsets)), Optional::of);
    }

    private void delete(SegmentKey key)
    {
        try {
            wal.truth.store().delete(List.of(key.objectKey()));
        }
        catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

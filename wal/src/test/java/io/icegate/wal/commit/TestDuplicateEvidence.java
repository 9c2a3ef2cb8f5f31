package io.icegate.wal.commit;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.HookedObjectStore;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.LiveTailReader;
import io.icegate.wal.read.RunEnd;
import io.icegate.wal.registry.Heartbeat;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.wal.table.TableSpecs;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What recognises a copy outlives the files that its rows came in, and costs no more the more was committed.
 */
final class TestDuplicateEvidence
{
    private static final BatchId ONE = new BatchId(0, 1);
    private static final BatchId TWO = new BatchId(0, 2);

    private final WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0);
    private final WriterRegistry registry = new WriterRegistry(wal.truth.store());

    @AfterEach
    void close()
    {
        wal.close();
    }

    @Test
    void testE3CommitterOutageLongerThanRetention()
            throws Exception
    {
        WriterId first = register();
        WriterId second = register();
        store(first, 0, ONE);
        commit();
        wal.clock.advance(Duration.ofMinutes(4));
        store(second, 0, ONE, TWO);
        // nobody commits for longer than snapshots are kept; compaction and expiration go on
        wal.clock.advance(Duration.ofDays(8));
        compactAndExpire();

        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1, TWO, 1));
        commit();
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1));
    }

    @Test
    void testE3ExpireSnapshotsNow()
            throws Exception
    {
        WriterId first = register();
        WriterId second = register();
        store(first, 0, ONE);
        commit();
        compactAndExpire();
        wal.clock.advance(Duration.ofMinutes(4));
        store(second, 0, ONE);

        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1));
        commit();
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1));
    }

    @Test
    void testE3CorruptObjectIsRestored()
            throws Exception
    {
        WriterId broken = register();
        WriterId other = register();
        ObjectKey key = store(broken, 0, ONE);
        byte[] content = wal.truth.store().get(key).orElseThrow().content();
        wal.truth.store().put(key, "garbage".getBytes(StandardCharsets.UTF_8));
        wal.clock.advance(Duration.ofMinutes(1));
        store(other, 0, ONE);
        assertThat(requireNonNull(commit().ends().get(broken)).kind()).isEqualTo(RunEnd.Kind.CORRUPT);
        for (int i = 1; i < 10; i++) {
            wal.clock.advance(Duration.ofHours(5));
            beat(broken, other);
            store(other, i, new BatchId(1, i));
            commit();
        }
        compactAndExpire();

        wal.truth.store().put(key, content);
        assertThat(wal.visible()).containsEntry(ONE, 1).hasSize(10);
        commit();
        assertThat(wal.committed()).containsEntry(ONE, 1).hasSize(10);
        assertThat(wal.committed().values()).containsOnly(1);
    }

    /**
     * A request waited for its segment while the uploads of the lane hung, and its client sent it elsewhere.
     */
    @Test
    void testE4LaneWhoseUploadsHang()
    {
        WriterId hanging = register();
        WriterId other = register();
        Instant accepted = wal.clock.instant();
        wal.clock.advance(Duration.ofSeconds(10));
        store(other, 0, ONE);
        commit();
        wal.clock.advance(Duration.ofMinutes(20));
        // encoded and stored only now
        SegmentKey key = new SegmentKey(wal.table().uuid(), hanging, Sequence.FIRST);
        SegmentHeader header = new SegmentHeader(key, SegmentId.random(wal.random), wal.clock.instant(), 0);
        wal.truth.store().putIfAbsent(key.objectKey(), FakeSegments.batches(accepted, ONE, TWO).apply(header).content());

        assertThat(wal.visible()).isEqualTo(Map.of(ONE, 1, TWO, 1));
        commit();
        assertThat(wal.committed()).isEqualTo(Map.of(ONE, 1, TWO, 1));
    }

    @Test
    void testE6QueryReadsNoCommittedFooter()
            throws Exception
    {
        int committed = Integer.getInteger("icegate.committed-segments", 3_600);
        WriterId first = register();
        for (int i = 0; i < committed; i++) {
            store(first, i, new BatchId(1, i));
        }
        while (commit().snapshotId().isPresent()) {
            wal.clock.advance(Duration.ofSeconds(10));
            beat(first);
        }
        store(first, committed, new BatchId(1, 7), ONE);

        Plan plan = plan();

        assertThat(plan.tail().duplicates()).hasSize(1);
        assertThat(plan.requests()).filteredOn(request -> request.startsWith("READ " + WalLayout.segments(wal.table().uuid(), first)))
                .containsExactly("READ " + new SegmentKey(wal.table().uuid(), first, new Sequence(committed)).objectKey());
        assertThat(plan.requests()).hasSizeLessThanOrEqualTo(12);
    }

    @Test
    void testE7ClockBehindMovesNothing()
            throws Exception
    {
        WriterId first = register();
        WriterId behind = register();
        for (int i = 0; i < 500; i++) {
            store(first, i, new BatchId(1, i));
        }
        commit();
        wal.clock.advance(Duration.ofMinutes(30));
        beat(first, behind);
        store(first, 500, TWO);
        commit();
        wal.clock.advance(Duration.ofMinutes(1));
        store(behind, 0, wal.clock.instant().minus(Duration.ofDays(365)), TWO, ONE);

        Plan plan = plan();

        assertThat(plan.requests()).filteredOn(request -> request.startsWith("READ " + WalLayout.segments(wal.table().uuid(), first))).isEmpty();
        assertThat(wal.visible()).containsEntry(TWO, 1).containsEntry(ONE, 1);
        commit();
        assertThat(wal.committed()).containsEntry(TWO, 1).containsEntry(ONE, 1);
        assertThat(wal.committed().values()).containsOnly(1);
    }

    @Test
    void testIndexOfACommitThatFailedIsGarbage()
    {
        WriterId writer = register();
        store(writer, 0, ONE);
        AtomicBoolean lost = new AtomicBoolean();
        wal.catalog.onSwap(swap -> {
            if (lost.compareAndSet(false, true)) {
                throw new CommitStateUnknownException(new IOException("request lost"));
            }
            swap.run();
            throw new CommitStateUnknownException(new IOException("answer lost"));
        });
        assertThat(commit().snapshotId()).isPresent();
        wal.catalog.onSwap(Runnable::run);
        store(writer, 1, TWO);
        commit();

        ObjectStore store = wal.truth.store();
        List<ObjectKey> garbage = BatchIndexes.unreferenced(store, wal.table().uuid(), List.of(wal.metadata()), wal.clock.instant().plusMillis(1));
        assertThat(garbage).hasSize(1);
        assertThat(BatchIndexes.unreferenced(store, wal.table().uuid(), List.of(), wal.clock.instant().plusMillis(1))).hasSize(3);
        assertThat(BatchIndexes.unreferenced(store, wal.table().uuid(), List.of(), wal.clock.instant())).as("perhaps under way").isEmpty();
        assertThat(BatchWindow.of(wal.table().properties()).count()).isEqualTo(2);
    }

    private record Plan(LiveTail tail, List<String> requests) {}

    /**
     * What one query asks of the store, in a process that knows nothing yet.
     */
    private Plan plan()
    {
        HookedObjectStore store = new HookedObjectStore(wal.truth.store());
        LiveTail tail = new LiveTailReader(new Warehouse("memory:test", store), wal.footers(), Runnable::run).read(wal.metadata());
        return new Plan(tail, store.takeRequests());
    }

    private WriterId register()
    {
        WriterId id = WriterId.random(wal.clock.instant(), wal.random);
        registry.register(new RegistryEntry(id, wal.clock.instant(), "host", "build", Set.of(wal.table().uuid())), wal.environment(Runnable::run).waiting());
        return id;
    }

    private void beat(WriterId... writers)
            throws IOException
    {
        for (WriterId writer : writers) {
            registry.heartbeat(writer, new Heartbeat(Map.of()));
        }
    }

    private ObjectKey store(WriterId writer, long sequence, BatchId... batches)
    {
        return store(writer, sequence, wal.clock.instant(), batches);
    }

    private ObjectKey store(WriterId writer, long sequence, Instant created, BatchId... batches)
    {
        SegmentKey key = new SegmentKey(wal.table().uuid(), writer, new Sequence(sequence));
        SegmentHeader header = new SegmentHeader(key, SegmentId.random(wal.random), created, 0);
        wal.truth.store().putIfAbsent(key.objectKey(), FakeSegments.batches(batches).apply(header).content());
        return key.objectKey();
    }

    private CommitResult commit()
    {
        return wal.committer().commit(wal.table(), CommitOptions.DEFAULT);
    }

    /**
     * Makes one file of all, forgets every older snapshot and deletes the files that only those had.
     */
    private void compactAndExpire()
            throws IOException
    {
        Table table = wal.table();
        List<DataFile> files = new ArrayList<>();
        List<BatchRange> batches = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                files.add(task.file().copy());
                batches.addAll(wal.batches(table, task));
            }
        }
        SegmentHeader header = new SegmentHeader(new SegmentKey(table.uuid(), WriterId.random(wal.clock.instant(), wal.random), Sequence.FIRST), SegmentId.random(wal.random), wal.clock.instant(), 0);
        byte[] merged = FakeSegments.batches(batches.stream().map(BatchRange::id).toArray(BatchId[]::new)).apply(header).content();
        SegmentFooter footer = FakeSegments.footer(merged);
        RewriteFiles rewrite = table.newRewrite();
        files.forEach(rewrite::deleteFile);
        rewrite.addFile(new FakeSegments().dataFile(
                footer,
                TableSpecs.unpartitioned(table.name(), table.specs().values()),
                MetricsConfig.getDefault(),
                wal.store("otel/logs/data/" + header.id() + ".parquet", merged)));
        rewrite.commit();
        wal.table().expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).cleanupLevel(ExpireSnapshots.CleanupLevel.NONE).commit();
        wal.truth.store().delete(files.stream().map(file -> wal.truth.key(file.location()).orElseThrow()).toList());
    }
}

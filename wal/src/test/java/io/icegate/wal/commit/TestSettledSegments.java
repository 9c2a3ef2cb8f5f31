package io.icegate.wal.commit;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.collect.SettledSegments;
import io.icegate.wal.collect.WalCollector;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

final class TestSettledSegments
{
    private final WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0);
    private final UUID table = wal.table().uuid();
    private final Map<WriterId, List<SegmentKey>> written = new HashMap<>();
    private int batches;

    @AfterEach
    void close()
    {
        wal.close();
    }

    /**
     * What a client sent again through another receiver lies there for good: no snapshot names it, so no expiration deletes it.
     */
    @Test
    void testNoSnapshotNamesASegmentOfCopies()
    {
        WalWriter first = wal.writer();
        WalWriter second = wal.writer();
        BatchId batch = new BatchId(1, batches++);
        append(first, batch);
        commit();
        append(second, batch);
        append(second);
        commit();
        List<SegmentKey> copies = written(second).subList(0, 1);
        assertThat(named()).containsExactlyInAnyOrderElementsOf(minus(copies));
        assertThat(settled()).as("reconcile_wal may come by it from the first snapshot").containsExactlyElementsOf(written(first));

        expireAllButTheCurrent();
        assertThat(settled()).containsAll(copies);
        assertThat(minus(named(), settled())).as("these only may be deleted").containsExactlyElementsOf(copies);
        assertThat(wal.visible().values()).containsOnly(1).hasSize(2);
    }

    @Test
    void testWhatWaitsIsNotSettled()
    {
        WalWriter writer = wal.writer();
        append(writer);
        commit();
        append(writer);
        WalWriter fresh = wal.writer();
        append(fresh);
        wal.clock.advance(WalCollector.DROPPED_MIN.multipliedBy(2));
        assertThat(settled()).containsExactly(written(writer).get(0));
    }

    /**
     * What a writer left goes by the clock when nobody knows the writer any more.
     */
    @Test
    void testWritersThatNobodyKnows()
            throws Exception
    {
        WalWriter gone = wal.writer();
        BatchId batch = new BatchId(1, batches++);
        append(gone, batch);
        gone.close();
        commit();
        wal.truth.store().delete(List.of(WalLayout.registryEntry(gone.id())));
        WalCommitter committer = wal.committer();
        WalWriter alive = wal.writer();
        for (int round = 0; round < 2; round++) {
            append(alive);
            committer.commit(wal.table(), CommitOptions.DEFAULT);
            wal.clock.advance(CommitPlanner.DROP_AFTER);
        }
        assertThat(settled()).as("it left between two snapshots").contains(written(gone).get(0));
        expireAllButTheCurrent();
        assertThat(settled()).doesNotContainAnyElementsOf(written(gone));
        wal.clock.advance(WalCollector.DROPPED_MIN.minus(Duration.ofMinutes(5)));
        assertThat(settled()).doesNotContainAnyElementsOf(written(gone));
        wal.clock.advance(Duration.ofMinutes(6));
        assertThat(settled()).containsAll(written(gone));
    }

    private List<SegmentKey> settled()
    {
        SettledSegments settled = SettledSegments.of(wal.metadata(), new WriterRegistry(wal.truth.store()).list());
        try {
            return wal.truth.store().list(WalLayout.table(table), Optional.empty(), ObjectStore.LIST_COUNT_MAX).objects().stream()
                    .filter(settled::contains)
                    .map(ObjectHead::key)
                    .map(key -> SegmentKey.parse(key).orElseThrow())
                    .toList();
        }
        catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * The segments that snapshots name; nothing is removed from them here.
     */
    private List<SegmentKey> named()
    {
        return wal.files().stream().map(file -> SegmentKey.parse(wal.truth.key(file.location()).orElseThrow()).orElseThrow()).toList();
    }

    private List<SegmentKey> minus(List<SegmentKey> keys)
    {
        return minus(keys, written.values().stream().flatMap(Collection::stream).toList());
    }

    private static List<SegmentKey> minus(List<SegmentKey> keys, List<SegmentKey> all)
    {
        List<SegmentKey> rest = new ArrayList<>(all);
        rest.removeAll(keys);
        return rest;
    }

    private void expireAllButTheCurrent()
    {
        Table loaded = wal.table();
        Stream<Snapshot> snapshots = StreamSupport.stream(loaded.snapshots().spliterator(), false).sorted(Comparator.comparingLong(Snapshot::sequenceNumber));
        snapshots.filter(snapshot -> snapshot.snapshotId() != loaded.currentSnapshot().snapshotId())
                .forEach(snapshot -> wal.table().expireSnapshots().expireSnapshotId(snapshot.snapshotId()).deleteWith(_location -> {}).commit());
    }

    private List<SegmentKey> written(WalWriter writer)
    {
        return written.getOrDefault(writer.id(), List.of());
    }

    private void commit()
    {
        wal.committer().commit(wal.table(), CommitOptions.DEFAULT);
    }

    private void append(WalWriter writer)
    {
        append(writer, new BatchId(1, batches++));
    }

    private void append(WalWriter writer, BatchId id)
    {
        try {
            SegmentKey key = writer.lane(table, FakeSegments.seal()).append(FakeSegments.batches(id)).get(60, SECONDS).header().key();
            written.computeIfAbsent(writer.id(), _writer -> new ArrayList<>()).add(key);
        }
        catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}

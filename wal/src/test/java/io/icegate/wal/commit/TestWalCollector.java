package io.icegate.wal.commit;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.HookedObjectStore;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchIndex;
import io.icegate.wal.batches.BatchIndexName;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.collect.CollectResult;
import io.icegate.wal.collect.WalCollector;
import io.icegate.wal.read.LiveDeletesName;
import io.icegate.wal.read.LiveFile;
import io.icegate.wal.read.LiveFiles;
import io.icegate.wal.read.LiveManifestName;
import io.icegate.wal.read.LiveSnapshots;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.WalListing;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.TableMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestWalCollector
{
    private static final Duration HOUR = WalCollector.CLOSED_MIN.plusSeconds(1);

    private final WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0);
    private final UUID table = wal.table().uuid();
    private WalCollector collector = new WalCollector(wal.truth.store());
    private int batches;

    @AfterEach
    void close()
    {
        wal.close();
    }

    /**
     * Every start of a process is a writer. A year of restarts must not show in the requests of a query.
     */
    @Test
    void testE5RetiredWritersCostNothing()
    {
        for (int i = 0; i < 200; i++) {
            WalWriter writer = wal.writer();
            append(writer);
            writer.close();
        }
        commit();
        assertThat(collect()).as("just closed").isEqualTo(new CollectResult(0, 0));
        wal.clock.advance(HOUR);
        assertThat(collect()).as("seals and heartbeats").isEqualTo(new CollectResult(200, 400));
        assertThat(keys(WalLayout.WRITERS)).isEmpty();
        assertThat(keys(WalLayout.STARTS)).containsExactly(WalLayout.start(200));
        WalCommitter committer = wal.committer();
        WalWriter alive = wal.writer();
        append(alive);
        committer.commit(wal.table(), CommitOptions.DEFAULT);
        wal.clock.advance(CommitPlanner.DROP_AFTER);
        append(alive);
        committer.commit(wal.table(), CommitOptions.DEFAULT);

        OffsetVector vector = OffsetVector.fromProperties(wal.table().properties()).orElseThrow();
        assertThat(vector.offsets()).containsOnlyKeys(alive.id());
        HookedObjectStore asked = new HookedObjectStore(wal.truth.store());
        new WalListing(asked, new WriterRegistry(asked), wal.footers(), Runnable::run).list(table, vector);
        assertThat(asked.takeRequests()).hasSizeLessThanOrEqualTo(3);
        assertThat(wal.visible().values()).containsOnly(1).hasSize(202);
        assertThat(wal.files()).hasSize(202);
        assertThat(collect().isEmpty()).isTrue();
    }

    @Test
    void testWhatIsNotOverStays()
    {
        WalWriter alive = wal.writer();
        append(alive);
        WalWriter closed = wal.writer();
        append(closed);
        closed.close(); // and not committed
        List<ObjectKey> before = keys(WalLayout.ROOT);
        before.remove(WalLayout.start(1)); // numbers of starts go, but for the newest
        for (int i = 0; i < 3; i++) {
            wal.clock.advance(HOUR);
            assertThat(collect().isEmpty()).isTrue();
        }
        assertThat(keys(WalLayout.ROOT)).containsAll(before);
        commit();
        wal.clock.advance(HOUR.dividedBy(2));
        assertThat(collect().isEmpty()).isTrue();
        assertThat(wal.visible().values()).containsOnly(1).hasSize(2);
    }

    /**
     * A process that never lives for an hour goes by the times of snapshots.
     */
    @Test
    void testSnapshotsTellHowLongAWriterIsClosed()
    {
        wal.clock.advance(Duration.between(wal.clock.instant(), Instant.now()).plus(HOUR).plusSeconds(60));
        WalWriter closed = wal.silentWriter();
        append(closed);
        closed.close();
        commit();
        assertThat(collect()).as("registered a moment ago").isEqualTo(new CollectResult(0, 0));
        wal.clock.advance(HOUR);
        collector = new WalCollector(wal.truth.store());
        assertThat(collect().writers()).isEqualTo(1);
    }

    /**
     * The seal may go only when a writer that wakes up is not registered any more.
     */
    @Test
    void testAWriterThatWakesUpIsFenced()
    {
        WalWriter zombie = wal.silentWriter();
        append(zombie);
        wal.clock.advance(Duration.ofSeconds(61));
        commit();
        collect();
        wal.clock.advance(HOUR);
        assertThat(collect().writers()).isEqualTo(1);
        assertThat(keys(WalLayout.segments(table, zombie.id()))).containsExactly(new SegmentKey(table, zombie.id(), Sequence.FIRST).objectKey());

        WalLane lane = zombie.lane(table, FakeSegments.seal());
        assertThatThrownBy(() -> lane.append(header -> {
            wal.clock.advance(HOUR); // it slept after it had opened the segment
            return FakeSegments.batches(new BatchId(9, 9)).apply(header);
        }).get(60, SECONDS)).hasCauseInstanceOf(WalException.class).hasMessageContaining("not registered any more");
        assertThat(wal.visible().values()).containsOnly(1).hasSize(1);
    }

    /**
     * A crash between two deletions leaves work that the next round finds.
     */
    @Test
    void testUnfinishedRoundIsFinished()
            throws Exception
    {
        WalWriter closed = wal.writer();
        append(closed);
        closed.close();
        commit();
        collect();
        wal.clock.advance(HOUR);
        wal.truth.store().delete(List.of(WalLayout.registryEntry(closed.id())));

        assertThat(collect()).as("seal and heartbeat").isEqualTo(new CollectResult(0, 2));
        assertThat(keys(WalLayout.segments(table, closed.id()))).hasSize(1);
        assertThat(keys(WalLayout.WRITERS)).isEmpty();
    }

    @Test
    void testWritersOfADroppedTableStayForAWeek()
    {
        WalWriter writer = wal.silentWriter();
        append(writer);
        WriterRegistry registry = new WriterRegistry(wal.truth.store());
        wal.clock.advance(WalCollector.DROPPED_MIN);
        assertThat(collector.collect(Set.of(), _uuid -> Optional.empty()).isEmpty()).isTrue();
        assertThat(registry.entry(writer.id())).map(RegistryEntry::tables).contains(Set.of(table));
        wal.clock.advance(Duration.ofSeconds(1));
        assertThat(collector.collect(Set.of(), _uuid -> Optional.empty()).writers()).isEqualTo(1);
        assertThat(keys(WalLayout.segments(table, writer.id()))).as("its segments are not the registry's").hasSize(1);
    }

    @Test
    void testLiveDeletesGoAfterTheirSegments()
            throws Exception
    {
        wal.clock.advance(Duration.between(wal.clock.instant(), Instant.now())); // snapshots have the time of the machine
        WalWriter first = wal.writer();
        append(first, new BatchId(0, 1));
        append(first, new BatchId(0, 1), new BatchId(0, 2));
        wal.visible(); // stores what it leaves out
        assertThat(keys(WalLayout.live(table))).singleElement().satisfies(key -> assertThat(LiveDeletesName.parse(key)).isPresent());
        assertThat(collect().isEmpty()).isTrue();
        commit();
        append(first, new BatchId(0, 3));
        commit();
        assertThat(collect().isEmpty()).as("a plan may read it").isTrue();
        wal.clock.advance(HOUR.plusSeconds(60));
        assertThat(collect()).isEqualTo(new CollectResult(0, 1));
        assertThat(keys(WalLayout.LIVE)).isEmpty();
    }

    /**
     * They are of no use once nobody gives them to readers, whether their segments are committed or not.
     */
    @Test
    void testLiveManifestsGoAfterAnHour()
            throws Exception
    {
        assertThat(LiveSnapshots.AGE_MAX).as("a reader has as long as it was given to others").isLessThanOrEqualTo(WalCollector.CLOSED_MIN.dividedBy(2));
        WalWriter first = wal.writer();
        append(first, new BatchId(0, 1));
        append(first, new BatchId(0, 1), new BatchId(0, 2));
        TableMetadata metadata = wal.metadata();
        LiveTail tail = wal.tail(metadata);
        List<LiveFile> files = new LiveFiles(wal.truth, new FakeSegments(), wal.environment(Runnable::run).waiting()).files(metadata, tail);
        TableMetadata live = new LiveSnapshots(wal.truth).metadata(metadata, tail, files);
        List<ObjectKey> manifests = keys(WalLayout.live(table)).stream().filter(LiveManifestName::isManifest).toList();
        assertThat(manifests).as("rows, deletes and the list of both").hasSize(3).contains(wal.truth.key(live.currentSnapshot().manifestListLocation()).orElseThrow());

        ObjectKey foreign = WalLayout.live(table).child("note.avro");
        wal.truth.store().put(foreign, new byte[0]);
        wal.clock.advance(HOUR.minusSeconds(60));
        assertThat(collect()).isEqualTo(new CollectResult(0, 0));
        wal.clock.advance(Duration.ofSeconds(120));
        assertThat(collect()).isEqualTo(new CollectResult(0, 3));
        assertThat(keys(WalLayout.live(table))).as("the deletes belong to a segment that waits").hasSize(2).contains(foreign)
                .filteredOn(key -> LiveDeletesName.parse(key).isPresent()).hasSize(1);
    }

    @Test
    void testForeignObjectsAreLeftAlone()
            throws Exception
    {
        WriterId unreadable = WriterId.random(wal.clock.instant(), wal.random);
        for (ObjectKey key : List.of(WalLayout.registryEntry(unreadable), WalLayout.WRITERS.child("README"), WalLayout.live(table).child("note.parquet"))) {
            wal.truth.store().put(key, "foreign".getBytes(StandardCharsets.UTF_8));
        }
        wal.clock.advance(WalCollector.DROPPED_MIN.multipliedBy(2));
        List<ObjectKey> before = keys(WalLayout.ROOT);
        collect();
        assertThat(keys(WalLayout.ROOT)).isEqualTo(before);
        assertThat(keys(WalLayout.LIVE)).hasSize(1);
    }

    @Test
    void testBatchIndexesThatNobodyNamesLeave()
            throws Exception
    {
        WalWriter writer = wal.writer();
        append(writer);
        commit();
        BatchIndexName named = BatchWindow.of(wal.table().properties()).entries().get(0).name();
        BatchIndex index = wal.indexes().load(table, named).orElseThrow();
        ObjectKey garbage = WalLayout.batchIndex(table, wal.indexes().write(table, index).text());
        ObjectKey foreign = WalLayout.batchIndexes(table).child("note");
        wal.truth.store().put(foreign, "foreign".getBytes(StandardCharsets.UTF_8));

        wal.clock.advance(HOUR);
        collect();
        assertThat(keys(WalLayout.batchIndexes(table))).as("a plan may need what is not named since now").contains(garbage);
        wal.clock.advance(HOUR);
        collect();
        assertThat(keys(WalLayout.batchIndexes(table))).containsExactlyInAnyOrder(WalLayout.batchIndex(table, named.text()), foreign);
        assertThat(wal.visible().values()).containsOnly(1).hasSize(1);
    }

    private CollectResult collect()
    {
        TableMetadata metadata = wal.metadata();
        return collector.collect(Set.of(table), uuid -> Map.of(table, metadata).containsKey(uuid) ? Optional.of(metadata) : Optional.empty());
    }

    private void commit()
    {
        wal.committer().commit(wal.table(), CommitOptions.DEFAULT);
    }

    private void append(WalWriter writer)
    {
        append(writer, new BatchId(1, batches++));
    }

    private void append(WalWriter writer, BatchId... ids)
    {
        try {
            writer.lane(table, FakeSegments.seal()).append(FakeSegments.batches(ids)).get(60, SECONDS);
        }
        catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private List<ObjectKey> keys(ObjectKey folder)
    {
        try {
            List<ObjectKey> keys = new ArrayList<>();
            wal.truth.store().list(folder, Optional.empty(), ObjectStore.LIST_COUNT_MAX).objects().stream().map(ObjectHead::key).forEach(keys::add);
            return keys;
        }
        catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

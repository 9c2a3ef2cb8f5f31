package io.icegate.wal.read;

import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalFixture;
import io.icegate.wal.WalLayout;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.batches.BatchWindow;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import static io.icegate.wal.WalFixture.TABLE;
import static org.assertj.core.api.Assertions.assertThat;

final class TestDuplicateWalk
{
    private static final BatchId BATCH = new BatchId(0, 1);
    private static final BatchId OTHER = new BatchId(0, 2);
    private static final int ROWS = 10;

    private final WalFixture wal = new WalFixture();

    @Test
    void testEarlierInTheWalkCounts()
    {
        wal.register(1);
        wal.register(2);
        SegmentKey later = wal.segment(2, 0, OTHER, BATCH);
        wal.segment(1, 0, BATCH);

        assertThat(find(BatchWindow.EMPTY).ranges()).isEqualTo(Map.of(later, List.of(range(BATCH, ROWS))));
    }

    @Test
    void testTwiceInOneSegment()
    {
        wal.register(1);
        SegmentKey key = wal.segment(1, 0, BATCH, OTHER, BATCH);

        assertThat(find(BatchWindow.EMPTY).ranges()).isEqualTo(Map.of(key, List.of(range(BATCH, 2 * ROWS))));
    }

    @Test
    void testCommittedCounts()
    {
        wal.register(1);
        BatchWindow window = wal.committed(BatchWindow.EMPTY, 2, 0, BATCH);
        SegmentKey waiting = wal.segment(1, 0, BATCH);

        Duplicates duplicates = find(window);

        assertThat(duplicates.ranges()).containsOnlyKeys(waiting);
        assertThat(duplicates.isAllOf(list().get(0))).isTrue();
    }

    /**
     * What is stored, and not in the window, was not committed: it may lie above a seal.
     */
    @Test
    void testOnlyTheWindowTells()
    {
        wal.register(1);
        wal.segment(2, 0, BATCH);
        wal.segment(1, 0, BATCH);

        assertThat(find(wal.committed(BatchWindow.EMPTY, 2, 1, OTHER)).ranges()).isEmpty();
    }

    @Test
    void testOutageChangesNothing()
    {
        wal.register(1);
        BatchWindow window = wal.committed(BatchWindow.EMPTY, 2, 0, BATCH);
        wal.clock.advance(DuplicateWalk.WINDOW);
        wal.segment(1, 0, BATCH);
        wal.clock.advance(Duration.ofDays(1));

        assertThat(find(window).batches()).isEqualTo(1);
    }

    @Test
    void testOlderThanTheWindowIsAnotherBatch()
    {
        wal.register(1);
        wal.register(2);
        BatchWindow window = wal.committed(BatchWindow.EMPTY, 3, 0, BATCH);
        wal.clock.advance(DuplicateWalk.WINDOW.plusMillis(1));
        wal.segment(1, 0, BATCH);
        assertThat(find(window).batches()).isZero();

        wal.clock.advance(DuplicateWalk.WINDOW.plusMillis(1));
        wal.segment(2, 0, BATCH);
        assertThat(find(window).batches()).as("both wait").isZero();
    }

    /**
     * The other batch is committed, and the first one is no longer named: nothing that was read may change.
     */
    @Test
    void testAnotherBatchStaysAnother()
    {
        wal.register(1);
        wal.register(2);
        BatchWindow window = wal.committed(BatchWindow.EMPTY, 3, 0, BATCH);
        wal.clock.advance(DuplicateWalk.WINDOW.plusMillis(1));
        window = wal.committed(window, 1, 0, BATCH);
        wal.clock.advance(Duration.ofMinutes(1));
        SegmentKey copy = wal.segment(2, 0, BATCH);

        assertThat(find(window).ranges()).containsOnlyKeys(copy);
        assertThat(find(new BatchWindow(window.entries().subList(1, 2))).ranges()).containsOnlyKeys(copy);
    }

    @Test
    void testTimeOfAcceptanceCounts()
    {
        wal.register(1);
        BatchWindow window = wal.committed(BatchWindow.EMPTY, 2, 0, BATCH);
        Instant accepted = wal.clock.instant().plus(DuplicateWalk.WINDOW);
        wal.clock.advance(DuplicateWalk.WINDOW.plusMinutes(5));
        // its writer slept between accepting and storing
        wal.segment(1, 0, accepted, FakeSegments.batches(BATCH));

        assertThat(find(window).batches()).isEqualTo(1);
    }

    @Test
    void testClocksThatAreWrongHideNoCopy()
    {
        wal.register(1);
        wal.register(2);
        BatchWindow window = wal.committed(BatchWindow.EMPTY, 3, 0, BATCH, OTHER);
        SegmentKey behind = wal.segment(1, 0, wal.clock.instant().minus(Duration.ofDays(365)), FakeSegments.batches(BATCH));
        SegmentKey ahead = wal.segment(2, 0, wal.clock.instant().plus(Duration.ofDays(365)), FakeSegments.batches(OTHER));

        assertThat(find(window).ranges()).containsOnlyKeys(behind, ahead);
    }

    /**
     * After a rollback segments are appended again whose ids the window has already.
     */
    @Test
    void testNoSegmentIsACopyOfItself()
    {
        wal.register(1);
        BatchWindow window = wal.committed(BatchWindow.EMPTY, 1, 0, BATCH);
        wal.segment(1, 0, BATCH);

        assertThat(find(window).ranges()).isEmpty();
    }

    @Test
    void testIndexesAreReadOnce()
    {
        wal.register(1);
        BatchWindow window = BatchWindow.EMPTY;
        for (int i = 0; i < 5; i++) {
            window = wal.committed(window, 2, i, new BatchId(2, i));
            wal.clock.advance(Duration.ofMinutes(4));
        }
        wal.segment(1, 0, new BatchId(2, 4), new BatchId(2, 0));
        List<LiveSegment> waiting = list();
        DuplicateWalk walk = new DuplicateWalk(indexes(), Runnable::run);
        wal.store.takeRequests();

        assertThat(walk.find(TABLE, window, waiting).of(waiting.get(0).key())).extracting(range -> range.id().low()).containsExactly(4L);
        assertThat(wal.store.takeRequests()).as("the first two are too old").hasSize(3).allMatch(request -> request.startsWith("GET " + WalLayout.batchIndexes(TABLE)));
        walk.find(TABLE, window, waiting);
        assertThat(wal.store.takeRequests()).isEmpty();
    }

    @Test
    void testLostIndexStopsNobody()
            throws Exception
    {
        wal.register(1);
        BatchWindow window = wal.committed(wal.committed(wal.committed(BatchWindow.EMPTY, 2, 0, BATCH), 2, 1, new BatchId(9, 9)), 2, 2, OTHER);
        wal.memory.delete(List.of(WalLayout.batchIndex(TABLE, window.entries().get(0).name().text())));
        wal.memory.put(WalLayout.batchIndex(TABLE, window.entries().get(1).name().text()), "garbage".getBytes(StandardCharsets.UTF_8));
        wal.segment(1, 0, BATCH, new BatchId(9, 9), OTHER);

        Duplicates duplicates = new DuplicateWalk(indexes(), Runnable::run).find(TABLE, window, list());
        assertThat(duplicates.of(list().get(0).key())).extracting(BatchRange::id).containsExactly(OTHER);
    }

    private BatchIndexes indexes()
    {
        return new BatchIndexes(wal.store, WalEnvironment.system(Runnable::run));
    }

    private BatchRange range(BatchId id, int firstRow)
    {
        return new BatchRange(id, wal.clock.instant().toEpochMilli(), firstRow, ROWS);
    }

    private List<LiveSegment> list()
    {
        return wal.listing.list(TABLE, OffsetVector.EMPTY).segments();
    }

    private Duplicates find(BatchWindow window)
    {
        return wal.walk.find(TABLE, window, list());
    }
}

package io.icegate.wal.commit;

import io.icegate.wal.BatchId;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalFixture;
import io.icegate.wal.batches.BatchIndex;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.batches.BatchWindow.Entry;
import io.icegate.wal.commit.BatchRecorder.NewBatches;
import io.icegate.wal.commit.BatchRecorder.Recorded;
import io.icegate.wal.read.Duplicates;
import io.icegate.wal.read.LiveSegment;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import static io.icegate.wal.WalFixture.TABLE;
import static io.icegate.wal.WalFixture.vector;
import static org.assertj.core.api.Assertions.assertThat;

final class TestBatchRecorder
{
    private final WalFixture wal = new WalFixture();
    private final BatchRecorder recorder = new BatchRecorder(wal.indexes);

    @Test
    void testNeighboursAreMerged()
    {
        wal.register(1);
        BatchWindow window = BatchWindow.EMPTY;
        int commits = 500;
        int indexesMax = 0;
        wal.store.takeRequests();
        for (int i = 0; i < commits; i++) {
            window = record(recorder, window, i, BatchHorizon.NONE).window();
            indexesMax = Math.max(indexesMax, window.entries().size());
            wal.clock.advance(Duration.ofSeconds(10));
        }

        assertThat(indexesMax).isEqualTo(BatchWindow.INDEXES_MAX);
        assertThat(wal.store.takeRequests()).filteredOn(request -> request.contains("_batches")).as("requests, in one process").hasSizeLessThan(commits * 5 / 4);
        assertThat(window.count()).isEqualTo(commits);
        assertThat(window.text()).hasSizeLessThan(5_000);
        assertThat(window.entries()).isSortedAccordingTo((one, other) -> one.from().compareTo(other.from()));
        BatchIndexes fresh = new BatchIndexes(wal.store, WalEnvironment.system(Runnable::run));
        for (int i = 0; i < commits; i++) {
            BatchId id = new BatchId(1, i);
            assertThat(window.entries()).filteredOn(entry -> holds(fresh.load(TABLE, entry.name()).orElseThrow(), id)).hasSize(1);
        }
    }

    @Test
    void testWhatNobodyNeedsLeaves()
    {
        wal.register(1);
        BatchWindow window = BatchWindow.EMPTY;
        for (int i = 0; i < 500; i++) {
            window = record(recorder, window, i, BatchHorizon.since(wal.clock.instant().minus(Duration.ofMinutes(17)))).window();
            wal.clock.advance(Duration.ofSeconds(10));
        }

        // 102 commits are younger; a merged index leaves as a whole
        assertThat(window.count()).isBetween(102L, 140L);
        assertThat(window.entries()).hasSizeLessThanOrEqualTo(BatchWindow.INDEXES_MAX);
    }

    /**
     * A writer that ended at a corrupt segment needs what came while it lived, not what comes in the years after.
     */
    @Test
    void testADeadWriterKeepsNoYoungIds()
    {
        wal.register(1);
        Instant kept = wal.clock.instant().plus(Duration.ofMinutes(17));
        BatchWindow window = BatchWindow.EMPTY;
        for (int i = 0; i < 1_000; i++) {
            window = record(recorder, window, i, new BatchHorizon(wal.clock.instant().minus(Duration.ofMinutes(17)), kept)).window();
            wal.clock.advance(Duration.ofSeconds(10));
        }

        // 103 of its time, and 102 of the last minutes
        assertThat(window.count()).isBetween(205L, 280L);
        BatchIndexes fresh = new BatchIndexes(wal.store, WalEnvironment.system(Runnable::run));
        for (int i = 0; i < 100; i++) {
            BatchId id = new BatchId(1, i);
            assertThat(window.entries()).filteredOn(entry -> holds(fresh.load(TABLE, entry.name()).orElseThrow(), id)).hasSize(1);
        }
    }

    @Test
    void testHardBound()
    {
        wal.register(1);
        BatchRecorder bounded = new BatchRecorder(wal.indexes, 10);
        BatchWindow window = BatchWindow.EMPTY;
        for (int i = 0; i < 10; i++) {
            Recorded recorded = record(bounded, window, i, BatchHorizon.NONE);
            assertThat(recorded.forgotten()).isZero();
            window = recorded.window();
        }
        List<Entry> before = window.entries();
        Recorded recorded = record(bounded, window, 10, BatchHorizon.NONE);

        assertThat(recorded.forgotten()).isEqualTo(1);
        assertThat(recorded.window().count()).isEqualTo(10);
        assertThat(recorded.window().entries()).startsWith(before.get(1)).doesNotContain(before.get(0));
    }

    @Test
    void testCopiesAreNotRemembered()
    {
        wal.register(1);
        BatchId one = new BatchId(0, 1);
        wal.segment(1, 0, one, one);
        List<LiveSegment> segments = wal.listing.list(TABLE, OffsetVector.EMPTY).segments();
        Duplicates duplicates = wal.walk.find(TABLE, BatchWindow.EMPTY, segments);
        assertThat(duplicates.batches()).isEqualTo(1);

        Recorded recorded = recorder.record(TABLE, new NewBatches(BatchWindow.EMPTY, segments, BatchHorizon.NONE), duplicates);
        assertThat(recorded.window().count()).isEqualTo(1);

        wal.segment(1, 1, one);
        segments = wal.listing.list(TABLE, vector(Map.of(1, 1L))).segments();
        Recorded again = recorder.record(TABLE, new NewBatches(recorded.window(), segments, BatchHorizon.NONE), wal.walk.find(TABLE, recorded.window(), segments));
        assertThat(again.window()).isEqualTo(recorded.window());
        assertThat(again.written()).as("it says that the segment was taken in").hasSize(1);
    }

    private Recorded record(BatchRecorder of, BatchWindow window, int number, BatchHorizon horizon)
    {
        wal.segment(1, number, new BatchId(1, number));
        List<LiveSegment> segments = wal.listing.list(TABLE, vector(Map.of(1, (long) number))).segments();
        return of.record(TABLE, new NewBatches(window, segments, horizon), Duplicates.NONE);
    }

    private static boolean holds(BatchIndex index, BatchId id)
    {
        boolean[] found = new boolean[1];
        index.find(id, (origin, millis) -> found[0] = true);
        return found[0];
    }
}

package io.icegate.wal.read;

import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.OffsetVector.Offset;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalFixture;
import io.icegate.wal.WalLayout;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import static io.icegate.wal.WalFixture.TABLE;
import static io.icegate.wal.WalFixture.id;
import static io.icegate.wal.WalFixture.vector;
import static org.assertj.core.api.Assertions.assertThat;

final class TestDuplicateWalk
{
    private static final BatchId BATCH = new BatchId(0, 1);
    private static final BatchId OTHER = new BatchId(0, 2);

    private final WalFixture wal = new WalFixture();

    @Test
    void testEarlierInTheWalkCounts()
    {
        wal.register(1);
        wal.register(2);
        SegmentKey later = wal.segment(2, 0, OTHER, BATCH);
        wal.segment(1, 0, BATCH);

        assertThat(find(OffsetVector.EMPTY).ranges()).isEqualTo(Map.of(later, List.of(new BatchRange(BATCH, 10, 10))));
    }

    @Test
    void testTwiceInOneSegment()
    {
        wal.register(1);
        SegmentKey key = wal.segment(1, 0, BATCH, OTHER, BATCH);

        assertThat(find(OffsetVector.EMPTY).ranges()).isEqualTo(Map.of(key, List.of(new BatchRange(BATCH, 20, 10))));
    }

    @Test
    void testCommittedCounts()
    {
        wal.register(1);
        wal.register(2);
        wal.segment(2, 0, BATCH);
        SegmentKey waiting = wal.segment(1, 0, BATCH);

        Duplicates duplicates = find(vector(Map.of(2, 1L)));

        assertThat(duplicates.ranges()).containsOnlyKeys(waiting);
        assertThat(duplicates.isAllOf(list(vector(Map.of(2, 1L))).get(0))).isTrue();
    }

    @Test
    void testClosedWritersCount()
    {
        wal.register(1);
        wal.segment(2, 0, BATCH);
        wal.seal(2, 1);
        SegmentKey waiting = wal.segment(1, 0, BATCH);

        assertThat(find(new OffsetVector(Map.of(id(2), new Offset(new Sequence(1), true)))).ranges()).containsOnlyKeys(waiting);
    }

    @Test
    void testAboveTheVectorDoesNotCount()
    {
        wal.register(1);
        wal.segment(2, 0, OTHER);
        wal.segment(2, 1, BATCH); // above a seal, say: never committed
        wal.segment(1, 0, BATCH);

        assertThat(find(new OffsetVector(Map.of(id(2), new Offset(new Sequence(1), true)))).ranges()).isEmpty();
    }

    @Test
    void testWindowReachesBackFromTheOldestWaiting()
    {
        wal.register(1);
        wal.register(2);
        wal.segment(2, 0, BATCH);
        wal.clock.advance(DuplicateWalk.WINDOW);
        wal.segment(1, 0, BATCH);
        // an outage of a day changes nothing
        wal.clock.advance(Duration.ofDays(1));
        assertThat(find(vector(Map.of(2, 1L))).batches()).isEqualTo(1);
    }

    @Test
    void testOlderThanTheWindowIsAnotherBatch()
    {
        wal.register(1);
        wal.register(2);
        wal.segment(2, 0, BATCH);
        wal.clock.advance(DuplicateWalk.WINDOW.plusMillis(1));
        wal.segment(1, 0, BATCH);

        assertThat(find(vector(Map.of(2, 1L))).batches()).isZero();
    }

    @Test
    void testWindowIsMeasuredOnTheEarlierOfCreatedAndStored()
    {
        wal.register(1);
        wal.register(2);
        wal.segment(2, 0, BATCH);
        Instant opened = wal.clock.instant().plus(DuplicateWalk.WINDOW);
        wal.clock.advance(DuplicateWalk.WINDOW.plusMinutes(5));
        wal.segment(1, 0, opened, FakeSegments.batches(BATCH)); // its writer slept between opening and storing

        assertThat(find(vector(Map.of(2, 1L))).batches()).isEqualTo(1);
    }

    @Test
    void testLongHistoryIsFoundFromTheEnd()
    {
        wal.register(1);
        wal.register(2);
        for (int i = 0; i < 5_000; i++) {
            wal.segment(2, i, new BatchId(2, i));
            wal.clock.advance(Duration.ofSeconds(1));
        }
        wal.segment(1, 0, new BatchId(2, 4_999), new BatchId(2, 4_100), new BatchId(2, 4_099));
        OffsetVector vector = vector(Map.of(2, 5_000L));
        wal.store.takeRequests();

        // 900 seconds back
        assertThat(find(vector).of(new SegmentKey(TABLE, id(1), Sequence.FIRST))).extracting(range -> range.id().low()).containsExactly(4_999L, 4_100L);

        List<String> requests = wal.store.takeRequests();
        assertThat(requests.stream().filter(request -> request.startsWith("READ"))).hasSizeLessThan(930);
        assertThat(requests.stream().filter(("LIST " + WalLayout.segments(TABLE, id(2)))::equals)).hasSizeLessThanOrEqualTo(3);
        // and the second time only the registry and the tails are listed
        find(vector);
        assertThat(wal.store.takeRequests()).containsExactly(
                "LIST " + WalLayout.WRITERS,
                "LIST " + WalLayout.segments(TABLE, id(1)),
                "LIST " + WalLayout.segments(TABLE, id(2)));
    }

    /**
     * Compaction and expiration took the newest committed segments, more than one page of them, and left older ones.
     */
    @Test
    void testHistoryGoesOnBelowAnExpiredPage()
    {
        wal.register(1);
        wal.register(2);
        wal.segment(2, 0, BATCH);
        wal.segment(2, 4_000, OTHER);
        SegmentKey waiting = wal.segment(1, 0, BATCH, OTHER);

        assertThat(find(vector(Map.of(2, 10_000L))).ranges()).isEqualTo(Map.of(waiting, List.of(new BatchRange(BATCH, 0, 10), new BatchRange(OTHER, 10, 10))));
    }

    @Test
    void testExpiredHistoryIsListedOnce()
    {
        wal.register(1);
        wal.register(2);
        wal.segment(1, 0, BATCH);
        wal.segment(2, 1_000_000, BATCH); // waits
        OffsetVector vector = vector(Map.of(2, 1_000_000L));
        List<LiveSegment> waiting = list(vector);
        wal.store.takeRequests();

        wal.walk.find(TABLE, vector, waiting);
        assertThat(wal.store.takeRequests().stream().filter(("LIST " + WalLayout.segments(TABLE, id(2)))::equals)).hasSize(2);
    }

    private List<LiveSegment> list(OffsetVector from)
    {
        return wal.listing.list(TABLE, from).segments();
    }

    private Duplicates find(OffsetVector from)
    {
        return wal.walk.find(TABLE, from, list(from));
    }
}

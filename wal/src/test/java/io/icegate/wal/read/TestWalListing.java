package io.icegate.wal.read;

import io.icegate.objectstore.ObjectKey;
import io.icegate.wal.BatchId;
import io.icegate.wal.HookedObjectStore;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalException;
import io.icegate.wal.WalFixture;
import io.icegate.wal.WalLayout;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import static io.icegate.wal.WalFixture.TABLE;
import static io.icegate.wal.WalFixture.id;
import static io.icegate.wal.WalFixture.vector;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestWalListing
{
    private final WalFixture wal = new WalFixture();

    @Test
    void testReadsBehindTheVector()
    {
        wal.register(1);
        wal.register(2);
        wal.segment(1, 0, new BatchId(0, 1));
        SegmentKey second = wal.segment(1, 1, new BatchId(0, 2));
        SegmentKey other = wal.segment(2, 0, new BatchId(0, 3));

        LiveSegments live = wal.listing.list(TABLE, vector(Map.of(1, 1L)));

        assertThat(live.segments()).extracting(LiveSegment::key).containsExactly(second, other);
        assertThat(end(live, 1).kind()).isEqualTo(RunEnd.Kind.OPEN);
        assertThat(end(live, 1).next()).isEqualTo(new Sequence(2));
    }

    @Test
    void testWriterOfTheVectorNeedNotBeRegistered()
    {
        wal.segment(1, 0, new BatchId(0, 1));
        SegmentKey waiting = wal.segment(1, 1, new BatchId(0, 2));
        assertThat(wal.listing.list(TABLE, vector(Map.of(1, 1L))).segments()).extracting(LiveSegment::key).containsExactly(waiting);
        // and one that is neither there nor registered is not seen at all
        wal.segment(2, 0, new BatchId(0, 3));
        assertThat(wal.listing.list(TABLE, vector(Map.of(1, 1L))).segments()).hasSize(1);
    }

    @Test
    void testGapEndsTheRun()
    {
        wal.register(1);
        wal.segment(1, 0, new BatchId(0, 1));
        wal.segment(1, 2, new BatchId(0, 2));

        LiveSegments live = wal.listing.list(TABLE, OffsetVector.EMPTY);

        assertThat(live.segments()).hasSize(1);
        assertThat(end(live, 1).kind()).isEqualTo(RunEnd.Kind.GAP);
        assertThat(end(live, 1).next()).isEqualTo(new Sequence(1));
    }

    @Test
    void testForeignObjectsAreNoSegments()
    {
        wal.register(1);
        SegmentKey segment = wal.segment(1, 0, new BatchId(0, 1));
        String folder = segment.objectKey().value().substring(0, segment.objectKey().value().lastIndexOf('/') + 1);
        // the last number is above what a sequence can be
        for (String name : List.of("README.txt", "00000000000000000001.parquet.tmp", "1.parquet", "09223372036854775808.parquet", "99999999999999999999.parquet")) {
            wal.memory.putIfAbsent(new ObjectKey(folder + name), "foreign".getBytes(StandardCharsets.UTF_8));
        }

        LiveSegments live = wal.listing.list(TABLE, OffsetVector.EMPTY);

        assertThat(live.segments()).extracting(LiveSegment::key).containsExactly(segment);
        assertThat(end(live, 1).kind()).isEqualTo(RunEnd.Kind.OPEN);
        assertThat(end(live, 1).next()).isEqualTo(new Sequence(1));
    }

    @Test
    void testListingThatMissesKeyIsCorrectedByHead()
    {
        wal.register(1);
        wal.segment(1, 0, new BatchId(0, 1));
        SegmentKey forgotten = wal.segment(1, 1, new BatchId(0, 2));
        wal.segment(1, 2, new BatchId(0, 3));
        wal.store.hideFromListings(forgotten.objectKey());

        assertThat(wal.listing.list(TABLE, OffsetVector.EMPTY).segments()).hasSize(3);
    }

    @Test
    void testSealEndsTheRun()
    {
        wal.register(1);
        wal.segment(1, 0, new BatchId(0, 1));
        wal.seal(1, 1);
        wal.segment(1, 2, new BatchId(0, 2));

        LiveSegments live = wal.listing.list(TABLE, OffsetVector.EMPTY);

        assertThat(live.segments()).hasSize(1);
        assertThat(end(live, 1).kind()).isEqualTo(RunEnd.Kind.SEALED);
        assertThat(end(live, 1).next()).isEqualTo(new Sequence(1));
        assertThat(end(live, 1).since()).isEqualTo(wal.clock.instant());
    }

    @Test
    void testCorruptSegmentEndsOnlyItsWriter()
    {
        wal.register(1);
        wal.register(2);
        wal.segment(1, 0, new BatchId(0, 1));
        wal.memory.putIfAbsent(new SegmentKey(TABLE, id(1), new Sequence(1)).objectKey(), "garbage".getBytes(StandardCharsets.UTF_8));
        wal.segment(1, 2, new BatchId(0, 2));
        wal.segment(2, 0, new BatchId(0, 3));
        wal.segment(2, 1, new BatchId(0, 4));

        LiveSegments live = wal.listing.list(TABLE, OffsetVector.EMPTY);

        assertThat(live.segments()).extracting(segment -> segment.footer().batches().get(0).id().low()).containsExactly(1L, 3L, 4L);
        assertThat(end(live, 1).kind()).isEqualTo(RunEnd.Kind.CORRUPT);
        assertThat(end(live, 1).detail()).contains("Cannot read segment _wal/v1/" + TABLE);
        assertThat(end(live, 2).kind()).isEqualTo(RunEnd.Kind.OPEN);
    }

    @Test
    void testLimitTakesTheOldestAndKeepsRunsDense()
    {
        wal.register(1);
        wal.register(2);
        for (int i = 0; i < 5; i++) {
            wal.segment(1, i, new BatchId(1, i));
            wal.clock.advance(Duration.ofSeconds(1));
            wal.segment(2, i, new BatchId(2, i));
            wal.clock.advance(Duration.ofSeconds(1));
        }

        LiveSegments live = wal.listing.list(TABLE, OffsetVector.EMPTY, 5);

        assertThat(live.segments()).extracting(segment -> segment.key().writer() + "/" + segment.key().sequence().value())
                .containsExactly(id(1) + "/0", id(1) + "/1", id(1) + "/2", id(2) + "/0", id(2) + "/1");
        assertThat(live.ends().values()).extracting(RunEnd::kind).containsOnly(RunEnd.Kind.LIMIT);
        assertThat(wal.listing.list(TABLE, OffsetVector.EMPTY, 10).ends().values()).extracting(RunEnd::kind).containsOnly(RunEnd.Kind.OPEN);
    }

    @Test
    void testTooManyLiveSegments()
    {
        WalListing listing = new WalListing(wal.store, wal.registry, wal.footers, Runnable::run, 20);
        wal.register(1);
        for (int i = 0; i < 20; i++) {
            wal.segment(1, i, new BatchId(0, i));
        }
        assertThat(listing.list(TABLE, OffsetVector.EMPTY).segments()).hasSize(20);

        wal.segment(1, 20, new BatchId(1, 0));
        assertThatThrownBy(() -> listing.list(TABLE, OffsetVector.EMPTY))
                .isInstanceOf(WalException.class)
                .hasMessage("Cannot read the live rows of table " + TABLE + ": more than 20 segments wait to be committed; run CALL icegate.system.commit_wal first");
    }

    @Test
    void testRequestsOfOneListing()
    {
        wal.register(1);
        wal.segment(1, 0, new BatchId(0, 1));
        wal.segment(1, 1, new BatchId(0, 2));
        wal.listing.list(TABLE, OffsetVector.EMPTY);
        wal.segment(1, 2, new BatchId(0, 3));
        wal.store.takeRequests();

        wal.listing.list(TABLE, OffsetVector.EMPTY);

        assertThat(wal.store.takeRequests()).containsExactly(
                "LIST " + WalLayout.WRITERS,
                "LIST " + WalLayout.segments(TABLE, id(1)),
                "READ " + new SegmentKey(TABLE, id(1), new Sequence(2)).objectKey());
    }

    /**
     * A store that reads a whole folder for every listing is asked for the next numbers instead: its cost does not grow with
     * what is committed.
     */
    @Test
    void testE13FoldersThatGrowAreNotListed()
    {
        wal.store.makeListingsExpensive();
        wal.register(1);
        for (int i = 0; i < 100; i++) {
            wal.segment(1, i, new BatchId(1, i));
        }
        OffsetVector committed = vector(Map.of(1, 98L));
        wal.listing.list(TABLE, committed);
        wal.store.takeRequests();

        LiveSegments live = wal.listing.list(TABLE, committed);

        assertThat(live.segments()).extracting(segment -> segment.key().sequence().value()).containsExactly(98L, 99L);
        assertThat(wal.store.takeRequests())
                .hasSize(1 + 3 + Sequence.IN_FLIGHT_LIMIT)
                .noneMatch(("LIST " + WalLayout.segments(TABLE, id(1)))::equals);
    }

    @Test
    void testNumbersThatAreAskedForEndAsListedOnes()
    {
        wal.register(1);
        wal.register(2);
        wal.register(3);
        wal.register(4);
        for (int i = 0; i < 6; i++) {
            wal.segment(1, i, new BatchId(1, i));
            wal.clock.advance(Duration.ofSeconds(1));
        }
        wal.segment(2, 0, new BatchId(2, 0));
        wal.segment(2, Sequence.IN_FLIGHT_LIMIT, new BatchId(2, 1)); // the last one that can be in flight
        wal.segment(3, 0, new BatchId(3, 0));
        wal.seal(3, 1);
        for (int countMax : new int[] {1, 3, 8, 100}) {
            LiveSegments listed = wal.listing.list(TABLE, vector(Map.of(1, 2L)), countMax);
            HookedObjectStore store = new HookedObjectStore(wal.memory);
            store.makeListingsExpensive();
            WalListing probing = new WalListing(store, wal.registry, wal.footers, Runnable::run);
            assertThat(probing.list(TABLE, vector(Map.of(1, 2L)), countMax)).as("at most %s", countMax).isEqualTo(listed);
        }
    }

    /**
     * A writer that goes on behind a corrupt object has the oldest objects for ever.
     */
    @Test
    void testObjectsBehindACorruptOneTakeNoPlace()
    {
        wal.register(1);
        wal.register(2);
        wal.segment(1, 0, new BatchId(0, 1));
        wal.memory.putIfAbsent(new SegmentKey(TABLE, id(1), new Sequence(1)).objectKey(), "garbage".getBytes(StandardCharsets.UTF_8));
        for (int i = 2; i < 10; i++) {
            wal.segment(1, i, new BatchId(1, i));
        }
        wal.clock.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 5; i++) {
            wal.segment(2, i, new BatchId(2, i));
        }

        LiveSegments live = wal.listing.list(TABLE, OffsetVector.EMPTY, 4);

        assertThat(live.segments()).extracting(segment -> segment.key().writer() + "/" + segment.key().sequence().value())
                .containsExactly(id(1) + "/0", id(2) + "/0", id(2) + "/1", id(2) + "/2");
        assertThat(end(live, 1).kind()).isEqualTo(RunEnd.Kind.CORRUPT);
        assertThat(end(live, 2).kind()).isEqualTo(RunEnd.Kind.LIMIT);
        WalListing bounded = new WalListing(wal.store, wal.registry, wal.footers, Runnable::run, 5);
        assertThatThrownBy(() -> bounded.list(TABLE, OffsetVector.EMPTY)).hasMessageContaining("more than 5 segments wait");
    }

    /**
     * Such an entry does not tell its tables, but the segments do.
     */
    @Test
    void testE8UnreadableEntryStopsNobody()
    {
        wal.memory.putIfAbsent(WalLayout.registryEntry(id(1)), "{\"format\":99}".getBytes(StandardCharsets.UTF_8));
        wal.register(2);
        wal.segment(1, 0, new BatchId(0, 1));
        wal.segment(2, 0, new BatchId(0, 2));

        LiveSegments live = wal.listing.list(TABLE, OffsetVector.EMPTY);

        assertThat(live.segments()).extracting(segment -> segment.footer().batches().get(0).id().low()).containsExactly(1L, 2L);
        assertThat(wal.registry.isRegistered(id(1))).isTrue();
    }

    private static RunEnd end(LiveSegments live, int writer)
    {
        return requireNonNull(live.ends().get(id(writer)));
    }
}

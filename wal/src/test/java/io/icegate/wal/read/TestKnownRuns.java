package io.icegate.wal.read;

import io.icegate.objectstore.ObjectKey;
import io.icegate.wal.BatchId;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalFixture;
import io.icegate.wal.WalLayout;
import io.icegate.wal.registry.WriterRegistry;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import static io.icegate.wal.WalFixture.TABLE;
import static io.icegate.wal.WalFixture.id;
import static io.icegate.wal.WalFixture.vector;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestKnownRuns
{
    private final WalFixture wal = new WalFixture();
    private final WriterRegistry registry = new WriterRegistry(wal.store, wal.clock::nanoTime);
    private final WalListing listing = new WalListing(wal.store, registry, wal.footers, Runnable::run);
    private List<String> requests = List.of(); // of the read before the last one
    private int batches;

    @Test
    void testAsksForWhatFollows()
    {
        wal.register(1);
        wal.register(2);
        segments(1, 0, 3);
        assertSame(OffsetVector.EMPTY);
        wal.store.takeRequests();
        assertSame(OffsetVector.EMPTY);
        assertThat(requests).containsExactly("HEAD " + WalLayout.start(3), "HEAD " + key(1, 3), "HEAD " + key(2, 0));

        segments(1, 3, 5);
        segments(2, 0, 1);
        assertSame(OffsetVector.EMPTY);
        assertSame(vector(Map.of(1, 4L)));
        assertSame(vector(Map.of(1, 8L, 2, 1L)));
        // the vector went on behind what was read
        segments(1, 8, 4);
        assertSame(vector(Map.of(1, 10L)));
        // and one that is older than what is remembered
        assertSame(vector(Map.of(1, 2L)));
        assertThat(requests).noneMatch(request -> request.startsWith("LIST " + WalLayout.WRITERS));
    }

    @Test
    void testOneRequestForEachNewSegment()
    {
        wal.register(1);
        segments(1, 0, 1);
        assertSame(OffsetVector.EMPTY);
        int next = 1;
        for (int round = 0; round < 5; round++) {
            segments(1, next, 6);
            next += 6;
            wal.store.takeRequests();
            listing.follow(TABLE, OffsetVector.EMPTY);
            List<String> heads = wal.store.takeRequests().stream().filter(request -> request.startsWith("HEAD") && !request.contains("_starts")).toList();
            if (round > 0) {
                assertThat(heads).as("as many as last time, and the one that is not there").hasSize(7);
            }
        }
        assertSame(OffsetVector.EMPTY);
    }

    @Test
    void testManyNewSegmentsAreListed()
    {
        wal.register(1);
        assertSame(OffsetVector.EMPTY);
        segments(1, 0, 2_500);
        assertSame(OffsetVector.EMPTY);
        segments(1, 2_500, 200);
        assertSame(OffsetVector.EMPTY);
    }

    @Test
    void testNewWriterIsSeen()
    {
        wal.register(1);
        segments(1, 0, 1);
        assertSame(OffsetVector.EMPTY);
        wal.register(2);
        segments(2, 0, 1);
        assertThat(listing.follow(TABLE, OffsetVector.EMPTY).segments()).hasSize(2);
    }

    @Test
    void testSealIsTheEnd()
    {
        wal.register(1);
        segments(1, 0, 2);
        assertSame(OffsetVector.EMPTY);
        wal.seal(1, 2);
        segments(1, 3, 1); // never acknowledged
        assertSame(OffsetVector.EMPTY);
        wal.store.takeRequests();
        assertSame(OffsetVector.EMPTY);
        assertThat(requests).as("nothing follows a seal").containsExactly("HEAD " + WalLayout.start(2));
    }

    /**
     * A process that runs for a year meets as many writers as there are starts, each of them with what waited last.
     */
    @Test
    void testClosedWriterIsForgotten()
    {
        wal.register(1);
        wal.register(2);
        segments(1, 0, 3);
        assertSame(OffsetVector.EMPTY);
        assertSame(new OffsetVector(Map.of(id(1), new OffsetVector.Offset(new Sequence(3), true))));
        wal.store.takeRequests();
        listing.follow(TABLE, OffsetVector.EMPTY);
        assertThat(wal.store.takeRequests()).as("only who is remembered is asked for the next number")
                .filteredOn(request -> request.startsWith("LIST"))
                .containsExactly("LIST " + WalLayout.segments(TABLE, id(1)));
    }

    @Test
    void testRestoredSegmentIsRead()
    {
        wal.register(1);
        segments(1, 0, 1);
        assertSame(OffsetVector.EMPTY);
        wal.memory.putIfAbsent(key(1, 1), "garbage".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 2; i++) {
            LiveSegments live = listing.follow(TABLE, OffsetVector.EMPTY);
            assertThat(live.segments()).hasSize(1);
            assertThat(requireNonNull(live.ends().get(id(1))).kind()).isEqualTo(RunEnd.Kind.CORRUPT);
        }
        wal.memory.delete(List.of(key(1, 1)));
        segments(1, 1, 2);
        assertSame(OffsetVector.EMPTY);
        assertThat(listing.follow(TABLE, OffsetVector.EMPTY).segments()).hasSize(3);
    }

    @Test
    void testBoundHolds()
    {
        WalListing bounded = new WalListing(wal.store, registry, wal.footers, Runnable::run, 5);
        wal.register(1);
        segments(1, 0, 5);
        assertThat(bounded.follow(TABLE, OffsetVector.EMPTY).segments()).hasSize(5);
        segments(1, 5, 3);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> bounded.follow(TABLE, OffsetVector.EMPTY)).hasMessageContaining("more than 5 segments wait");
        }
        assertThat(bounded.follow(TABLE, vector(Map.of(1, 4L))).segments()).hasSize(4);
    }

    /**
     * Reads twice, because the second read remembers.
     */
    private void assertSame(OffsetVector from)
    {
        LiveSegments listed = wal.listing.list(TABLE, from);
        wal.store.takeRequests();
        for (int i = 0; i < 2; i++) {
            LiveSegments followed = listing.follow(TABLE, from);
            assertThat(followed.segments()).isEqualTo(listed.segments());
            assertThat(followed.ends()).isEqualTo(listed.ends());
            if (i == 0) {
                requests = wal.store.takeRequests();
            }
        }
    }

    private void segments(int writer, int first, int count)
    {
        for (int i = 0; i < count; i++) {
            wal.segment(writer, first + i, new BatchId(writer, batches++));
        }
    }

    private static ObjectKey key(int writer, long sequence)
    {
        return new SegmentKey(TABLE, id(writer), new Sequence(sequence)).objectKey();
    }
}

package io.icegate.wal.read;

import io.icegate.schema.Signal;
import io.icegate.wal.EarlierSegment;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalFixture;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.registry.WriterRegistry;
import org.apache.iceberg.Metrics;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import static io.icegate.wal.WalFixture.TABLE;
import static io.icegate.wal.WalFixture.id;
import static io.icegate.wal.WalFixture.vector;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Segments that tell of those before them are not all asked for, and nothing else changes.
 */
final class TestToldSegments
{
    private static final int WRITER = 1;

    private final WalFixture wal = new WalFixture();
    private final SegmentEncoder encoder = new SegmentEncoder(Signal.LOGS.shape());
    private final WalListing queries = listing();
    private final List<EarlierSegment> durable = new ArrayList<>();

    @Test
    void testPlanAsksForTheLastAndTheNext()
    {
        wal.register(WRITER);
        int next = append(0, 12, 0);
        queries.follow(TABLE, OffsetVector.EMPTY);
        for (int round = 0; round < 3; round++) {
            next = append(next, 12, 0);
            List<String> asked = follow();
            assertThat(asked).as("numbers of round %s", round).hasSizeLessThanOrEqualTo(round == 0 ? 12 : 2);
        }
        next = append(next, 13, 0);
        assertThat(follow()).as("one more than last time").hasSize(3);
        next = append(next, 11, 0);
        assertThat(follow()).as("two less than last time").hasSizeLessThanOrEqualTo(5);
        append(next, 40, 0);
        assertThat(follow()).as("many more").hasSizeLessThanOrEqualTo(16);
        assertThat(follow()).as("as if as many came again").hasSizeLessThanOrEqualTo(9);
        assertThat(follow()).as("nothing new").hasSize(1);
    }

    @Test
    void testCommitterReadsFewFooters()
    {
        wal.register(WRITER);
        append(0, 120, 0);
        listing().list(TABLE, OffsetVector.EMPTY);
        assertThat(segmentRequests()).hasSize(8);
    }

    /**
     * Whatever comes, whatever was in flight, and whatever is lost: queries see what a listing sees.
     */
    @Test
    void testSameAsListing()
    {
        Random random = new Random(7);
        wal.register(WRITER);
        int next = 0;
        for (int round = 0; round < 40; round++) {
            next = append(next, random.nextInt(random.nextInt(6) == 0 ? 90 : 8), random.nextInt(4));
            if (round % 7 == 0) {
                // landed above a number that never did: not acknowledged, and there when the number comes
                put(segment(next + 2, List.copyOf(durable)));
            }
            assertSame(vector(Map.of(WRITER, (long) random.nextInt(next + 1))));
            if (round % 7 == 0) {
                wal.memory.delete(List.of(key(next + 2).objectKey()));
            }
        }
    }

    private void assertSame(OffsetVector from)
    {
        LiveSegments listed = listing().list(TABLE, from);
        LiveSegments followed = queries.follow(TABLE, from);
        assertThat(followed.segments()).hasSameSizeAs(listed.segments());
        for (int i = 0; i < listed.segments().size(); i++) {
            LiveSegment one = listed.segments().get(i);
            LiveSegment other = followed.segments().get(i);
            assertThat(text(other)).isEqualTo(text(one));
            assertThat(other.head().lastModified()).isBeforeOrEqualTo(one.head().lastModified().plusSeconds(1));
        }
    }

    private static String text(LiveSegment segment)
    {
        Metrics metrics = segment.footer().metrics();
        return "%s %s %s %s %s %s %s %s %s %s %s %s %s".formatted(
                segment.head().key(),
                segment.head().size(),
                segment.footer().header(),
                segment.footer().kind(),
                segment.footer().schemaId(),
                segment.footer().batches(),
                segment.footer().crc32c(),
                segment.footer().size(),
                segment.footer().splitOffsets(),
                metrics.recordCount(),
                new TreeMap<>(metrics.valueCounts()),
                new TreeMap<>(metrics.nullValueCounts()),
                new TreeMap<>(metrics.columnSizes()))
                + new TreeMap<>(metrics.lowerBounds()) + new TreeMap<>(metrics.upperBounds());
    }

    private List<String> follow()
    {
        wal.store.takeRequests();
        queries.follow(TABLE, OffsetVector.EMPTY);
        return segmentRequests();
    }

    private List<String> segmentRequests()
    {
        return wal.store.takeRequests().stream().filter(request -> request.endsWith(".parquet")).map(request -> request.substring(request.lastIndexOf('/') + 1)).distinct().toList();
    }

    private WalListing listing()
    {
        return new WalListing(wal.store, new WriterRegistry(wal.store), new FooterCache(new ParquetSegmentCodec(), 10_000), Runnable::run);
    }

    /**
     * @param inFlight segments before each that were not known to be durable when it was encoded
     */
    private int append(int first, int count, int inFlight)
    {
        for (int sequence = first; sequence < first + count; sequence++) {
            int told = Math.max(0, durable.size() - inFlight);
            EncodedSegment segment = segment(sequence, durable.subList(Math.max(0, told - EarlierSegment.COUNT_MAX), told));
            put(segment);
            durable.add(new EarlierSegment(segment.footer(), wal.clock.instant()));
        }
        return first + count;
    }

    private void put(EncodedSegment segment)
    {
        wal.memory.putIfAbsent(segment.footer().header().key().objectKey(), segment.content());
    }

    private EncodedSegment segment(int sequence, List<EarlierSegment> earlier)
    {
        SegmentHeader header = new SegmentHeader(key(sequence), new SegmentId("%032x".formatted(sequence)), wal.clock.instant(), sequence);
        return encoder.encode(header, earlier, 0, Signal.LOGS.shape().schema(), List.of(LogRows.batch(sequence, "tenant", 1 + sequence % 3)));
    }

    private static SegmentKey key(int sequence)
    {
        return new SegmentKey(TABLE, id(WRITER), new Sequence(sequence));
    }
}

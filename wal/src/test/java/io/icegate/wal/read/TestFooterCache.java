package io.icegate.wal.read;

import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.UUID;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestFooterCache
{
    private static final UUID TABLE = new UUID(1, 1);
    private static final WriterId WRITER = new WriterId(new UUID(2, 2));

    @Test
    void testCountIsBounded()
    {
        FooterCache cache = new FooterCache(new FakeSegments(), 3, Long.MAX_VALUE);
        for (int sequence = 0; sequence < 3; sequence++) {
            cache.put(footer(sequence, 1));
        }
        assertThat(cache.size()).isEqualTo(3);
        cache.put(footer(3, 1));
        assertThat(cache.size()).isEqualTo(3);
        cache.put(footer(3, 1));
        assertThat(cache.size()).as("the same again").isEqualTo(3);
        assertThatThrownBy(() -> new FooterCache(new FakeSegments(), 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void testHeapIsBounded()
    {
        long entry = FooterCache.ENTRY_BYTES + 10 * FooterCache.BATCH_BYTES;
        FooterCache cache = new FooterCache(new FakeSegments(), 1_000, 2 * entry);
        cache.put(footer(0, 10));
        cache.put(footer(1, 10));
        assertThat(cache.size()).as("at the bound").isEqualTo(2);
        cache.put(footer(2, 1));
        assertThat(cache.size()).as("the oldest makes room").isEqualTo(2);
        cache.put(footer(3, 10_000));
        assertThat(cache.size()).as("one that is larger than all is kept while it is used").isEqualTo(1);
        cache.put(footer(4, 10));
        cache.put(footer(5, 10));
        assertThat(cache.size()).as("its bytes were given back").isEqualTo(2);
    }

    private static SegmentFooter footer(long sequence, int batches)
    {
        SegmentHeader header = new SegmentHeader(new SegmentKey(TABLE, WRITER, new Sequence(sequence)), new SegmentId("0".repeat(32)), Instant.EPOCH);
        return FakeSegments.batches(LongStream.range(0, batches).mapToObj(batch -> new BatchId(sequence, batch)).toArray(BatchId[]::new)).apply(header).footer();
    }
}

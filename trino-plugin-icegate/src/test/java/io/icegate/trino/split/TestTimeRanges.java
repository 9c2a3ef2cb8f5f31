package io.icegate.trino.split;

import io.trino.spi.block.Block;
import io.trino.spi.block.BlockBuilder;
import io.trino.spi.block.DictionaryBlock;
import io.trino.spi.block.RunLengthEncodedBlock;
import io.trino.spi.predicate.Domain;
import io.trino.spi.predicate.Range;
import io.trino.spi.predicate.ValueSet;
import io.trino.spi.type.LongTimestampWithTimeZone;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

import static io.trino.spi.type.TimeZoneKey.UTC_KEY;
import static io.trino.spi.type.TimeZoneKey.getTimeZoneKey;
import static io.trino.spi.type.TimestampWithTimeZoneType.TIMESTAMP_TZ_MICROS;
import static java.lang.Math.floorDiv;
import static java.lang.Math.floorMod;
import static org.assertj.core.api.Assertions.assertThat;

final class TestTimeRanges
{
    private static final Long[] TIMES = {-1_001L, -1L, 0L, 1L, 999L, 1_000L, 1_001L, null, 253_402_300_799_999_999L};

    @Test
    void testBounds()
    {
        assertThat(select(Range.greaterThan(TIMESTAMP_TZ_MICROS, time(1)))).containsExactly(999L, 1_000L, 1_001L, 253_402_300_799_999_999L);
        assertThat(select(Range.greaterThanOrEqual(TIMESTAMP_TZ_MICROS, time(1)))).containsExactly(1L, 999L, 1_000L, 1_001L, 253_402_300_799_999_999L);
        assertThat(select(Range.lessThan(TIMESTAMP_TZ_MICROS, time(0)))).containsExactly(-1_001L, -1L);
        assertThat(select(Range.lessThanOrEqual(TIMESTAMP_TZ_MICROS, time(-1)))).containsExactly(-1_001L, -1L);
        assertThat(select(Range.range(TIMESTAMP_TZ_MICROS, time(-1), true, time(1_000), false))).containsExactly(-1L, 0L, 1L, 999L);
        assertThat(select(Range.equal(TIMESTAMP_TZ_MICROS, time(-1_001)))).containsExactly(-1_001L);
    }

    @Test
    void testSeveralRanges()
    {
        Range[] ranges = {Range.lessThan(TIMESTAMP_TZ_MICROS, time(-1)), Range.range(TIMESTAMP_TZ_MICROS, time(0), false, time(1_000), true), Range.equal(TIMESTAMP_TZ_MICROS, time(253_402_300_799_999_999L))};
        assertThat(select(ranges)).containsExactly(-1_001L, 1L, 999L, 1_000L, 253_402_300_799_999_999L);
        // nothing before the first range
        assertThat(select(Range.equal(TIMESTAMP_TZ_MICROS, time(1)), Range.equal(TIMESTAMP_TZ_MICROS, time(1_001)))).containsExactly(1L, 1_001L);
    }

    @Test
    void testFinerBounds()
    {
        LongTimestampWithTimeZone between = LongTimestampWithTimeZone.fromEpochMillisAndFraction(0, 500_000, UTC_KEY); // 0.5 µs
        assertThat(select(Range.greaterThan(TIMESTAMP_TZ_MICROS, between))).startsWith(1L);
        assertThat(select(Range.greaterThanOrEqual(TIMESTAMP_TZ_MICROS, between))).startsWith(1L);
        assertThat(select(Range.lessThan(TIMESTAMP_TZ_MICROS, between))).endsWith(0L);
        assertThat(select(Range.lessThanOrEqual(TIMESTAMP_TZ_MICROS, between))).endsWith(0L);
    }

    @Test
    void testNulls()
    {
        assertThat(select(Domain.notNull(TIMESTAMP_TZ_MICROS), block(TIMES))).doesNotContainNull().hasSize(TIMES.length - 1);
        assertThat(select(Domain.onlyNull(TIMESTAMP_TZ_MICROS), block(TIMES))).containsExactly((Long) null);
        assertThat(select(Domain.create(ValueSet.ofRanges(Range.equal(TIMESTAMP_TZ_MICROS, time(1))), true), block(TIMES))).containsExactly(1L, null);
        assertThat(select(Domain.none(TIMESTAMP_TZ_MICROS), block(TIMES))).isEmpty();
    }

    @Test
    void testBlocks()
    {
        Domain domain = Domain.create(ValueSet.ofRanges(Range.greaterThan(TIMESTAMP_TZ_MICROS, time(0))), false);
        assertThat(select(domain, RunLengthEncodedBlock.create(block(1L), 3))).containsExactly(1L, 1L, 1L);
        assertThat(select(domain, RunLengthEncodedBlock.create(block(new Long[] {null}), 3))).isEmpty();
        assertThat(select(domain, DictionaryBlock.create(4, block(0L, 1L, null), new int[] {1, 0, 2, 1}))).containsExactly(1L, 1L);
        assertThat(select(domain, block(TIMES).getRegion(2, 2))).containsExactly(1L);
        assertThat(select(domain, block())).isEmpty();
    }

    /**
     * Trino compares the instant.
     */
    @Test
    void testZones()
    {
        LongTimestampWithTimeZone elsewhere = LongTimestampWithTimeZone.fromEpochMillisAndFraction(0, 1_000_000, getTimeZoneKey("Asia/Kathmandu"));
        assertThat(select(Range.equal(TIMESTAMP_TZ_MICROS, elsewhere))).containsExactly(1L);
    }

    private static List<@Nullable Long> select(Range... ranges)
    {
        return select(Domain.create(ValueSet.ofRanges(Arrays.asList(ranges)), false), block(TIMES));
    }

    private static List<@Nullable Long> select(Domain domain, Block block)
    {
        int[] positions = new int[block.getPositionCount()];
        int selected = TimeRanges.of(domain).select(block, positions);
        return Arrays.stream(positions, 0, selected).mapToObj(position -> micros(block, position)).toList();
    }

    private static @Nullable Long micros(Block block, int position)
    {
        if (block.isNull(position)) {
            return null;
        }
        LongTimestampWithTimeZone time = (LongTimestampWithTimeZone) TIMESTAMP_TZ_MICROS.getObject(block, position);
        return time.getEpochMillis() * 1_000 + time.getPicosOfMilli() / 1_000_000;
    }

    private static Block block(@Nullable Long... micros)
    {
        BlockBuilder builder = TIMESTAMP_TZ_MICROS.createBlockBuilder(null, micros.length);
        for (Long time : micros) {
            if (time == null) {
                builder.appendNull();
            }
            else {
                TIMESTAMP_TZ_MICROS.writeObject(builder, time(time));
            }
        }
        return builder.build();
    }

    private static LongTimestampWithTimeZone time(long micros)
    {
        return LongTimestampWithTimeZone.fromEpochMillisAndFraction(floorDiv(micros, 1_000L), (int) floorMod(micros, 1_000L) * 1_000_000, UTC_KEY);
    }
}

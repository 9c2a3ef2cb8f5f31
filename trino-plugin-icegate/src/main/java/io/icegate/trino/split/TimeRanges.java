package io.icegate.trino.split;

import io.trino.spi.block.Block;
import io.trino.spi.block.Fixed12Block;
import io.trino.spi.predicate.Domain;
import io.trino.spi.predicate.Range;
import io.trino.spi.type.LongTimestampWithTimeZone;

import java.util.Arrays;
import java.util.List;

import static io.trino.spi.type.DateTimeEncoding.unpackMillisUtc;
import static java.lang.Math.floorDiv;
import static java.lang.Math.floorMod;

/**
 * Ranges of times. To test a row is one loop for all queries, which the virtual machine compiles once, while Trino makes a
 * class for each condition, and {@code now() - INTERVAL '1' HOUR} is another one in each query.
 */
final class TimeRanges
{
    private static final int MICROS_PER_MILLI = 1_000;
    private static final int PICOS_PER_MICRO = 1_000_000;

    private final long[] lows; // inclusive, µs since the epoch, ascending
    private final long[] highs; // inclusive, of the same ranges
    private final boolean nullAllowed;

    private TimeRanges(long[] lows, long[] highs, boolean nullAllowed)
    {
        this.lows = lows;
        this.highs = highs;
        this.nullAllowed = nullAllowed;
    }

    /**
     * @param domain of type timestamp(6) with time zone
     */
    static TimeRanges of(Domain domain)
    {
        List<Range> ranges = domain.getValues().getRanges().getOrderedRanges();
        long[] lows = new long[ranges.size()];
        long[] highs = new long[ranges.size()];
        for (int index = 0; index < lows.length; index++) {
            Range range = ranges.get(index);
            lows[index] = range.isLowUnbounded() ? Long.MIN_VALUE : low((LongTimestampWithTimeZone) range.getLowBoundedValue(), range.isLowInclusive());
            highs[index] = range.isHighUnbounded() ? Long.MAX_VALUE : high((LongTimestampWithTimeZone) range.getHighBoundedValue(), range.isHighInclusive());
        }
        return new TimeRanges(lows, highs, domain.isNullAllowed());
    }

    private static long low(LongTimestampWithTimeZone bound, boolean inclusive)
    {
        return inclusive && isWhole(bound) ? micros(bound) : micros(bound) + 1;
    }

    private static long high(LongTimestampWithTimeZone bound, boolean inclusive)
    {
        return inclusive || !isWhole(bound) ? micros(bound) : micros(bound) - 1;
    }

    private static boolean isWhole(LongTimestampWithTimeZone time)
    {
        return floorMod(time.getPicosOfMilli(), PICOS_PER_MICRO) == 0;
    }

    private static long micros(LongTimestampWithTimeZone time)
    {
        return micros(time.getEpochMillis(), time.getPicosOfMilli());
    }

    private static long micros(long millis, int picosOfMilli)
    {
        return millis * MICROS_PER_MILLI + floorDiv(picosOfMilli, PICOS_PER_MICRO);
    }

    /**
     * Writes the positions of a block that are within, ascending.
     *
     * @return how many
     */
    int select(Block times, int[] positions)
    {
        Fixed12Block values = (Fixed12Block) times.getUnderlyingValueBlock();
        int selected = 0;
        for (int position = 0; position < times.getPositionCount(); position++) {
            positions[selected] = position;
            if (contains(values, times.getUnderlyingValuePosition(position))) {
                selected++;
            }
        }
        return selected;
    }

    private boolean contains(Fixed12Block values, int position)
    {
        if (values.isNull(position)) {
            return nullAllowed;
        }
        long time = micros(unpackMillisUtc(values.getFixed12First(position)), values.getFixed12Second(position));
        int index = lows.length == 1 ? 0 : range(time);
        return index >= 0 && time >= lows[index] && time <= highs[index];
    }

    /**
     * The last range that begins at or before a time, or -1.
     */
    private int range(long time)
    {
        int index = Arrays.binarySearch(lows, time);
        return index >= 0 ? index : -index - 2;
    }
}

package io.icegate.maintenance.merge;

import org.apache.iceberg.PartitionSpec;
import org.junit.jupiter.api.Test;

import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

final class TestPackedKeys
{
    private static final int ROWS = 3_000;

    /**
     * As by comparison, with numbers of every width, and with rows left out.
     */
    @Test
    void testOrder()
    {
        Random random = new Random(1);
        Partitions partitions = Partitions.of(PartitionSpec.unpartitioned(), Map.of(), ROWS);
        for (int bits = 1; bits < 60; bits++) {
            int shift = Long.SIZE - bits;
            long[] first = random.longs(ROWS, -2, 2).toArray();
            long[] second = random.longs(ROWS).map(number -> number >> shift).toArray();
            int[] rows = IntStream.range(0, ROWS).filter(row -> row % 7 != 0).toArray();
            int[] expected = IntStream.of(rows).boxed()
                    .sorted(Comparator.<Integer>comparingLong(row -> first[row]).thenComparingLong(row -> second[row]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            assertThat(PackedKeys.of(partitions, new long[][] {first, second}, ROWS).orElseThrow().sort(rows)).isEqualTo(expected);
        }
    }

    @Test
    void testKeysThatDoNotFit()
    {
        Partitions partitions = Partitions.of(PartitionSpec.unpartitioned(), Map.of(), 2);
        assertThat(PackedKeys.of(partitions, new long[][] {{Long.MIN_VALUE, Long.MAX_VALUE}}, 2)).isEmpty();
        assertThat(PackedKeys.of(partitions, new long[][] {{0, 1L << 40}, {0, 1L << 40}}, 2)).isEmpty();
        assertThat(PackedKeys.of(partitions, new long[][] {}, 2).orElseThrow().sort(new int[] {1, 0})).containsExactly(1, 0);
    }
}

package io.icegate.maintenance.merge;

import org.junit.jupiter.api.Test;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

final class TestRowSort
{
    @Test
    void testStable()
    {
        Random random = new Random(1);
        for (int size : new int[] {0, 1, 2, 15, 16, 17, 31, 33, 100, 1_000}) {
            for (int different : new int[] {1, 3, 1_000_000}) {
                int[] keys = random.ints(size, 0, different).toArray();
                int[] expected = IntStream.range(0, size).boxed().sorted(Comparator.comparingInt(row -> keys[row])).mapToInt(Integer::intValue).toArray();
                int[] rows = IntStream.range(0, size).toArray();
                assertThat(RowSort.sort(rows, (left, right) -> Integer.compare(keys[left], keys[right]))).isEqualTo(expected);
            }
        }
    }

    /**
     * Sorted inputs one after the other, as most merges have them.
     */
    @Test
    void testRuns()
    {
        int[] keys = IntStream.range(0, 5_000).map(row -> row % 1_000).toArray();
        int[] sorted = RowSort.sort(IntStream.range(0, keys.length).toArray(), (left, right) -> Integer.compare(keys[left], keys[right]));
        assertThat(sorted).startsWith(0, 1_000, 2_000, 3_000, 4_000, 1).endsWith(3_999, 4_999);
    }
}

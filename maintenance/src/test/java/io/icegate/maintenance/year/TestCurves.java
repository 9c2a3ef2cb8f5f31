package io.icegate.maintenance.year;

import org.junit.jupiter.api.Test;

import java.util.Random;
import java.util.function.IntToDoubleFunction;

import static org.assertj.core.api.Assertions.assertThat;

final class TestCurves
{
    @Test
    void testGrowthIsTold()
    {
        assertThat(curves(14, day -> 100 + day).growing()).isEmpty();
        assertThat(curves(14, day -> 100 + 2 * day).growing()).containsExactly("requests per plan: 116.0 on 3 days from day 8 on, 124.0 on the last");
        assertThat(curves(365, day -> 100 + day / 30.0).growing()).hasSize(1);
    }

    @Test
    void testDiceAndWeekdaysAreNoGrowth()
    {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            assertThat(curves(14, day -> 100 + 20 * random.nextDouble()).growing()).isEmpty();
            assertThat(curves(365, day -> 100 + 20 * random.nextDouble()).growing()).isEmpty();
        }
        Random restarts = new Random(3);
        for (int run = 0; run < 50; run++) {
            // who just started reads much, and there are three days before and after
            assertThat(curves("bytes per commit", 15, _day -> 5_000 - 5_000 * Math.log(1 - restarts.nextDouble())).growing()).isEmpty();
        }
        assertThat(curves(14, day -> 100 + 50 * (day % 2)).growing()).isEmpty();
        assertThat(curves(365, day -> 100 + 50 * (day % 7)).growing()).isEmpty();
    }

    /**
     * Where next to nothing is read, a restart more or less is not growth; but whatever grows gets there.
     */
    @Test
    void testFewBytesAreNoGrowth()
    {
        assertThat(curves("bytes per plan", 14, day -> 20 + 10 * day).growing()).isEmpty();
        assertThat(curves("bytes per plan", 365, day -> 20 + 10 * day).growing()).hasSize(1);
        assertThat(curves(14, day -> 20 + 10 * day).growing()).hasSize(1);
    }

    /**
     * Seen once a week, with what just ran in it.
     */
    @Test
    void testHeap()
    {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            assertThat(curves(DaySample.HEAP, 365, day -> heap(day, 100 + 10 * random.nextDouble())).growing()).isEmpty();
            assertThat(curves(DaySample.HEAP, 365, day -> heap(day, 100 + 10 * random.nextDouble() + day / 7.0)).growing()).hasSize(1);
        }
        assertThat(curves(DaySample.HEAP, 365, day -> heap(day, Math.min(day, 119))).growing()).as("caches fill").isEmpty();
    }

    private static double heap(int day, double value)
    {
        return (day + 1) % 7 == 0 ? value : Double.NaN;
    }

    private static Curves curves(int days, IntToDoubleFunction values)
    {
        return curves("requests per plan", days, values);
    }

    private static Curves curves(String name, int days, IntToDoubleFunction values)
    {
        Curves curves = new Curves();
        for (int day = 0; day < days; day++) {
            DaySample sample = new DaySample();
            double value = values.applyAsDouble(day);
            if (!Double.isNaN(value)) {
                sample.add(name, value);
            }
            curves.add(sample);
        }
        return curves;
    }
}

package io.icegate.wal.commit;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

final class TestWalModel
{
    private static final int SEEDS = Integer.getInteger("icegate.seeds", 15);
    private static final int STEPS = 100;

    @Test
    void testEveryBatchIsVisibleOnce()
    {
        Map<String, Integer> events = new TreeMap<>();
        for (long seed : seeds()) {
            try (WalModel model = new WalModel(new WalCommitGuard(), seed)) {
                for (int step = 0; step < STEPS; step++) {
                    model.step();
                    assertThat(model.violations()).as("-Dicegate.seed=%s, step %s", seed, step).isEmpty();
                }
                model.events.forEach((event, count) -> events.merge(event, count, Integer::sum));
            }
        }
        if (System.getProperty("icegate.seed") == null) {
            assertThat(events).containsKeys("acknowledged", "kill", "raced", "answer lost", "request lost", "compact", "expire");
        }
    }

    @Test
    void testSeedIsRun()
    {
        assertThat(run(7)).isEqualTo(run(7));
    }

    private static Map<String, Integer> run(long seed)
    {
        try (WalModel model = new WalModel(new WalCommitGuard(), seed)) {
            for (int step = 0; step < STEPS; step++) {
                model.step();
            }
            return new TreeMap<>(model.events);
        }
    }

    private static long[] seeds()
    {
        String seed = System.getProperty("icegate.seed");
        if (seed != null) {
            return new long[] {Long.parseLong(seed)};
        }
        long[] seeds = new long[SEEDS];
        for (int i = 0; i < SEEDS; i++) {
            seeds[i] = i;
        }
        return seeds;
    }
}

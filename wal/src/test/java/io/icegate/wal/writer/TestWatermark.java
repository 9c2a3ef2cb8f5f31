package io.icegate.wal.writer;

import org.junit.jupiter.api.Test;

import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;

final class TestWatermark
{
    private static final int SEEDS = Integer.getInteger("icegate.seeds", 15) * 4;
    private static final int STEPS = 200;

    @Test
    void testNoRowAppearsBelowTheWatermark()
    {
        int moved = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            WatermarkModel model = new WatermarkModel(seed, WatermarkModel.Mistake.NONE);
            for (int step = 0; step < STEPS; step++) {
                model.step();
                assertThat(model.violations()).as("seed %s, step %s", seed, step).isEmpty();
            }
            moved += model.movements();
        }
        assertThat(moved).as("times that a watermark grew").isGreaterThan(SEEDS);
    }

    @Test
    void testTheWatermarkFollowsTheStoresTime()
    {
        WatermarkModel model = new WatermarkModel(1, WatermarkModel.Mistake.NONE);
        Instant end = model.rest();
        assertThat(model.watermark()).isBetween(end.minusSeconds(60), end);
    }

    /**
     * The checker of the model must find what is wrong.
     */
    @Test
    void testWriterWithoutFloorIsFound()
    {
        assertThat(isFound(WatermarkModel.Mistake.NO_FLOOR)).isTrue();
    }

    @Test
    void testHeartbeatThatForgetsSegmentsInFlightIsFound()
    {
        assertThat(isFound(WatermarkModel.Mistake.PROMISES_TOO_MUCH)).isTrue();
    }

    @Test
    void testReaderThatForgetsWritersToComeIsFound()
    {
        assertThat(isFound(WatermarkModel.Mistake.NO_FUTURE)).isTrue();
    }

    private static boolean isFound(WatermarkModel.Mistake mistake)
    {
        for (long seed = 0; seed < SEEDS; seed++) {
            WatermarkModel model = new WatermarkModel(seed, mistake);
            for (int step = 0; step < STEPS; step++) {
                model.step();
                if (!model.violations().isEmpty()) {
                    return true;
                }
            }
        }
        return false;
    }
}

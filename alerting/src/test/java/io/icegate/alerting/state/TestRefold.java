package io.icegate.alerting.state;

import io.icegate.objectstore.Seeds;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestRefold
{
    private static final int HISTORIES = 12;
    private static final int TICKS = 80;

    @Test
    void testAgainstModel()
    {
        long seed = Seeds.next("TestRefold.testAgainstModel");
        SplittableRandom random = new SplittableRandom(seed);
        int corrections = 0;
        int late = 0;
        for (int i = 0; i < HISTORIES; i++) {
            RandomHistory history = new RandomHistory(random.split(), records -> records);
            history.run(TICKS);
            corrections += history.correctedCount();
            late += history.lateCount();
        }
        // or the histories show nothing
        assertThat(corrections).isGreaterThan(HISTORIES);
        assertThat(late).isGreaterThan(HISTORIES);
    }

    @Test
    void testModelSeesForgottenCorrections()
    {
        SplittableRandom random = new SplittableRandom(7);
        assertThatThrownBy(() -> {
            for (int i = 0; i < HISTORIES; i++) {
                new RandomHistory(random.split(), records -> records.stream().map(record -> RandomHistory.with(record, List.of(), record.settled())).toList()).run(TICKS);
            }
        }).isInstanceOf(AssertionError.class);
    }

    @Test
    void testSettledStateKeepsTheWindowOpen()
    {
        // rows are late at every tick, for hours: no record of the window has a state that is not corrected later
        RandomHistory history = new RandomHistory(new SplittableRandom(7), records -> records).alwaysLate();
        history.run(180);
        assertThat(history.reopenable(records -> records)).hasSize(RandomHistory.LATENESS_TICKS_MAX);
        assertThat(history.reopenable(records -> records.stream().map(record -> RandomHistory.with(record, record.late(), Optional.empty())).toList())).isEmpty();
    }

    @Test
    void testAfterAGapTheNewestRecordIsNeeded()
    {
        RandomHistory history = new RandomHistory(new SplittableRandom(7), records -> records).alwaysLate();
        history.run(1);
        EvaluationRecord newest = RandomHistory.with(history.records().getLast(), List.of(), Optional.empty());
        Instant tick = newest.tick();
        assertThat(Refold.recordsFrom(newest, history.group(), tick.plusSeconds(30), false)).isEqualTo(tick);
        assertThat(Refold.recordsFrom(newest, history.group(), tick.plusSeconds(30), true)).isEqualTo(tick.minusSeconds(30 * RandomHistory.LATENESS_TICKS_MAX));
        assertThat(Refold.recordsFrom(newest, history.group(), tick.plusSeconds(86_400), true)).isEqualTo(tick);
    }
}

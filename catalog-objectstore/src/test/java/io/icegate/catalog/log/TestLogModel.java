package io.icegate.catalog.log;

import io.icegate.catalog.log.LogModel.Flaw;
import io.icegate.catalog.log.LogModel.Result;
import io.icegate.catalog.log.LogModel.Setup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Visits every state of the protocol, then of seven that lack a part of it. {@code -Dicegate.model-slots} says how many slots the
 * log has where writes may take effect late; {@code -Plong} has one more.
 */
final class TestLogModel
{
    private static final int SLOTS = 2;
    private static final int TICKS = 5;
    private static final int FENCE = 2;
    private static final int RETENTION = 3;
    private static final int SLOTS_WITH_LATE_WRITES = Integer.getInteger("icegate.model-slots", 1);

    @Test
    void testNoStateOfTheProtocolIsWrong()
    {
        Result result = explore(new Setup(SLOTS, TICKS, FENCE, RETENTION, false, true, Flaw.NONE));
        assertThat(result.violation()).isEmpty();
        assertThat(result.states()).isGreaterThan(1_000_000);
    }

    @Test
    void testNoStateWithLateWritesIsWrong()
    {
        Result result = explore(new Setup(SLOTS_WITH_LATE_WRITES, TICKS, FENCE, RETENTION, true, false, Flaw.NONE));
        assertThat(result.violation()).isEmpty();
        assertThat(result.states()).isGreaterThan(100_000);
    }

    /**
     * In less time, so that all states fit: 16 million of them under {@code -Plong}.
     */
    @Test
    void testNoStateWithLateWritesAheadIsWrong()
    {
        Result result = explore(new Setup(2, SLOTS_WITH_LATE_WRITES + 1, 1, 2, true, true, Flaw.NONE));
        assertThat(result.violation()).isEmpty();
        assertThat(result.states()).isGreaterThan(1_000_000);
    }

    @ParameterizedTest
    @EnumSource(value = Flaw.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void testEveryFlawIsFound(Flaw flaw)
    {
        assertThat(explore(new Setup(SLOTS, TICKS, FENCE, RETENTION, false, flaw == Flaw.AHEAD_ACKNOWLEDGED_AT_ONCE, flaw)).violation()).as("%s", flaw).isPresent();
    }

    @Test
    void testRetentionShorterThanTheFenceIsFound()
    {
        assertThat(explore(new Setup(SLOTS, TICKS, 3, 1, false, false, Flaw.NONE)).violation()).isPresent();
    }

    private static Result explore(Setup setup)
    {
        Result result = new LogModel(setup).explore();
        System.out.println("model " + setup + ": " + result);
        return result;
    }
}

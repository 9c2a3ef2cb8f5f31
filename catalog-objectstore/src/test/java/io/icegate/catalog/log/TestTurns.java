package io.icegate.catalog.log;

import io.icegate.catalog.log.RecordWriter.Contention;
import io.icegate.catalog.log.Turns.Turn;
import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

final class TestTurns
{
    private static final Duration ROUND_TRIP = Duration.ofMillis(30);

    @Test
    void testAloneNobodyWaits()
    {
        assertThat(new Turns().next(5, 0, false)).isEqualTo(new Turn(0, false, Contention.NONE));
    }

    /**
     * Of eight that take turns the one that missed seven records offers the next slot at once, the one that missed six the slot
     * behind it; the others wait, two by two.
     */
    @Test
    void testTwoOfManyHaveTheirTurnTogether()
    {
        for (int missed = 0; missed <= 7; missed++) {
            Turns turns = new Turns();
            turns.won(100, ROUND_TRIP);
            Turn turn = turns.next(100 + missed, 7, false);
            int position = 7 - missed;
            assertThat(turn.behind()).isEqualTo(position % 2);
            assertThat(turn.contention().turn()).isEqualTo(Duration.ofMillis(3L * (position / 2)));
            assertThat(turn.announces()).isFalse();
        }
    }

    /**
     * Where few commit, a slot in front may stay empty: nobody goes ahead for a first loss.
     */
    @Test
    void testFewDoNotGoAhead()
    {
        Turns turns = new Turns();
        turns.won(100, ROUND_TRIP);
        assertThat(turns.next(100, 1, false).behind()).isZero();
        assertThat(turns.next(100, 1, false).contention().turn()).isEqualTo(Duration.ofMillis(3));
        turns.lost();
        assertThat(turns.next(150, 1, false).behind()).isZero();
        assertThat(turns.next(150, 1, false).contention().turn()).isZero();
    }

    /**
     * Who loses again and again goes further ahead, announces itself once until that is known, and looks further.
     */
    @Test
    void testWhoKeepsLosingGoesAhead()
    {
        Turns turns = new Turns();
        turns.won(100, ROUND_TRIP);
        turns.lost();
        turns.lost();
        Turn turn = turns.next(150, 1, true);
        assertThat(turn.behind()).isEqualTo(1);
        assertThat(turn.announces()).isTrue();
        assertThat(turn.contention()).isEqualTo(new Contention(true, Duration.ZERO, 2));
        turns.announced(152);
        assertThat(turns.next(151, 1, false).announces()).isFalse();
        assertThat(turns.next(152, 1, false).announces()).isTrue();
        for (int i = 0; i < 20; i++) {
            turns.lost();
        }
        assertThat(turns.next(200, 1, false).behind()).isEqualTo(4);
        assertThat(turns.next(200, 1, false).contention().lookBehind()).isEqualTo(CatalogTail.CATCH_UP_COUNT);
    }

    @Test
    void testLossesOfAnEarlierCommitDoNotCount()
    {
        Turns turns = new Turns();
        for (int i = 0; i < 5; i++) {
            turns.begin();
            turns.lost();
            assertThat(turns.next(150 + i, 1, false).behind()).isZero();
        }
    }

    @Test
    void testWhoWinsGivesWayToAnAnnouncement()
    {
        Turns turns = new Turns();
        turns.won(100, ROUND_TRIP);
        assertThat(turns.next(101, 1, true).contention().turn()).isEqualTo(ROUND_TRIP);
        turns.won(102, Duration.ofSeconds(20));
        assertThat(turns.next(103, 1, true).contention().turn()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void testYieldsAfterEightWins()
    {
        Turns turns = new Turns();
        for (int i = 1; i <= 16; i++) {
            assertThat(turns.won(i, ROUND_TRIP)).isEqualTo(i % Turns.YIELD_WINS == 0);
        }
        turns.won(17, ROUND_TRIP);
        turns.lost();
        for (int i = 1; i < Turns.YIELD_WINS; i++) {
            assertThat(turns.won(20 + i, ROUND_TRIP)).isFalse();
        }
        assertThat(turns.won(30, ROUND_TRIP)).isTrue();
    }
}

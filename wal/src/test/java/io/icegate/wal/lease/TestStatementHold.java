package io.icegate.wal.lease;

import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.wal.FlakyObjectStore;
import io.icegate.wal.TestingClock;
import io.icegate.wal.WalLayout;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

final class TestStatementHold
{
    private static final UUID TABLE = new UUID(1, 1);
    private static final UUID OTHER = new UUID(1, 2);

    private final TestingClock clock = new TestingClock();
    private final ObjectStore store = new MemoryObjectStore(clock);
    private final StatementHold hold = new StatementHold(store, clock);

    @Test
    void testHeldUntilTheLastStatementEnds()
            throws Exception
    {
        try (StatementHolds holds = holds("first")) {
            assertThat(hold.heldSince(TABLE)).isEmpty();
            Instant start = clock.instant();
            StatementHolds.Share first = holds.begin(TABLE);
            clock.advance(Duration.ofSeconds(20));
            StatementHolds.Share second = holds.begin(TABLE);
            assertThat(hold.heldSince(TABLE)).hasValue(start);
            assertThat(hold.heldSince(OTHER)).isEmpty();
            first.close();
            first.close();
            assertThat(hold.heldSince(TABLE)).as("one share ends once").hasValue(start);
            for (int renewal = 0; renewal < 10; renewal++) {
                clock.advance(StatementHolds.RENEWAL);
                holds.renew();
            }
            assertThat(hold.heldSince(TABLE)).as("a long statement").hasValue(start);
            second.close();
            assertThat(hold.heldSince(TABLE)).isEmpty();
            assertThat(store.get(WalLayout.statements(TABLE))).as("nothing is left").isEmpty();
        }
    }

    @Test
    void testHoldOfADeadProcessEnds()
    {
        try (StatementHolds dead = holds("dead")) {
            dead.begin(TABLE);
        }
        clock.advance(StatementHold.TIME);
        assertThat(hold.heldSince(TABLE)).isPresent();
        clock.advance(Duration.ofMillis(1));
        assertThat(hold.heldSince(TABLE)).isEmpty();
    }

    /**
     * The first one to end leaves the hold that the other has put its name to.
     */
    @Test
    void testTwoProcesses()
    {
        try (StatementHolds first = holds("first"); StatementHolds second = holds("second")) {
            StatementHolds.Share one = first.begin(TABLE);
            StatementHolds.Share two = second.begin(TABLE);
            one.close();
            assertThat(hold.heldSince(TABLE)).isPresent();
            StatementHolds.Share again = first.begin(TABLE);
            again.close();
            second.renew();
            assertThat(hold.heldSince(TABLE)).as("put back by the one that still works").isPresent();
            two.close();
            assertThat(hold.heldSince(TABLE)).isEmpty();
        }
    }

    /**
     * Statements without a pause would keep a table from being merged for ever.
     */
    @Test
    void testHoldHasAnEnd()
    {
        try (StatementHolds holds = holds("first")) {
            Instant end = clock.instant().plus(StatementHold.HELD_MAX);
            while (!clock.instant().isAfter(end)) {
                holds.begin(TABLE).close();
                holds.begin(TABLE);
                assertThat(hold.heldSince(TABLE)).isPresent();
                clock.advance(Duration.ofSeconds(40));
            }
            assertThat(hold.heldSince(TABLE)).isEmpty();
            holds.begin(TABLE);
            assertThat(hold.heldSince(TABLE)).as("free for one round, then held anew").hasValue(clock.instant());
        }
    }

    /**
     * Somebody forgot it.
     */
    @Test
    void testStatementThatNeverEnds()
    {
        try (StatementHolds holds = holds("first")) {
            holds.begin(TABLE);
            for (int renewal = 0; renewal <= StatementHold.HELD_MAX.dividedBy(StatementHolds.RENEWAL); renewal++) {
                holds.renew();
            }
            clock.advance(StatementHold.TIME.plusMillis(1));
            holds.renew();
            assertThat(hold.heldSince(TABLE)).isEmpty();
        }
    }

    @Test
    void testWhatIsNoHoldHoldsNothing()
            throws Exception
    {
        for (String content : new String[] {"", "{}", "{\"holder\":\"x\"}", "\u0000", "{\"holder\":\"x\",\"since\":0,\"until\":99999999999999}"}) {
            store.put(WalLayout.statements(TABLE), content.getBytes(StandardCharsets.UTF_8));
            assertThat(hold.heldSince(TABLE)).as(content).isEmpty();
        }
        hold.extend(TABLE, "first");
        assertThat(hold.heldSince(TABLE)).isPresent();
    }

    /**
     * The statement runs all the same, and merges go on.
     */
    @Test
    void testNothingIsHeldWithoutAnAnswer()
    {
        StatementHold failing = new StatementHold(new FlakyObjectStore(store, 1, 100), clock);
        failing.extend(TABLE, "first");
        assertThat(failing.heldSince(TABLE)).isEmpty();
        failing.release(TABLE, "first");
    }

    private StatementHolds holds(String holder)
    {
        return new StatementHolds(hold, holder, Runnable::run);
    }
}

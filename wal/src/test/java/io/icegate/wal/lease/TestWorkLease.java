package io.icegate.wal.lease;

import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.wal.FlakyObjectStore;
import io.icegate.wal.TestingClock;
import io.icegate.wal.WalLayout;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

final class TestWorkLease
{
    private static final UUID TABLE = new UUID(1, 1);
    private static final Duration TIME = Duration.ofSeconds(30);

    private final TestingClock clock = new TestingClock();
    private final ObjectStore store = new MemoryObjectStore(clock);
    private final WorkLease first = lease(store, "first");
    private final WorkLease second = lease(store, "second");

    @Test
    void testOneHolds()
    {
        for (int round = 0; round < 20; round++) {
            assertThat(first.tryHold()).isTrue();
            assertThat(second.tryHold()).isFalse();
            clock.advance(Duration.ofSeconds(10));
        }
        first.release();
        assertThat(second.tryHold()).isTrue();
        assertThat(first.tryHold()).isFalse();
        first.release();
        assertThat(first.tryHold()).as("only the holder releases").isFalse();
    }

    @Test
    void testLeaseOfADeadProcessEnds()
    {
        assertThat(first.tryHold()).isTrue();
        clock.advance(TIME);
        assertThat(second.tryHold()).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(second.tryHold()).isTrue();
        assertThat(first.tryHold()).isFalse();
    }

    /**
     * It would keep all others from committing for a year.
     */
    @Test
    void testLeaseOfAClockAYearAheadBindsNobody()
    {
        WorkLease ahead = new WorkLease(store, WalLayout.committer(TABLE), "ahead", TIME, () -> clock.instant().plus(Duration.ofDays(365)));
        assertThat(ahead.tryHold()).isTrue();
        assertThat(first.tryHold()).isTrue();
        assertThat(second.tryHold()).isFalse();
    }

    @Test
    void testEachTableHasItsOwn()
    {
        assertThat(first.tryHold()).isTrue();
        assertThat(new WorkLease(store, WalLayout.committer(new UUID(1, 2)), "second", TIME, clock).tryHold()).isTrue();
    }

    @Test
    void testWhatIsNoLeaseBindsNobody()
            throws Exception
    {
        for (String content : new String[] {"", "{}", "{\"holder\":\"x\"}", "\u0000"}) {
            store.put(WalLayout.committer(TABLE), content.getBytes(StandardCharsets.UTF_8));
            assertThat(lease(store, "third").tryHold()).as(content).isTrue();
        }
    }

    /**
     * Then the commit says what is wrong.
     */
    @Test
    void testEverybodyHoldsWithoutAnAnswer()
    {
        ObjectStore failing = new FlakyObjectStore(store, 1, 100);
        assertThat(lease(failing, "first").tryHold()).isTrue();
        assertThat(lease(failing, "second").tryHold()).isTrue();
    }

    private WorkLease lease(ObjectStore of, String holder)
    {
        return new WorkLease(of, WalLayout.committer(TABLE), holder, TIME, clock);
    }
}

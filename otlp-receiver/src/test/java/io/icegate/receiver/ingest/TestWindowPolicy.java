package io.icegate.receiver.ingest;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

final class TestWindowPolicy
{
    private static final Duration WINDOW_MAX = Duration.ofMillis(100);
    private static final long TEN_MINUTES_OF_FILES = 2_400;
    private static final long SAVED_FILES = 4 * FileBudget.SAVED_MAX.toSeconds();

    private final AtomicLong clock = new AtomicLong();
    private final WindowPolicy free = new WindowPolicy(WINDOW_MAX, OptionalDouble.empty(), clock::get);
    private final WindowPolicy balanced = new WindowPolicy(WINDOW_MAX, OptionalDouble.of(WindowProfile.BALANCED.filesPerSecond()), clock::get);

    @Test
    void testHalfOfTheMedianUpload()
    {
        assertThat(window(free)).isEqualTo(WindowPolicy.WINDOW_MIN);
        free.uploaded(Duration.ofMillis(1));
        assertThat(window(free)).isEqualTo(WindowPolicy.WINDOW_MIN);
        free.uploaded(Duration.ofMillis(60));
        free.uploaded(Duration.ofSeconds(9));
        assertThat(window(free)).isEqualTo(Duration.ofMillis(30));
        free.uploaded(Duration.ofSeconds(9));
        free.uploaded(Duration.ofSeconds(9));
        assertThat(window(free)).isEqualTo(WINDOW_MAX);
    }

    @Test
    void testOnlyTheLastMinuteCounts()
    {
        free.uploaded(Duration.ofMillis(60));
        clock.addAndGet(Duration.ofSeconds(60).toNanos());
        assertThat(window(free)).isEqualTo(Duration.ofMillis(30));
        clock.addAndGet(1);
        assertThat(window(free)).isEqualTo(WindowPolicy.WINDOW_MIN);
    }

    @Test
    void testNobodyWaitsWhenNobodyIsLeftToSend()
    {
        free.uploaded(Duration.ofMillis(60));
        assertThat(free.closeNanos(clock.get(), true)).isEqualTo(clock.get());
        assertThat(balanced.closeNanos(clock.get(), true)).isEqualTo(clock.get());
    }

    @Test
    void testTheBudgetIsSpentFirst()
    {
        for (int file = 0; file < SAVED_FILES; file++) {
            assertThat(window(balanced)).isEqualTo(WindowPolicy.WINDOW_MIN);
            balanced.closed();
        }
        assertThat(window(balanced)).as("one past the budget").isEqualTo(Duration.ofMillis(250));
        assertThat(balanced.closeNanos(clock.get(), true) - clock.get()).as("also when nobody is left to send").isEqualTo(Duration.ofMillis(250).toNanos());
        clock.addAndGet(Duration.ofMillis(240).toNanos());
        assertThat(window(balanced)).isEqualTo(Duration.ofMillis(10));
        balanced.closed();
        assertThat(window(balanced)).as("a file that could not wait takes what is there, never more").isEqualTo(Duration.ofMillis(250));
        clock.addAndGet(Duration.ofMinutes(5).toNanos());
        for (int file = 0; file < SAVED_FILES; file++) {
            assertThat(window(balanced)).as("after a pause").isEqualTo(WindowPolicy.WINDOW_MIN);
            balanced.closed();
        }
        assertThat(window(balanced)).as("what is kept is bounded").isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void testProfiles()
    {
        assertLongestWindow(WindowProfile.LOW_LATENCY, Duration.ofMillis(50));
        assertLongestWindow(WindowProfile.BALANCED, Duration.ofMillis(250));
        assertLongestWindow(WindowProfile.ECONOMY, Duration.ofMillis(1_000));
    }

    private void assertLongestWindow(WindowProfile profile, Duration longest)
    {
        WindowPolicy policy = new WindowPolicy(WINDOW_MAX, OptionalDouble.of(profile.filesPerSecond()), clock::get);
        assertThat(profile.longestWindow()).isEqualTo(longest);
        policy.uploaded(Duration.ofSeconds(10));
        assertThat(window(policy)).as("%s, a slow store", profile).isEqualTo(longest.compareTo(WINDOW_MAX) < 0 ? longest : WINDOW_MAX);
        for (int file = 0; file < profile.filesPerSecond() * FileBudget.SAVED_MAX.toSeconds(); file++) {
            policy.closed();
        }
        assertThat(window(policy)).as("%s, the budget is spent", profile).isEqualTo(longest);
    }

    /**
     * One client lost 24 of 25 requests to a window of one second.
     */
    @Test
    void testE16ASteadyClientOfALocalStoreIsNotSlowedDown()
    {
        ClosedLoop one = new ClosedLoop(free, clock, Duration.ofMillis(8), Duration.ofMillis(2)).run(1, Duration.ofMinutes(2));
        assertThat(one.acknowledgement(50)).isLessThanOrEqualTo(Duration.ofMillis(25));
        assertThat(one.requestsPerSecond()).isGreaterThanOrEqualTo(20);
        ClosedLoop four = new ClosedLoop(free, clock, Duration.ofMillis(8), Duration.ofMillis(2)).run(4, Duration.ofMinutes(2));
        assertThat(four.acknowledgement(99)).isLessThanOrEqualTo(Duration.ofMillis(150));
        ClosedLoop many = new ClosedLoop(free, clock, Duration.ofMillis(8), Duration.ofMillis(2)).run(32, Duration.ofMinutes(2));
        assertThat(many.acknowledgement(99)).isLessThanOrEqualTo(Duration.ofMillis(150));
    }

    @Test
    void testASteadyClientOfAPricedStoreStaysWithinTheBudget()
    {
        for (int clients : new int[] {1, 4, 32}) {
            WindowPolicy policy = new WindowPolicy(WINDOW_MAX, OptionalDouble.of(4), clock::get);
            ClosedLoop burst = new ClosedLoop(policy, clock, Duration.ofMillis(8), Duration.ofMillis(20)).run(clients, Duration.ofSeconds(3));
            assertThat(burst.acknowledgement(50)).as("%s clients while the budget lasts", clients).isLessThanOrEqualTo(Duration.ofMillis(60));
            ClosedLoop steady = new ClosedLoop(policy, clock, Duration.ofMillis(8), Duration.ofMillis(20)).run(clients, Duration.ofMinutes(10).minusSeconds(3));
            assertThat(steady.acknowledgement(50)).as("%s clients after that", clients).isLessThanOrEqualTo(Duration.ofMillis(290));
            assertThat(burst.files() + steady.files()).as("%s clients", clients).isLessThanOrEqualTo(TEN_MINUTES_OF_FILES + SAVED_FILES + 1);
            clock.addAndGet(Duration.ofMinutes(1).toNanos());
            ClosedLoop again = new ClosedLoop(policy, clock, Duration.ofMillis(8), Duration.ofMillis(20)).run(clients, Duration.ofSeconds(3));
            assertThat(again.acknowledgement(50)).as("%s clients after a pause", clients).isLessThanOrEqualTo(Duration.ofMillis(60));
        }
    }

    private Duration window(WindowPolicy policy)
    {
        return Duration.ofNanos(policy.closeNanos(clock.get(), false) - clock.get());
    }
}

package io.icegate.receiver.ingest;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

final class TestWindowPolicy
{
    private final AtomicLong clock = new AtomicLong();
    private final WindowPolicy policy = new WindowPolicy(Duration.ofMillis(100), 4, clock::get);

    @Test
    void testHalfOfTheMedianUpload()
    {
        assertThat(policy.window()).isEqualTo(WindowPolicy.WINDOW_MIN);
        policy.uploaded(Duration.ofMillis(1));
        assertThat(policy.window()).isEqualTo(WindowPolicy.WINDOW_MIN);
        policy.uploaded(Duration.ofMillis(60));
        policy.uploaded(Duration.ofSeconds(9));
        assertThat(policy.window()).isEqualTo(Duration.ofMillis(30));
        policy.uploaded(Duration.ofSeconds(9));
        policy.uploaded(Duration.ofSeconds(9));
        assertThat(policy.window()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void testOnlyTheLastMinuteCounts()
    {
        policy.uploaded(Duration.ofMillis(60));
        clock.addAndGet(Duration.ofSeconds(60).toNanos());
        assertThat(policy.window()).isEqualTo(Duration.ofMillis(30));
        clock.addAndGet(1);
        assertThat(policy.window()).isEqualTo(WindowPolicy.WINDOW_MIN);
    }

    @Test
    void testTooManySmallFilesStretchTheWindow()
    {
        for (int i = 0; i < 240; i++) {
            policy.encoded(1_000);
        }
        assertThat(policy.window()).as("at the budget").isEqualTo(WindowPolicy.WINDOW_MIN);
        policy.encoded(1_000);
        assertThat(policy.window()).as("one above").isEqualTo(Duration.ofMillis(10));
        for (int i = 0; i < 20; i++) {
            policy.encoded(1_000);
        }
        assertThat(policy.window()).isEqualTo(WindowPolicy.STRETCHED_WINDOW_MAX);
        policy.encoded(WindowPolicy.SMALL_SEGMENT_BYTES);
        assertThat(policy.window()).as("large files are fine").isLessThan(WindowPolicy.STRETCHED_WINDOW_MAX);
        clock.addAndGet(Duration.ofSeconds(61).toNanos());
        for (int i = 0; i < 20; i++) {
            policy.encoded(1_000);
        }
        assertThat(policy.window()).as("a minute later").isEqualTo(WindowPolicy.WINDOW_MIN);
    }
}

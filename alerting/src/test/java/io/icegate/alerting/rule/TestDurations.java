package io.icegate.alerting.rule;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestDurations
{
    @Test
    void testUnits()
    {
        assertThat(Durations.parse("30s")).contains(Duration.ofSeconds(30));
        assertThat(Durations.parse("1h30m")).contains(Duration.ofMinutes(90));
        assertThat(Durations.parse("7d")).contains(Duration.ofDays(7));
        assertThat(Durations.parse("1y2w3d4h5m6s7ms")).contains(Duration.ofDays(365 + 14 + 3).plusHours(4).plusMinutes(5).plusSeconds(6).plusMillis(7));
        assertThat(Durations.parse("0")).contains(Duration.ZERO);
        assertThat(Durations.parse("500ms")).contains(Duration.ofMillis(500));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5 m", "m", "-5m", "1.5h", "5M", "30m1h", "5m5m", "9999999999s", "PT5M", "1s "})
    void testNoDurations(String text)
    {
        assertThat(Durations.parse(text)).isEmpty();
    }

    @Test
    void testTextsReadBack()
    {
        for (long millis : new long[] {0, 1, 999, 1000, 60_000, 90_000, 3_600_000, 5_400_000, 86_400_000, 7 * 86_400_000L, 90_061_001}) {
            Duration duration = Duration.ofMillis(millis);
            assertThat(Durations.parse(Durations.text(duration))).contains(duration);
        }
        assertThat(Durations.text(Duration.ofMinutes(90))).isEqualTo("1h30m");
        assertThatThrownBy(() -> Durations.text(Duration.ofNanos(1))).isInstanceOf(IllegalArgumentException.class);
    }
}

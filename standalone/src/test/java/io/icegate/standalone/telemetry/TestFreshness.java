package io.icegate.standalone.telemetry;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestFreshness
{
    @Test
    void testPercentiles()
    {
        // 200, 199, … 1: nearest rank gives the value itself
        Freshness freshness = new Freshness(LongStream.rangeClosed(1, 200).mapToObj(value -> Duration.ofMillis(201 - value)).toList());
        assertThat(freshness.percentile(50)).isEqualTo(Duration.ofMillis(100));
        assertThat(freshness.percentile(99)).isEqualTo(Duration.ofMillis(198));
        assertThat(freshness.percentile(100)).isEqualTo(Duration.ofMillis(200));
        assertThat(freshness.percentile(0.1)).isEqualTo(Duration.ofMillis(1));
        assertThat(freshness.max()).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void testWrongArguments()
    {
        assertThatThrownBy(() -> new Freshness(List.of())).isInstanceOf(IllegalArgumentException.class).hasMessage("samples is empty");
        Freshness one = new Freshness(List.of(Duration.ofMillis(7)));
        assertThat(one.percentile(50)).isEqualTo(Duration.ofMillis(7));
        assertThatThrownBy(() -> one.percentile(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> one.percentile(100.5)).isInstanceOf(IllegalArgumentException.class);
    }
}

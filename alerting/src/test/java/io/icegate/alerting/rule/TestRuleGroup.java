package io.icegate.alerting.rule;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestRuleGroup
{
    @Test
    void testTicks()
    {
        assertThat(group(Duration.ZERO).tickAtOrBefore(Instant.parse("2026-11-28T18:30:29.999Z"))).isEqualTo("2026-11-28T18:30:00Z");
        RuleGroup later = group(Duration.ofSeconds(7));
        assertThat(later.tickAtOrBefore(Instant.parse("2026-11-28T18:30:06.999Z"))).isEqualTo("2026-11-28T18:29:37Z");
        assertThat(later.tickAtOrBefore(Instant.parse("2026-11-28T18:30:07Z"))).isEqualTo("2026-11-28T18:30:07Z");
        assertThat(later.withRules(List.of())).isEqualTo(later);
    }

    @Test
    void testOffsetIsBelowTheInterval()
    {
        assertThatThrownBy(() -> group(Duration.ofSeconds(30))).hasMessage("Invalid offset PT30S: must be whole seconds below the interval PT30S");
        assertThatThrownBy(() -> group(Duration.ofMillis(1500))).hasMessageStartingWith("Invalid offset PT1.5S");
    }

    private static RuleGroup group(Duration offset)
    {
        return new RuleGroup(new GroupName("t", "g"), Duration.ofSeconds(30), offset, Duration.ZERO, Duration.ZERO, Duration.ZERO, Optional.empty(), List.of());
    }
}

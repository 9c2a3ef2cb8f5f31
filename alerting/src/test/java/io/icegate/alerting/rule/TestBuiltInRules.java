package io.icegate.alerting.rule;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

final class TestBuiltInRules
{
    private static final Instant TICK = Instant.parse("2026-11-28T12:00:00Z");

    /**
     * They are not read from a file, so nobody has checked them.
     */
    @Test
    void testQueriesAreRight()
    {
        RuleSql sql = RuleSql.overTables("icegate", "otel");
        for (Rule rule : BuiltInRules.GROUP.rules()) {
            assertThat(RuleStatement.read(rule.sql(), Set.of()).problems()).as(rule.alert()).isEmpty();
            String query = sql.query(BuiltInRules.NAME.tenant(), rule, TICK, TICK.plusSeconds(10)).sql();
            assertThat(query).as(rule.alert()).doesNotContain("tenant_id =");
            if (rule.noData().action() == NoData.Action.KEEP) {
                assertThat(sql.presence(BuiltInRules.NAME.tenant(), rule, rule.by().orElseThrow(), TICK, TICK)).isPresent();
            }
        }
    }

    @Test
    void testWhoHasOtherRulesKeepsThem()
    {
        assertThat(BuiltInRules.isMissing(Optional.empty())).isTrue();
        assertThat(BuiltInRules.isMissing(version(BuiltInRules.SOURCE, Optional.of(BuiltInRules.GROUP)))).isFalse();
        RuleGroup older = new RuleGroup(BuiltInRules.NAME, BuiltInRules.GROUP.interval(), BuiltInRules.GROUP.grace(), BuiltInRules.GROUP.lateness(), BuiltInRules.GROUP.catchUp(), Optional.empty(), List.of());
        assertThat(BuiltInRules.isMissing(version(BuiltInRules.SOURCE, Optional.of(older)))).isTrue();
        assertThat(BuiltInRules.isMissing(version("mine.yaml", Optional.of(older)))).isFalse();
        assertThat(BuiltInRules.isMissing(version("mine.yaml", Optional.empty()))).as("deleted").isFalse();
    }

    private static Optional<RuleVersion> version(String source, Optional<RuleGroup> group)
    {
        return Optional.of(new RuleVersion(BuiltInRules.NAME, 3, "id", TICK, "somebody", source, group));
    }
}

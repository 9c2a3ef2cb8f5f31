package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleLimits;
import io.icegate.alerting.rule.RuleTime;
import io.icegate.alerting.state.Fold.Folded;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Single cases. {@link TestRefold} compares whole histories with a model.
 */
final class TestFold
{
    private static final Instant START = Instant.ofEpochSecond(1_800_000_000);
    private static final Labels CART = Labels.of(Map.of("service_name", "cart"));

    private final Fold fold = new Fold((rule, row, _) -> ImmutableSortedMap.of("summary", rule.alert() + row.labels().values()));
    private GroupState state = GroupState.EMPTY;
    private final List<String> told = new ArrayList<>();

    @Test
    void testPendingFiringResolved()
    {
        Rule rule = rule(60, 30, NoData.RESOLVE, List.of("service_name"), false);
        at(0, rule, row(CART, 1));
        at(30, rule, row(CART, 2));
        at(60, rule, row(CART, 3));
        at(90, rule);
        at(120, rule);
        at(990, rule);
        assertThat(state.alerts()).hasSize(1);
        at(1020, rule);
        assertThat(state.alerts()).isEmpty();
        assertThat(told).containsExactly("0 Errors inactive-pending ", "60 Errors pending-firing ", "120 Errors firing-resolved ");
    }

    @Test
    void testPendingIsGoneWithItsRow()
    {
        Rule rule = rule(60, 0, NoData.RESOLVE, List.of("service_name"), false);
        at(0, rule, row(CART, 1));
        at(30, rule);
        at(60, rule, row(CART, 1));
        assertThat(told).containsExactly("0 Errors inactive-pending ", "30 Errors pending-inactive ", "60 Errors inactive-pending ");
    }

    @Test
    void testNoDataKeepsForAWhile()
    {
        Rule rule = rule(0, 0, new NoData(NoData.Action.KEEP, Duration.ofSeconds(60)), List.of("service_name"), false);
        at(0, rule, row(CART, 1));
        silentAt(30, rule);
        silentAt(60, rule);
        assertThat(told).containsExactly("0 Errors inactive-firing ");
        silentAt(90, rule);
        assertThat(told).containsExactly("0 Errors inactive-firing ", "90 Errors firing-resolved no_data");
    }

    @Test
    void testFailureChangesNothingAndIsTold()
    {
        Rule rule = rule(0, 0, NoData.RESOLVE, List.of("service_name"), false);
        at(0, rule, row(CART, 1));
        GroupState before = state;
        failAt(30, rule);
        failAt(60, rule);
        assertThat(state.alerts()).isEqualTo(before.alerts());
        failAt(90, rule);
        failAt(120, rule);
        at(150, rule, row(CART, 1));
        assertThat(told).containsExactly("0 Errors inactive-firing ", "90 IceGateRuleFailing inactive-firing ", "150 IceGateRuleFailing firing-resolved ");
        AlertInstance failing = state.alerts().stream().filter(alert -> alert.rule().equals(Fold.RULE_FAILING)).findFirst().orElseThrow();
        assertThat(failing.labels()).isEqualTo(Labels.of(Map.of("rule", "Errors")));
        assertThat(failing.values()).containsEntry("error", "no answer");
    }

    @Test
    void testFailureIsToldAtOnce()
    {
        Rule rule = rule(0, 0, NoData.RESOLVE, List.of("service_name"), true);
        failAt(0, rule);
        assertThat(told).containsExactly("0 IceGateRuleFailing inactive-firing ");
    }

    @Test
    void testRuleVanishes()
    {
        Rule rule = rule(0, 0, NoData.RESOLVE, List.of("service_name"), true);
        at(0, rule, row(CART, 1));
        failAt(30, rule);
        GroupState before = state;
        fold(60, List.of(), List.of());
        assertThat(told).containsExactly(
                "0 Errors inactive-firing ",
                "30 IceGateRuleFailing inactive-firing ",
                "60 Errors firing-resolved rule_deleted",
                "60 IceGateRuleFailing firing-resolved rule_deleted");
        state = before;
        told.clear();
        Rule other = named("Other", rule);
        fold(60, List.of(other), List.of(result(other)));
        assertThat(told).containsExactly("60 Errors firing-resolved rule_changed", "60 IceGateRuleFailing firing-resolved rule_changed");
    }

    @Test
    void testLabelsThatCanBeNoMoreResolve()
    {
        at(0, rule(0, 3600, NoData.RESOLVE, List.of("service_name"), true), row(CART, 1));
        at(30, rule(0, 3600, NoData.RESOLVE, List.of("zone"), true));
        assertThat(told).containsExactly("0 Errors inactive-firing ", "30 Errors firing-resolved rule_changed");
    }

    @Test
    void testLabelsAsDelivered()
    {
        at(0, rule(0, 0, NoData.RESOLVE, List.of("service_name"), true), row(Labels.of(Map.of("service_name", "cart", "severity", "from the row")), 1));
        assertThat(state.alerts().getFirst().allLabels()).isEqualTo(Map.of("alertname", "Errors", "service_name", "cart", "severity", "page"));
        assertThat(state.alerts().getFirst().annotations()).isEqualTo(Map.of("summary", "Errors{service_name=cart, severity=from the row}"));
    }

    @Test
    void testTooManyRowsFail()
    {
        Rule rule = rule(0, 0, NoData.RESOLVE, List.of("service_name"), true);
        at(0, rule, row(CART, 1));
        ResultRow[] rows = new ResultRow[RuleLimits.INSTANCES_PER_RULE_MAX + 1];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = row(Labels.of(Map.of("service_name", "s" + i)), 1);
        }
        Folded folded = at(30, rule, rows);
        assertThat(folded.results()).singleElement().satisfies(result -> assertThat(result.error()).contains("returns 1001 rows, more than 1000"));
        assertThat(told).containsExactly("0 Errors inactive-firing ", "30 IceGateRuleFailing inactive-firing ");
        at(60, rule, row(CART, 1), row(CART, 2));
        assertThat(state.failures()).isEqualTo(Map.of("Errors", 2));
    }

    @Test
    void testTheRuleThatGrowsMostFails()
    {
        Rule rule = rule(0, 0, NoData.RESOLVE, List.of("service_name"), true);
        Rule other = named("Other", rule);
        ResultRow[] rows = new ResultRow[900];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = row(Labels.of(Map.of("service_name", i + "x".repeat(500))), 1);
        }
        Folded folded = fold(0, List.of(rule, other), List.of(result(rule, rows), result(other, row(CART, 1))));
        assertThat(folded.results().getFirst().error()).contains("makes the state of the group larger than 786432 bytes");
        assertThat(told).containsExactly("0 IceGateRuleFailing inactive-firing ", "0 Other inactive-firing ");
    }

    @Test
    void testResolvedAreForgottenBeforeRulesFail()
    {
        Rule rule = rule(0, 0, NoData.RESOLVE, List.of("service_name"), true);
        for (int tick = 0; tick < 10; tick++) {
            ResultRow[] rows = new ResultRow[400];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = row(Labels.of(Map.of("service_name", "s" + tick + "-" + i)), 1);
            }
            assertThat(at(tick * 30, rule, rows).results().getFirst().error()).isEmpty();
            assertThat(state.alerts()).hasSizeLessThanOrEqualTo(RuleLimits.INSTANCES_PER_RULE_MAX);
        }
        assertThat(told).hasSize(10 * 400 + 9 * 400);
    }

    @Test
    void testEveryRuleNeedsAResult()
    {
        assertThatThrownBy(() -> fold(0, List.of(rule(0, 0, NoData.RESOLVE, List.of(), false)), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Errors has no result");
    }

    private Folded at(int second, Rule rule, ResultRow... rows)
    {
        return fold(second, List.of(rule), List.of(result(rule, rows)));
    }

    private void failAt(int second, Rule rule)
    {
        fold(second, List.of(rule), List.of(RuleResult.failed(rule.alert(), "no answer", 1)));
    }

    private void silentAt(int second, Rule rule)
    {
        fold(second, List.of(rule), List.of(new RuleResult(rule.alert(), List.of(), List.of(CART), Optional.empty(), 1, Optional.empty())));
    }

    private Folded fold(int second, List<Rule> rules, List<RuleResult> results)
    {
        RuleGroup group = new RuleGroup(new GroupName("shop", "checkout"), Duration.ofSeconds(30), Duration.ZERO, Duration.ZERO, Duration.ZERO, Optional.empty(), rules);
        Folded folded = fold.fold(group, 1, START.plusSeconds(second), state, results);
        state = folded.after();
        folded.transitions().forEach(transition -> told.add("%s %s %s-%s %s".formatted(
                second,
                transition.alert().rule(),
                transition.from().text(),
                transition.to().text(),
                transition.reason().orElse(""))));
        return folded;
    }

    private static RuleResult result(Rule rule, ResultRow... rows)
    {
        return new RuleResult(rule.alert(), List.of(rows), List.of(), Optional.empty(), 1, Optional.empty());
    }

    private static ResultRow row(Labels labels, double value)
    {
        return new ResultRow(labels, OptionalDouble.of(value), ImmutableSortedMap.of());
    }

    private static Rule rule(int hold, int keepFiringFor, NoData noData, List<String> by, boolean alertOnError)
    {
        return new Rule(
                "Errors",
                Duration.ofMinutes(5),
                "SELECT 1",
                Optional.of(by),
                Duration.ofSeconds(hold),
                Duration.ofSeconds(keepFiringFor),
                noData,
                ImmutableSortedMap.of("severity", "page"),
                ImmutableSortedMap.of(),
                RuleTime.EVENT,
                alertOnError,
                false);
    }

    private static Rule named(String alert, Rule rule)
    {
        return new Rule(alert, rule.window(), rule.sql(), rule.by(), rule.hold(), rule.keepFiringFor(), rule.noData(), rule.labels(), rule.annotations(), rule.time(), rule.alertOnError(), rule.alertEvents());
    }
}

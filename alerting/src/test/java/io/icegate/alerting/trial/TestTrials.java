package io.icegate.alerting.trial;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.evaluate.QueryEngine;
import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.evaluate.Row;
import io.icegate.alerting.evaluate.TickQueries;
import io.icegate.alerting.rule.Problem;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleCheck;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.ResultRow;
import io.icegate.alerting.state.RuleResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestTrials
{
    private static final String RULES =
            """
            groups:
              - name: checkout
                interval: 30s
                grace: 10s
                lateness: 15m
                rules:
                  - alert: CheckoutErrors
                    window: 5m
                    sql: SELECT service_name, count(*) AS value FROM logs WHERE severity_number >= 17 GROUP BY service_name HAVING count(*) > 10
                    by: [service_name]
                    for: 2m
                    labels: {severity: page}
                  - alert: Other
                    window: 5m
                    sql: SELECT service_name FROM spans
            """;

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void writeRules()
            throws IOException
    {
        Files.writeString(folder.resolve("checkout.yaml"), RULES);
    }

    @Test
    void testExpectationsThatHold()
            throws Exception
    {
        assertThat(run(
                """
                rule_files: [checkout.yaml]
                tests:
                  - name: errors
                    rows:
                      logs:
                        - {every: 1s, from: 0s, to: 3m, row: {service_name: cart, severity_number: 17, attributes: {a.b: c}}}
                        - {at: 4m, row: {service_name: quiet, severity_number: 17}}
                    expect:
                      - {at: 30s, alert: CheckoutErrors, state: pending, labels: {service_name: cart}, value: 30}
                      - {at: 2m30s, alert: CheckoutErrors, state: firing, labels: {service_name: cart, severity: page}, value: 150}
                      - {at: 2m30s, alert: CheckoutErrors, state: none, labels: {service_name: quiet}}
                      - {at: 8m, alert: CheckoutErrors, state: resolved, labels: {service_name: cart}}
                      - {at: 30m, alert: CheckoutErrors, state: none}
                """)).isEmpty();
    }

    /**
     * All that differs is told, with the line, what was expected and what is there.
     */
    @Test
    void testExpectationsThatDoNotHold()
            throws Exception
    {
        assertThat(run(
                """
                rule_files: [checkout.yaml]
                tests:
                  - name: errors
                    rows:
                      logs: [{every: 1s, from: 0s, to: 3m, row: {service_name: cart, severity_number: 17}}]
                    expect:
                      - {at: 30s, alert: CheckoutErrors, state: none}
                      - {at: 2m, alert: CheckoutErrors, state: firing, labels: {service_name: cart}}
                      - {at: 2m30s, alert: CheckoutErrors, state: firing, value: 149}
                      - {at: 2m30s, alert: CheckoutErrors, state: firing, labels: {service_name: shop}}
                """)).containsExactly(
                "tests.test.yaml:7: test errors: CheckoutErrors at 30s: expected none, found pending with value 30 {service_name=cart} since 30s",
                "tests.test.yaml:8: test errors: CheckoutErrors{service_name=cart} at 2m: expected firing, found pending with value 120 {service_name=cart} since 30s",
                "tests.test.yaml:9: test errors: CheckoutErrors at 2m30s: expected firing with value 149, found firing with value 150 {service_name=cart} since 2m30s",
                "tests.test.yaml:10: test errors: CheckoutErrors{service_name=shop} at 2m30s: expected firing, found none");
    }

    /**
     * A row that comes late is not there at its tick, and opens it again: the alert fires with the time that it would have had.
     */
    @Test
    void testRowsThatComeLate()
            throws Exception
    {
        assertThat(run(
                """
                rule_files: [checkout.yaml]
                tests:
                  - rows:
                      logs:
                        - {every: 1s, from: 10s, to: 30s, arrives: 3m, row: {service_name: cart, severity_number: 17}}
                    expect:
                      - {at: 30s, alert: CheckoutErrors, state: none}
                      - {at: 2m30s, alert: CheckoutErrors, state: none}
                      - {at: 3m, alert: CheckoutErrors, state: firing, value: 20}
                      - {at: 3m30s, alert: CheckoutErrors, state: pending}
                """)).containsExactly(
                "tests.test.yaml:10: test 1: CheckoutErrors at 3m30s: expected pending, found firing with value 20 {service_name=cart} since 2m30s");
    }

    @Test
    void testRuleThatFails()
            throws Exception
    {
        TrialFile file = parse(
                """
                rule_files: [checkout.yaml]
                tests:
                  - expect: [{at: 1m, alert: CheckoutErrors, state: none}]
                """);
        QueryEngine broken = (_, _) -> {
            throw new QueryException(QueryException.Kind.STATEMENT, "Division by zero");
        };
        assertThat(told(new TrialRunner(broken, (_, _, _) -> ImmutableSortedMap.of()).run(file.trials())))
                .containsExactly("tests.test.yaml:3: test 1: at 0s the rule CheckoutErrors fails: Division by zero");
        QueryEngine away = (_, _) -> {
            throw new QueryException(QueryException.Kind.UNAVAILABLE, "Trino is away");
        };
        assertThatThrownBy(() -> new TrialRunner(away, (_, _, _) -> ImmutableSortedMap.of()).run(file.trials())).isInstanceOf(QueryException.class).hasMessage("Trino is away");
    }

    /**
     * Only rules that something is expected of are asked, over the rows of the test.
     */
    @Test
    void testStatements()
            throws Exception
    {
        TrialFile file = parse(
                """
                rule_files: [checkout.yaml]
                tests:
                  - start: 1m
                    rows: {spans: [{at: 10s, arrives: 20s, row: {service_name: "it's", duration_nanos: 5, resource_attributes: {a: b}}}]}
                    expect: [{at: 2m, alert: Other, state: none}]
                """);
        List<String> statements = Collections.synchronizedList(new ArrayList<>());
        QueryEngine engine = (sql, _) -> {
            statements.add(sql);
            return new QueryEngine.QueryResult(List.of(new QueryEngine.Column("service_name", "varchar")), List.of(Row.of("cart")), "q", 1);
        };
        assertThat(told(new TrialRunner(engine, (_, _, _) -> ImmutableSortedMap.of()).run(file.trials())))
                .containsExactly("tests.test.yaml:5: test 1: Other at 2m: expected none, found firing {service_name=cart} since 1m");
        assertThat(statements).hasSize(3).allSatisfy(sql -> assertThat(sql).contains(
                "'it''s'",
                "MAP(ARRAY['a'], ARRAY['b'])",
                "TIMESTAMP '2026-01-01 00:00:10.000000 UTC', TIMESTAMP '2026-01-01 00:00:20.000000 UTC'"));
        assertThat(statements.getFirst()).contains("\"timestamp\" < TIMESTAMP '2026-01-01 00:01:00.000000 UTC'", "ingest_time < TIMESTAMP '2026-01-01 00:01:10.000000 UTC'");
    }

    @Test
    void testProblemsAreToldTogether()
            throws IOException
    {
        assertThat(told(parse(
                """
                rule_files: [checkout.yaml, absent.yaml]
                test: []
                tests:
                  - name: wrong
                    rows:
                      logs:
                        - {at: 1m, row: {service_nam: cart}}
                        - {at: soon, row: {severity_number: 17.5}}
                        - {every: 1s, from: 1m, to: 1m}
                        - {from: 1m, at: 1m, row: {timestamp: 1}}
                        - {every: 1ms, to: 1h}
                      metrics: [{at: 1m, row: {bucket_counts: 1, value_double: high}}]
                    expect:
                      - {at: 1m10s, alert: CheckoutErrors, state: firing}
                      - {at: 1m, alert: CheckoutError, state: fires}
                      - {at: 1m, alert: CheckoutErrors, state: none, value: 1}
                      - {at: 20h, alert: CheckoutErrors, state: none}
                  - rows: {}
                """).problems())).satisfiesExactly(
                problem -> assertThat(problem).startsWith("tests.test.yaml:1: this file: cannot read ").contains("absent.yaml"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:2: this file: unknown key 'test'; did you mean 'tests'?"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:5: test wrong: there are more than 5000 rows; send fewer, further apart"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:7: test wrong, row of logs, row: logs has no column 'service_nam'; did you mean 'service_name'?"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:8: test wrong, row of logs, row: 'severity_number: 17.5' must be an integer"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:8: test wrong, row of logs: 'at: soon' is no duration; write it as 30s, 5m, 1h30m or 7d"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:9: test wrong, row of logs: no row is between 'from' and 'to'; 'to' must be later"),
                problem -> assertThat(problem).startsWith("tests.test.yaml:10: test wrong, row of logs, row: 'timestamp' cannot be given"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:10: test wrong, row of logs: 'from' means nothing without 'every'; add 'every: 10s', or write 'at'"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:12: test wrong, row of metrics, row: 'bucket_counts' is of type array(bigint), which a test cannot give"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:12: test wrong, row of metrics, row: 'value_double: high' is no number"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:14: test wrong, expect: 'at: 1m10s' is no tick of group checkout, which has one each 30s"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:15: test wrong, expect: 'state: fires' is not possible; it must be pending or firing or resolved or none"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:15: test wrong, expect: the files of rules have no alert 'CheckoutError'; did you mean 'CheckoutErrors'?"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:16: test wrong, expect: 'value' means nothing with 'state: none'; remove it"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:17: test wrong, expect: 'at: 20h' is more than 1000 ticks after the first one; give a later 'start'"),
                problem -> assertThat(problem).isEqualTo("tests.test.yaml:18: test 2: 'expect' is missing; add a list such as '[{at: 5m, alert: …, state: firing}]'"));
    }

    private List<String> run(String tests)
            throws Exception
    {
        TrialFile file = parse(tests);
        assertThat(file.problems()).isEmpty();
        return told(new TrialRunner(Counts::new, (_, _, _) -> ImmutableSortedMap.of()).run(file.trials()));
    }

    private TrialFile parse(String tests)
            throws IOException
    {
        return TrialParser.parse(Files.writeString(folder.resolve("tests.test.yaml"), tests), "default", new RuleCheck(Set.of()));
    }

    private List<String> told(List<Problem> problems)
    {
        return problems.stream().map(problem -> problem.toString().replace(folder + "/", "")).toList();
    }

    /**
     * Answers the first rule.
     */
    private record Counts(Trial trial)
            implements TickQueries
    {
        @Override
        public Set<String> tables(RuleGroup group)
        {
            return Set.of("logs");
        }

        @Override
        public RuleResult evaluate(RuleGroup group, Rule rule, Instant tick, Instant cutoff, List<Labels> active)
        {
            SortedMap<String, Integer> counts = new TreeMap<>();
            trial.rows().stream()
                    .filter(row -> isIn(row, tick, rule) && arrival(row).isBefore(cutoff))
                    .forEach(row -> counts.merge(row.columns().getOrDefault("service_name", "").replace("'", ""), 1, Integer::sum));
            List<ResultRow> rows = counts.entrySet().stream()
                    .filter(count -> count.getValue() > 10)
                    .map(count -> new ResultRow(Labels.of(Map.of("service_name", count.getKey())), OptionalDouble.of(count.getValue()), new TreeMap<>()))
                    .toList();
            return new RuleResult(rule.alert(), rows, List.of(), Optional.empty(), 1, Optional.empty());
        }

        @Override
        public List<Instant> late(RuleGroup group, List<Instant> ticks, Instant from, Instant cutoff)
        {
            Rule rule = group.rules().getFirst();
            return ticks.stream()
                    .filter(tick -> trial.rows().stream().anyMatch(row -> isIn(row, tick, rule) && !arrival(row).isBefore(from) && arrival(row).isBefore(cutoff)))
                    .toList();
        }

        private boolean isIn(TrialRow row, Instant tick, Rule rule)
        {
            Instant time = TrialRunner.start(trial.group()).plus(row.at());
            return time.isBefore(tick) && !time.isBefore(tick.minus(rule.window()));
        }

        private Instant arrival(TrialRow row)
        {
            return TrialRunner.start(trial.group()).plus(row.arrives());
        }
    }
}

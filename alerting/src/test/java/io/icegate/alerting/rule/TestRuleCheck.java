package io.icegate.alerting.rule;

import com.google.common.collect.ImmutableMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

final class TestRuleCheck
{
    private static final RuleCheck CHECK = new RuleCheck(Set.of("pg.public.Owners"));

    @ParameterizedTest
    @ValueSource(strings = {
            "SELECT service_name, count(*) AS value, max(body) AS example FROM logs WHERE severity_number >= 17 GROUP BY service_name HAVING count(*) > 10",
            "SELECT * FROM spans",
            "SELECT l.service_name FROM logs AS l JOIN spans s ON l.trace_id = s.trace_id LEFT JOIN metrics USING (service_name), events",
            "WITH a AS (SELECT * FROM logs), b AS (SELECT * FROM a) SELECT b.body FROM b, a",
            "SELECT x FROM (WITH a AS (SELECT 1 AS x) SELECT x FROM a)",
            "SELECT o.team FROM logs l JOIN pg.public.owners o ON o.service = l.service_name",
            "SELECT o.team FROM PG.\"public\".Owners o",
            "SELECT max(\"timestamp\") AS seen FROM logs HAVING max(\"timestamp\") < (SELECT tick FROM evaluation) - INTERVAL '10' MINUTE",
            "SELECT a FROM logs CROSS JOIN UNNEST(map_keys(attributes)) AS t(a)",
            "SELECT a FROM logs, LATERAL (SELECT service_name AS a)",
            "SELECT 1 AS value UNION ALL SELECT 2",
            "(SELECT 1 AS value)",
            "VALUES 1",
            "TABLE logs",
            "SELECT count_if(any_match(map_values(attributes), v -> v = 'x')) AS value FROM logs",
            "SELECT row_number() OVER (PARTITION BY service_name ORDER BY \"timestamp\") AS value FROM logs",
            "SELECT date_trunc('hour', \"timestamp\") AS hour FROM logs -- now() and random() in a comment",
            "SELECT 'now()' AS text, \"now\" FROM (SELECT 1 AS now)",
    })
    void testAccepted(String sql)
    {
        assertThat(problems(sql)).isEmpty();
        assertThat(warnings(sql)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', value = {
            "DELETE FROM logs                                  => 1:1 a rule is a query that begins with SELECT or WITH; other statements are not possible",
            "EXPLAIN SELECT 1                                  => 1:1 a rule is a query that begins with SELECT or WITH; other statements are not possible",
            "SELECT 1 AS value;                                => 1:18 a rule is one query without a semicolon; remove it",
            "SELECT 1 AS value; SELECT 2                       => 1:18 a rule is one query without a semicolon; remove it",
            "SELEC 1                                           => 1:1 this is no SQL that Trino reads: mismatched input 'SELEC'.",
            "`SELECT 1 AS value\nFROM logs WHERE`              => 2:16 this is no SQL that Trino reads: mismatched input '<EOF>'.",
            // tables
            "SELECT a FROM log                                 => 1:15 there is no table 'log'; did you mean 'logs'?",
            "SELECT a FROM \"logs$files\"                      => 1:15 there is no table 'logs$files'; known are logs, spans, metrics, events, evaluation, pg.public.owners",
            "SELECT a FROM owners                              => 1:15 there is no table 'owners'; known are logs, spans, metrics, events, evaluation, pg.public.owners",
            "SELECT a FROM icegate.otel.logs                   => 1:15 'icegate.otel.logs' cannot be used; write logs, which is its rows of this tenant in the window",
            "SELECT a FROM otel.Spans                          => 1:15 'otel.spans' cannot be used; write spans, which is its rows of this tenant in the window",
            "SELECT a FROM pg.public.secrets                   => 1:15 table 'pg.public.secrets' cannot be used; only logs, spans, metrics, events and tables of icegate.alerting.lookup-tables can: pg.public.owners",
            "SELECT a FROM system.runtime.queries              => 1:15 table 'system.runtime.queries' cannot be used",
            "SELECT a FROM logs WHERE a IN (SELECT b FROM x.y) => 1:46 table 'x.y' cannot be used",
            "SELECT (SELECT a FROM x.y) AS value               => 1:23 table 'x.y' cannot be used",
            "SELECT a FROM logs ORDER BY (SELECT a FROM x.y)   => 1:44 table 'x.y' cannot be used",
            "SELECT a FROM logs JOIN spans ON EXISTS (TABLE x.y) => 1:42 table 'x.y' cannot be used",
            "SELECT a FROM b, (WITH b AS (SELECT 1 AS a) SELECT a FROM b) => 1:15 there is no table 'b'",
            "WITH a AS (SELECT * FROM b), b AS (SELECT 1 AS a) SELECT a FROM a => 1:26 there is no table 'b'",
            "WITH a AS (SELECT * FROM a) SELECT 1 AS value FROM a => 1:26 there is no table 'a'",
            "WITH logs AS (SELECT 1 AS a) SELECT a FROM logs   => 1:6 'logs' is the name of rows that a rule is given and cannot be used again; name the table expression otherwise",
            "WITH \"Evaluation\" AS (SELECT 1 AS a) SELECT a FROM evaluation => 1:6 'evaluation' is the name of rows that a rule is given",
            "SELECT a FROM (WITH spans AS (SELECT 1 AS a) SELECT a FROM spans) => 1:21 'spans' is the name of rows that a rule is given",
            // other rows
            "SELECT a FROM logs FOR VERSION AS OF 7            => 1:15 FOR VERSION, FOR TIMESTAMP and branches are not possible in a rule",
            "SELECT a FROM logs FOR TIMESTAMP AS OF TIMESTAMP '2026-01-01 00:00:00' => 1:15 FOR VERSION, FOR TIMESTAMP and branches are not possible in a rule",
            "SELECT a FROM logs TABLESAMPLE BERNOULLI (10)     => 1:15 TABLESAMPLE takes other rows each time, so an evaluation could not be repeated; remove it",
            "SELECT a FROM TABLE(sequence(1, 9)) AS t(a)       => 1:21 table functions are not possible in a rule; remove it",
            "SELECT a FROM TABLE(pg.system.query('DROP')) => 1:21 table functions are not possible in a rule; remove it",
            "WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a) SELECT n FROM a => 1:1 WITH RECURSIVE is not possible in a rule",
            "WITH FUNCTION f() RETURNS bigint RETURN 1 SELECT f() AS value => 1:1 WITH FUNCTION and WITH SESSION are not possible in a rule; remove them",
            "SELECT a FROM logs WHERE a = ?                    => 1:30 '?' is not possible: a rule has no parameters; write the value",
            // not repeatable
            "SELECT now() AS t                                 => 1:8 now() depends on when the evaluation runs, so it could not be repeated; write (SELECT tick FROM evaluation)",
            "SELECT NOW() AS t                                 => 1:8 now() depends on when the evaluation runs",
            "SELECT current_timestamp AS t                     => 1:8 current_timestamp depends on when",
            "SELECT current_timestamp(3) AS t                  => 1:8 current_timestamp depends on when",
            "SELECT current_date AS t                          => 1:8 current_date depends on when",
            "SELECT current_time AS t                          => 1:8 current_time depends on when",
            "SELECT localtime AS t                             => 1:8 localtime depends on when",
            "SELECT localtimestamp AS t                        => 1:8 localtimestamp depends on when",
            "SELECT current_timezone() AS t                    => 1:8 current_timezone() depends on when",
            "SELECT current_user AS t                          => 1:8 current_user depends on who evaluates",
            "SELECT current_catalog AS t                       => 1:8 current_catalog depends on who evaluates",
            "SELECT current_schema AS t                        => 1:8 current_schema depends on who evaluates",
            "SELECT current_path AS t                          => 1:8 current_path depends on who evaluates",
            "SELECT current_groups() AS t                      => 1:8 current_groups() depends on who evaluates",
            "SELECT random() AS t                              => 1:8 random() gives another result each time, so an evaluation could not be repeated; remove it",
            "SELECT rand(10) AS t                              => 1:8 rand() gives another",
            "SELECT uuid() AS t                                => 1:8 uuid() gives another",
            "SELECT shuffle(ARRAY[1]) AS t                     => 1:8 shuffle() gives another",
            "`SELECT a FROM logs\n  WHERE \"timestamp\" > now() - INTERVAL '1' DAY` => 2:23 now() depends on when",
            "SELECT a FROM logs GROUP BY a HAVING max(b) FILTER (WHERE c < now()) > 1 => 1:63 now() depends on when",
            "SELECT max(a) OVER (ORDER BY random()) AS b FROM logs => 1:30 random() gives another",
            "SELECT transform(ARRAY[1], x -> random()) AS b    => 1:33 random() gives another",
            "SELECT a FROM logs LIMIT 1 OFFSET now()           => 1:28 this is no SQL that Trino reads",
            // columns
            "SELECT count(*) FROM logs                         => 1:8 'count(*)' has no name; write AS value behind the number of the alert, and AS and a name behind others",
            "SELECT a, b AS a FROM logs                        => 1:11 there are two columns 'a'; name one otherwise with AS",
    })
    void testRefused(String sql, String problem)
    {
        List<Problem> problems = problems(sql);
        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst().line() - 99 + ":" + problems.getFirst().message().replaceFirst("^rule A: (.*) \\(column (\\d+)\\)$", "$2 $1")).startsWith(problem);
    }

    /**
     * What depends on the order of rows is allowed. {@code TestAlertReplay} measures which functions do.
     */
    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', value = {
            "SELECT arbitrary(body) AS example FROM logs       => 1:8 arbitrary() takes the value of any row, so a repeated evaluation may take another; write min() or max()",
            "SELECT ANY_VALUE(body) AS example FROM logs       => 1:8 any_value() takes the value of any row",
            "SELECT array_join(array_agg(body), ',') AS bodies FROM logs => 1:19 array_agg() without ORDER BY has its elements in any order, so a repeated evaluation may tell another; add ORDER BY, as in array_agg(body ORDER BY body)",
            "SELECT map_agg(body, flags) AS m FROM logs        => 1:8 map_agg() keeps any of the values that have the same key",
            "SELECT multimap_agg(body, flags) AS m FROM logs   => 1:8 multimap_agg() has the values of a key in any order",
            "SELECT approx_percentile(flags, 0.9) AS value FROM logs => 1:8 approx_percentile() is an estimate that depends on the order of rows",
            "SELECT stddev(flags) AS value FROM logs           => 1:8 stddev() adds floating point numbers in any order",
            "SELECT 1 AS value FROM logs GROUP BY body HAVING max(x) > stddev(y) => 1:59 stddev() adds floating point numbers in any order",
            "SELECT body FROM logs LIMIT 3                     => 1:1 LIMIT without ORDER BY takes any rows, so a repeated evaluation may take others; add ORDER BY over columns that tell all rows apart",
            "SELECT body FROM (SELECT body FROM logs FETCH FIRST ROW ONLY) => 1:19 LIMIT without ORDER BY takes any rows",
            "(SELECT body FROM logs) UNION ALL (SELECT body FROM logs) LIMIT 3 => 1:1 LIMIT without ORDER BY takes any rows",
            "SELECT row_number() OVER (PARTITION BY body) AS value FROM logs => 1:8 row_number() over a window without ORDER BY takes rows in any order",
    })
    void testWarnings(String sql, String warning)
    {
        assertThat(problems(sql)).isEmpty();
        List<Problem> warnings = warnings(sql);
        assertThat(warnings).hasSize(1);
        assertThat(warnings.getFirst().line() - 99 + ":" + warnings.getFirst().message().replaceFirst("^rule A: (.*) \\(column (\\d+)\\)$", "$2 $1")).startsWith(warning);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "SELECT array_agg(body ORDER BY body) AS bodies FROM logs",
            "SELECT body FROM logs ORDER BY body LIMIT 3",
            "(SELECT body FROM logs) UNION ALL (SELECT body FROM logs) ORDER BY body LIMIT 3",
            "SELECT sum(flags) AS value, avg(flags) AS usual, approx_distinct(body) AS bodies, min(body) AS example FROM logs",
    })
    void testNothingToWarnOf(String sql)
    {
        assertThat(warnings(sql)).isEmpty();
    }

    @Test
    void testAllProblemsTogetherWithLinesOfTheFile()
    {
        ParsedRules parsed = RuleFileParser.parse("checkout.yaml",
                """
                groups:
                  - name: checkout
                    tenant: shop
                    intervall: 30s
                    rules:
                      - alert: A
                        window: 5m
                        sql: |
                          SELECT service_name, count(*)
                          FROM log
                          WHERE "timestamp" > now() AND uuid() = 'x'
                        by: [service, scope]
                        annotations:
                          summary: "{{ $labels.service_name }}"
                          detail: "{{ $value }}"
                      - alert: B
                        window: 1m
                        sql: SELECT 1 AS value FROM nothing
                """);
        assertThat(CHECK.check(parsed)).extracting(Problem::toString).containsExactly(
                "checkout.yaml:4: group checkout: unknown key 'intervall'; did you mean 'interval'?",
                "checkout.yaml:9: rule A: 'count(*)' has no name; write AS value behind the number of the alert, and AS and a name behind others (column 32)",
                "checkout.yaml:10: rule A: there is no table 'log'; did you mean 'logs'? (column 16)",
                "checkout.yaml:11: rule A: now() depends on when the evaluation runs, so it could not be repeated; write (SELECT tick FROM evaluation) (column 31)",
                "checkout.yaml:11: rule A: uuid() gives another result each time, so an evaluation could not be repeated; remove it (column 41)",
                "checkout.yaml:14: rule A: annotation summary: '{{ $labels.service_name }}': there is no label 'service_name'; did you mean 'service'?",
                "checkout.yaml:18: rule B: there is no table 'nothing'; known are logs, spans, metrics, events, evaluation, pg.public.owners (column 37)");
    }

    @Test
    void testLabelsAndTemplates()
    {
        Rule rule = new Rule(
                "A",
                Duration.ofMinutes(1),
                "SELECT service_name, count(*) AS errors FROM logs GROUP BY 1",
                Optional.of(List.of("servicename")),
                Duration.ZERO,
                Duration.ZERO,
                NoData.RESOLVE,
                new TreeMap<>(),
                new TreeMap<>(Map.of("a", "{{ $value }}", "b", "{{ $values.errors }}", "c", "{{ $values.error }}")),
                RuleTime.EVENT,
                false,
                false);
        assertThat(problems(rule)).extracting(Problem::toString).containsExactlyInAnyOrder(
                "a.yaml:70: rule A: 'by' names 'servicename', which is no column of the query; did you mean 'service_name'?",
                "a.yaml:50: rule A: annotation a: '{{ $value }}': the query has no column named value; write AS value behind the number",
                "a.yaml:51: rule A: annotation c: '{{ $values.error }}': there is no column 'error'; did you mean 'errors'?");
        // what only Trino knows is not guessed
        Rule star = new Rule(
                "A",
                Duration.ofMinutes(1),
                "SELECT * FROM logs",
                Optional.of(List.of("zone")),
                Duration.ZERO,
                Duration.ZERO,
                NoData.RESOLVE,
                new TreeMap<>(),
                new TreeMap<>(Map.of("a", "{{ $value }} {{ $values.x }} {{ $labels.zone }}")),
                RuleTime.EVENT,
                false,
                false);
        assertThat(problems(star)).isEmpty();
    }

    @Test
    void testNoDataNeedsLabels()
    {
        assertThat(noData("SELECT service_name FROM logs", Optional.of(List.of("service_name")))).isEmpty();
        assertThat(noData("SELECT count(*) AS value FROM logs", Optional.of(List.of()))).isEmpty();
        assertThat(noData("SELECT service_name FROM logs", Optional.empty())).containsExactly("rule A: 'no_data: keep' needs to know the labels; name them in 'by', such as 'by: [service_name]'");
        assertThat(noData("SELECT 1 AS value", Optional.of(List.of()))).containsExactly("rule A: 'no_data: keep' needs rows of logs, spans, metrics, events, and the query uses none; remove it");
        assertThat(noData("SELECT max(body) AS route FROM logs", Optional.of(List.of("route")))).singleElement().asString().startsWith("rule A: 'no_data: keep' cannot tell which rows have the labels route; ");
    }

    private static List<String> noData(String sql, Optional<List<String>> by)
    {
        Rule rule = new Rule("A", Duration.ofMinutes(1), sql, by, Duration.ZERO, Duration.ZERO, new NoData(NoData.Action.KEEP, Duration.ofHours(1)), new TreeMap<>(), new TreeMap<>(), RuleTime.EVENT, false, false);
        return problems(rule).stream().map(Problem::message).toList();
    }

    @Test
    void testDeepQueries()
    {
        int most = RuleLimits.SQL_DEPTH_MAX;
        assertThat(problems("SELECT " + "(".repeat(most) + "1" + ")".repeat(most) + " AS value")).isEmpty();
        for (int depth : new int[] {most + 1, 30_000}) {
            assertThat(problems("SELECT " + "(".repeat(depth) + "1" + ")".repeat(depth) + " AS value")).singleElement().extracting(Problem::message).asString().contains("more than 100 brackets in brackets");
        }
        assertThat(problems("SELECT 1" + " + 1".repeat(15_000) + " AS value")).singleElement().extracting(Problem::message).asString().containsAnyOf("too deeply", "too large");
    }

    @Test
    void testTypesOfColumns()
    {
        Map<String, String> types = ImmutableMap.of("service_name", "varchar", "zone", "varchar(10)", "value", "decimal(10,2)", "n", "bigint");
        assertThat(RuleCheck.labels(TestRuleSql.rule("SELECT 1"), types)).containsExactly("service_name", "zone");
        assertThat(columnProblems(TestRuleSql.rule("SELECT 1"), types)).isEmpty();
        assertThat(columnProblems(TestRuleSql.rule("SELECT 1"), ImmutableMap.of("value", "varchar", "service.name", "varchar"))).containsExactly(
                "rule A: column 'service.name' is no name of a label, Alertmanager refuses it; name it otherwise with AS",
                "rule A: column value is of type varchar and must be a number; cast it, or name it otherwise");
        Rule rule = new Rule(
                "A",
                Duration.ofMinutes(1),
                "SELECT * FROM logs",
                Optional.empty(),
                Duration.ZERO,
                Duration.ZERO,
                NoData.RESOLVE,
                new TreeMap<>(Map.of("zone", "x")),
                new TreeMap<>(Map.of("a", "{{ $labels.nothing }}")),
                RuleTime.EVENT,
                false,
                false);
        assertThat(columnProblems(rule, ImmutableMap.of("zone", "varchar"))).containsExactlyInAnyOrder(
                "rule A: label 'zone' is a column of the query too; remove one",
                "rule A: annotation a: '{{ $labels.nothing }}': there is no label 'nothing'; known are zone");
        ImmutableMap.Builder<String, String> many = ImmutableMap.builder();
        for (int i = 0; i <= RuleLimits.LABELS_MAX; i++) {
            many.put("l" + i, "varchar");
        }
        assertThat(columnProblems(TestRuleSql.rule("SELECT 1"), many.buildOrThrow())).singleElement().asString().contains("the result has 33 labels with those in 'labels'; at most 32 are allowed");
    }

    private static List<String> columnProblems(Rule rule, Map<String, String> types)
    {
        return RuleCheck.columnProblems(rule, origin(), types).stream().map(Problem::message).toList();
    }

    private static List<Problem> warnings(String sql)
    {
        return CHECK.warnings(parsed(TestRuleSql.rule(sql)));
    }

    private static List<Problem> problems(String sql)
    {
        return problems(TestRuleSql.rule(sql));
    }

    private static List<Problem> problems(Rule rule)
    {
        return CHECK.check(parsed(rule));
    }

    private static ParsedRules parsed(Rule rule)
    {
        GroupName name = new GroupName("t", "g");
        RuleGroup group = new RuleGroup(name, Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO, Duration.ZERO, Optional.empty(), List.of(rule));
        return new ParsedRules(List.of(group), List.of(), Map.of(new ParsedRules.RuleName(name, "A"), origin()));
    }

    private static RuleOrigin origin()
    {
        return new RuleOrigin("a.yaml", 40, 100, 0, Map.of("by", 70, "annotations.a", 50, "annotations.c", 51));
    }
}

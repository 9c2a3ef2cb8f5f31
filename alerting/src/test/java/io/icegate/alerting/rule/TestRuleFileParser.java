package io.icegate.alerting.rule;

import io.icegate.alerting.rule.NoData.Action;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

final class TestRuleFileParser
{
    private static final String CHECKOUT =
            """
            groups:
              - name: checkout
                tenant: shop
                interval: 30s
                grace: 20s
                lateness: 5m
                catch_up: 2h
                notify: [alertmanager, ops]
                rules:
                  - alert: CheckoutErrors
                    window: 5m
                    sql: |
                      SELECT service_name, count(*) AS value, max(body) AS example
                      FROM logs WHERE severity_number >= 17 GROUP BY service_name HAVING count(*) > 10
                    by: [service_name]
                    for: 2m
                    keep_firing_for: 5m
                    no_data: {action: keep, for: 1h}
                    on_error: alert
                    labels: {severity: page, tier: 1}
                    annotations: {summary: "{{ $labels.service_name }}: {{ $value }} errors"}
                    time: arrival
                    alert_events: true
            """;
    private static final GroupName NAME = new GroupName("shop", "checkout");

    @Test
    void testEveryKey()
    {
        ParsedRules parsed = RuleFileParser.parse("checkout.yaml", CHECKOUT);
        assertThat(parsed.problems()).isEmpty();
        assertThat(parsed.groups()).containsExactly(new RuleGroup(
                NAME,
                Duration.ofSeconds(30),
                Duration.ofSeconds(20),
                Duration.ofMinutes(5),
                Duration.ofHours(2),
                Optional.of(List.of("alertmanager", "ops")),
                List.of(new Rule(
                        "CheckoutErrors",
                        Duration.ofMinutes(5),
                        """
                        SELECT service_name, count(*) AS value, max(body) AS example
                        FROM logs WHERE severity_number >= 17 GROUP BY service_name HAVING count(*) > 10
                        """,
                        Optional.of(List.of("service_name")),
                        Duration.ofMinutes(2),
                        Duration.ofMinutes(5),
                        new NoData(Action.KEEP, Duration.ofHours(1)),
                        new TreeMap<>(Map.of("severity", "page", "tier", "1")),
                        new TreeMap<>(Map.of("summary", "{{ $labels.service_name }}: {{ $value }} errors")),
                        RuleTime.ARRIVAL,
                        true,
                        true))));
    }

    @Test
    void testDefaults()
    {
        ParsedRules parsed = RuleFileParser.parse("a.yaml",
                """
                groups:
                - name: a
                  tenant: t
                  rules:
                  - alert: A
                    window: 1m
                    sql: SELECT 1 AS value
                """);
        assertThat(parsed.problems()).isEmpty();
        RuleGroup group = parsed.groups().getFirst();
        assertThat(group.interval()).isEqualTo(Duration.ofMinutes(1));
        assertThat(group.grace()).isEqualTo(Duration.ofSeconds(10));
        assertThat(group.lateness()).isEqualTo(Duration.ofMinutes(15));
        assertThat(group.catchUp()).isEqualTo(Duration.ofHours(1));
        assertThat(group.channels()).isEmpty();
        assertThat(group.rules()).containsExactly(new Rule(
                "A",
                Duration.ofMinutes(1),
                "SELECT 1 AS value",
                Optional.empty(),
                Duration.ZERO,
                Duration.ZERO,
                NoData.RESOLVE,
                new TreeMap<>(),
                new TreeMap<>(),
                RuleTime.EVENT,
                false,
                false));
    }

    @Test
    void testPositionsOfQueries()
    {
        RuleOrigin block = RuleFileParser.parse("checkout.yaml", CHECKOUT).origin(NAME, "CheckoutErrors").orElseThrow();
        assertThat(block.line()).isEqualTo(10);
        assertThat(block.sqlProblem(2, 6, "wrong")).isEqualTo(new Problem("checkout.yaml", 14, "wrong (column 16)"));
        assertThat(block.problem("annotations.summary", "wrong")).isEqualTo(new Problem("checkout.yaml", 21, "wrong"));
        assertThat(block.problem("other", "wrong").line()).isEqualTo(10);

        assertThat(originOf("sql: SELECT 1").sqlProblem(1, 8, "x")).isEqualTo(new Problem("a.yaml", 7, "x (column 17)"));
        assertThat(originOf("sql: 'SELECT 1'").sqlProblem(1, 8, "x")).isEqualTo(new Problem("a.yaml", 7, "x (column 18)"));
        assertThat(originOf("sql: >\n      SELECT\n      1").sqlProblem(1, 8, "x")).isEqualTo(new Problem("a.yaml", 7, "x (line 1, column 8 of the query)"));
        assertThat(originOf("sql: |2\n        SELECT 1").sqlProblem(1, 3, "x")).isEqualTo(new Problem("a.yaml", 8, "x (column 9)"));
    }

    private static RuleOrigin originOf(String sql)
    {
        ParsedRules parsed = RuleFileParser.parse("a.yaml",
                """
                groups:
                - name: a
                  tenant: t
                  rules:
                  - alert: A
                    window: 1m
                """ + "    " + sql + "\n");
        assertThat(parsed.problems()).isEmpty();
        return parsed.origin(new GroupName("t", "a"), "A").orElseThrow();
    }

    @Test
    void testAllProblemsTogether()
    {
        ParsedRules parsed = RuleFileParser.parse("bad.yaml",
                """
                groups:
                  - name: Checkout
                    tenant: "a/b"
                    intervall: 30s
                    grace: soon
                    lateness: 2h
                    notify: ops
                    rules:
                      - alert: Checkout Errors
                        windw: 5m
                        sql:
                        by: [service.name, value]
                        for: -1m
                        for: 1m
                        no_data: keep
                        on_error: ignore
                        labels: {severity: "", service.name: "{{ $labels.x }}"}
                        annotations: a text
                        time: now
                        alert_events: yes
                """);
        assertThat(parsed.problems()).extracting(Problem::toString).containsExactly(
                "bad.yaml:2: group Checkout: 'name: Checkout' is no name of a group; use 1 to 63 of a-z, 0-9 and -",
                "bad.yaml:3: group Checkout: 'tenant: a/b' is no name of a tenant; it must match [A-Za-z0-9_.@-]{1,128}",
                "bad.yaml:4: group Checkout: unknown key 'intervall'; did you mean 'interval'?",
                "bad.yaml:5: group Checkout: 'grace: soon' is no duration; write it as 30s, 5m, 1h30m or 7d",
                "bad.yaml:6: group Checkout: 'lateness: 2h' is out of range; it must be 0s to 1h",
                "bad.yaml:7: group Checkout: 'notify' must be a list; begin each of its elements with '-', or write [a, b]",
                "bad.yaml:9: rule Checkout Errors: 'alert: Checkout Errors' is no name of an alert; use up to 128 letters, digits, _, - and ., and begin with a letter",
                "bad.yaml:9: rule Checkout Errors: 'window' is missing; add a line such as 'window: 5m', which is how far back the query sees",
                "bad.yaml:10: rule Checkout Errors: unknown key 'windw'; did you mean 'window'?",
                "bad.yaml:11: rule Checkout Errors: 'sql' has no value; give it one or remove the line",
                "bad.yaml:12: rule Checkout Errors: 'service.name' is no name of a label, Alertmanager refuses it; write AS service_name in the query and name that here",
                "bad.yaml:12: rule Checkout Errors: 'value' is the number of the alert and cannot be a label; name the column otherwise",
                "bad.yaml:13: rule Checkout Errors: 'for: -1m' is no duration; write it as 30s, 5m, 1h30m or 7d",
                "bad.yaml:14: rule Checkout Errors: 'for' is given twice, first in line 13; remove one",
                "bad.yaml:15: rule Checkout Errors: 'no_data: keep' does not say for how long; write 'no_data: {action: keep, for: 1h}'",
                "bad.yaml:16: rule Checkout Errors: 'on_error: ignore' is not possible; it must be keep or alert",
                "bad.yaml:17: rule Checkout Errors: 'service.name' is no name of a label, Alertmanager refuses it; name it service_name",
                "bad.yaml:17: rule Checkout Errors: label 'service.name' has a template; only annotations can have one, so select a column and put it into 'by'",
                "bad.yaml:17: rule Checkout Errors: label 'service.name' is in 'by' too; remove one",
                "bad.yaml:17: rule Checkout Errors: label 'severity' is empty, which is the same as not there; remove it or give it a value",
                "bad.yaml:18: rule Checkout Errors: 'annotations' must be a mapping of names to values, such as {name: value}",
                "bad.yaml:19: rule Checkout Errors: 'time: now' is not possible; it must be event or arrival",
                "bad.yaml:20: rule Checkout Errors: 'alert_events: yes' is not possible; it must be true or false");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "``                                        | 1 | the file is empty; begin it with 'groups:'",
            "[1, 2]                                    | 1 | this file must be a mapping; begin it with 'groups:'",
            "{}                                        | 1 | this file: 'groups' is missing; begin the file with 'groups:' and a list of groups",
            "`a: &x 1\nb: *x`                          | 1 | anchors and aliases (& and *) are not supported; write the value where it is used",
            "`groups: !!java.net.URL [x]`              | 1 | tags (such as tag:yaml.org,2002:java.net.URL) are not supported; remove it, and quote the value if it is a text",
            "`groups:\n  - name: [a\n    tenant: b`    | 3 | this is no YAML: ",
            "`groups:\n\t- name: a`                    | 2 | this is no YAML: ",
            "`groups: []\n---\ngroups: []`             | 2 | this is no YAML: ",
            "`groups: [x]`                             | 1 | a group is a mapping; write '- name: …' and below it tenant and rules",
            "`groups: [{name: a, tenant: b}]`          | 1 | group a: 'rules' is missing; add 'rules:' and a list of rules",
            "`groups: [{name: a, tenant: b, rules: [x]}]` | 1 | group a: a rule is a mapping; write '- alert: …' and below it window and sql",
            "`groups: [{tenant: b, rules: []}]`        | 1 | group: 'name' is missing; add a line such as 'name: checkout'",
            "`groups: [{name: a, rules: []}]`          | 1 | group a: 'tenant' is missing; add a line such as 'tenant: default'",
            "`groups: [{name: a, tenant: b, interval: 5s, rules: []}]` | 1 | group a: 'interval: 5s' is out of range; it must be 10s to 1h",
            "`groups: [{name: a, tenant: b, interval: 10s1ms, rules: []}]` | 1 | group a: 'interval: 10s1ms' is not whole seconds",
            "`groups: [{name: a, tenant: b, interval: 30s, offset: 30s, rules: []}]` | 1 | group a: 'offset: 30s' is out of range; it must be 0s to 29s",
            "`groups: [{name: a, tenant: b, offset: 1s500ms, rules: []}]` | 1 | group a: 'offset: 1s500ms' is not whole seconds",
            "`groups: [{name: a, tenant: b, rules: [{window: 1m, sql: SELECT 1}]}]` | 1 | rule: 'alert' is missing; add a line such as 'alert: CheckoutErrors'",
            "`groups: [{name: a, tenant: b, rules: [{alert: A, window: 1m}]}]` | 1 | rule A: 'sql' is missing; add 'sql: |' and below it a query whose rows are the alerts",
            "`groups: [{name: a, tenant: b, rules: [{alert: A, window: 25h, sql: SELECT 1}]}]` | 1 | rule A: 'window: 25h' is out of range; it must be 1s to 1d",
            "`groups: [{name: a, tenant: b, rules: [{alert: A, window: 1m, sql: SELECT 1, by: [a, a]}]}]` | 1 | rule A: 'a' is in 'by' twice; remove one",
            "`groups: [{name: a, tenant: b, rules: [{alert: A, window: 1m, sql: SELECT 1, by: [a], labels: {a: x}}]}]` | 1 | rule A: label 'a' is in 'by' too; remove one",
            "`groups: [{name: a, tenant: b, rules: [{alert: A, window: 1m, sql: SELECT 1, labels: {alertname: x}}]}]` | 1 | rule A: label 'alertname' is the name of the alert; choose another name",
            "`groups: [{name: a, tenant: b, rules: [{alert: A, window: 1m, sql: SELECT 1, no_data: {action: keep}}]}]` | 1 | rule A, no_data: 'action: keep' does not say for how long; write '{action: keep, for: 1h}'",
            "`groups: [{name: a, tenant: b, rules: [{alert: A, window: 1m, sql: SELECT 1, no_data: {action: resolve, for: 1h}}]}]` | 1 | rule A, no_data: 'for' means nothing with 'action: resolve'; remove it or write 'action: keep'",
            "`groups: [{name: a, tenant: b, rules: [{alert: A, window: 1m, sql: SELECT 1, annotations: {a-b: x}}]}]` | 1 | rule A: 'a-b' is no name of an annotation; use letters, digits and _, and do not begin with a digit",
            "`groups: [{name: a, tenant: b, rules: [{alert: A, window: 1m, sql: {a: b}}]}]` | 1 | rule A: 'sql' must be a text; a list or a mapping cannot stand here",
    })
    void testOneProblem(String text, int line, String message)
    {
        List<Problem> problems = RuleFileParser.parse("a.yaml", text).problems();
        assertThat(problems).isNotEmpty();
        assertThat(problems.getFirst().line()).isEqualTo(line);
        assertThat(problems.getFirst().message()).startsWith(message);
    }

    @Test
    void testNamesAreUnique()
    {
        String rules = "tenant: t, rules: [{alert: A, window: 1m, sql: SELECT 1}, {alert: A, window: 1m, sql: SELECT 2}]}";
        assertThat(RuleFileParser.parse("a.yaml", "groups:\n- {name: a, " + rules).problems())
                .containsExactly(new Problem("a.yaml", 2, "group a: alert A is there twice; rename or remove one"));
        String group = "{name: a, tenant: t, rules: []}";
        assertThat(RuleFileParser.parse("a.yaml", "groups:\n- " + group + "\n- " + group).problems())
                .containsExactly(new Problem("a.yaml", 3, "group t/a is in this file twice; rename or remove one"));
        assertThat(RuleFileParser.parse(List.of(new RuleFile("a.yaml", "groups: [" + group + "]"), new RuleFile("b.yaml", "groups: [" + group + "]"))).problems())
                .containsExactly(new Problem("b.yaml", 1, "group t/a is also in a.yaml; a group stands in one file, so rename or remove one"));
    }

    @Test
    void testLimits()
    {
        assertThat(problems("rules", "{alert: A%s, window: 1m, sql: SELECT 1}", RuleLimits.RULES_PER_GROUP_MAX)).isEmpty();
        assertThat(problems("rules", "{alert: A%s, window: 1m, sql: SELECT 1}", RuleLimits.RULES_PER_GROUP_MAX + 1))
                .containsExactly(new Problem("a.yaml", 1, "group a: 'rules' has 51 elements; at most 50 are allowed"));
        assertThat(problems("notify", "c%s", RuleLimits.CHANNELS_MAX + 1)).extracting(Problem::message).anyMatch(message -> message.contains("at most 32 are allowed"));

        String labels = "groups: [{name: a, tenant: t, rules: [{alert: A, window: 1m, sql: SELECT 1, labels: {x: %s}}]}]";
        assertThat(RuleFileParser.parse("a.yaml", labels.formatted("y".repeat(RuleLimits.LABEL_BYTES_MAX))).problems()).isEmpty();
        assertThat(RuleFileParser.parse("a.yaml", labels.formatted("y".repeat(RuleLimits.LABEL_BYTES_MAX + 1))).problems())
                .containsExactly(new Problem("a.yaml", 1, "rule A: the text has 1025 bytes; at most 1024 are allowed"));
    }

    private static List<Problem> problems(String list, String element, int count)
    {
        StringBuilder elements = new StringBuilder();
        for (int i = 0; i < count; i++) {
            elements.append(i == 0 ? "" : ", ").append(element.formatted(i));
        }
        return RuleFileParser.parse("a.yaml", "groups: [{name: a, tenant: t, %s: [%s]}]".formatted(list, elements)).problems();
    }

    @Test
    void testHostileFiles()
    {
        assertThat(RuleFileParser.parse("a.yaml", "[".repeat(1_000_000)).problems()).extracting(Problem::message)
                .containsExactly("the file is nested more than 32 levels deep; rules need 6");
        assertThat(RuleFileParser.parse("a.yaml", "#" + "x".repeat(RuleLimits.FILE_LENGTH_MAX)).problems()).extracting(Problem::message)
                .containsExactly("the file has 4194305 characters, at most 4194304 are allowed; split it");
        List<Problem> many = RuleFileParser.parse("a.yaml", "groups:\n" + "- x\n".repeat(RuleLimits.GROUPS_PER_TENANT_MAX) + "- x\n").problems();
        assertThat(many).hasSize(RuleLimits.PROBLEMS_MAX + 1);
        assertThat(many.getLast().message()).contains("there are 1 more problems");
    }
}

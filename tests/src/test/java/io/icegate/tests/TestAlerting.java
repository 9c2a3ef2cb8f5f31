package io.icegate.tests;

import io.icegate.standalone.process.Ports;
import io.icegate.standalone.process.TrinoProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rules as a newcomer meets them: apply a file to a running IceGate, send errors, see the alert, kill the evaluator, take the rule away.
 */
final class TestAlerting
{
    private static final String EVALUATOR = "io.icegate.alerting.server.AlertingServerMain";
    private static final Path COOKBOOK_TEST = Path.of("../docs/operations/alerting/cookbook.test.yaml").toAbsolutePath().normalize();
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String RULES =
            """
            groups:
              - name: checkout
                interval: 10s
                grace: 1s
                rules:
                  - alert: CheckoutErrors
                    window: 10m
                    sql: |
                      SELECT service_name, count(*) AS value, max(body) AS example
                      FROM logs WHERE severity_number >= 17 GROUP BY service_name
                    by: [service_name]
                    labels: {severity: page}
                    annotations: {summary: "{{ $labels.service_name }}: {{ $value }} errors, such as {{ $values.example }}"}
            """;

    @TempDir
    private Path folder = Path.of("");

    private final List<Integer> ports = Ports.free(4);
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void testRuleFromItsFileToItsEnd()
            throws Exception
    {
        Path data = folder.resolve("data");
        Path files = Files.createDirectories(folder.resolve("rules"));
        Path rules = Files.writeString(files.resolve("checkout.yaml"), RULES);
        try (IceGateScript start = Services.startWithAlerting(folder, data, ports)) {
            start.awaitOutput("  Alerts      API http://localhost:%s/v1/alerting/groups, from the first rule on\n".formatted(ports.get(3)));
            assertProblemsAreTold(data, rules);
            assertTestsOfRules(data, rules);
            Instant applied = Instant.now();
            assertThat(run("alert", "apply", "--data", data.toString(), files.toString())).contains("default/checkout | created | 1");
            assertThat(run("alert", "apply", "--data", data.toString(), files.toString())).contains("default/checkout | unchanged | 1");
            start.awaitOutput("icegate: alerting is ready");

            sendErrors("cart", 3, Instant.now());
            awaitAlert("\"state\":\"firing\"", "cart: 3 errors, such as error 2");
            awaitTransitions("inactive-firing cart");
            assertThat(run("alert", "list", "--data", data.toString())).containsPattern("default/checkout \\| 1 +\\| CheckoutErrors +\\| 0 +\\| 1 ");

            // another process goes on from the last record, and tells nothing again
            start.child(EVALUATOR).destroyForcibly();
            start.awaitOutput("icegate: alerting is ready again");
            sendErrors("shipping", 1, Instant.now().minusSeconds(60));
            awaitTransitions("inactive-firing cart", "inactive-firing shipping");
            assertGroupOfFileIsKept();
            assertReplay(data, applied);

            Files.delete(rules);
            Files.writeString(rules.resolveSibling("other.yaml"), RULES.replace("name: checkout", "name: other").replace("severity_number >= 17", "false"));
            assertThat(run("alert", "apply", "--data", data.toString(), "--prune", files.toString())).contains("default/checkout | deleted | 2", "default/other    | created | 1");
            awaitTransitions("inactive-firing cart", "inactive-firing shipping", "firing-resolved cart rule_deleted", "firing-resolved shipping rule_deleted");
            assertThat(start.output()).doesNotContain("Trino ended", "receiver ended");
        }
    }

    private void assertProblemsAreTold(Path data, Path rules)
            throws Exception
    {
        Path wrong = Files.writeString(folder.resolve("wrong.yaml"), RULES.replace("count(*)", "count(bodi)").replace("interval: 10s", "intervall: 10s"));
        try (IceGateScript check = IceGateScript.run(folder, "alert", "check", "--data", data.toString(), wrong.toString())) {
            assertThat(check.output()).contains("wrong.yaml:3: group checkout: unknown key 'intervall'").contains("1 problem");
            assertThat(check.exitValue()).isEqualTo(1);
        }
        Files.writeString(wrong, RULES.replace("count(*)", "count(bodi)"));
        try (IceGateScript check = IceGateScript.run(folder, "alert", "check", "--data", data.toString(), wrong.toString())) {
            assertThat(check.output()).contains("wrong.yaml:9: rule CheckoutErrors: Column 'bodi' cannot be resolved (column 38)");
            assertThat(check.exitValue()).isEqualTo(1);
        }
        assertThat(run("alert", "check", "--data", data.toString(), rules.toString())).contains("default/checkout | CheckoutErrors | 0 ").contains("OK: 1 group, 1 rule");
    }

    /**
     * Trino evaluates the rules of the cookbook, and one over a row that comes late, without any of these rows being in a table.
     */
    private void assertTestsOfRules(Path data, Path rules)
            throws Exception
    {
        assertThat(run("alert", "test", "--data", data.toString(), COOKBOOK_TEST.toString())).contains("OK: 10 tests");
        Path tests = Files.writeString(
                rules.resolveSibling("checkout.test.yaml"),
                """
                rule_files: [checkout.yaml]
                tests:
                  - rows: {logs: [{at: 5s, arrives: 22s, row: {service_name: cart, severity_number: 17}}]}
                    expect:
                      - {at: 20s, alert: CheckoutErrors, state: none}
                      - {at: 30s, alert: CheckoutErrors, state: firing, labels: {service_name: cart}, value: 2}
                """);
        try (IceGateScript test = IceGateScript.run(folder, "alert", "test", "--data", data.toString(), tests.toString())) {
            // the row opened the first tick again, and the alert fires since then
            assertThat(test.output()).contains("checkout.test.yaml:6: test 1: CheckoutErrors{service_name=cart} at 30s: expected firing with value 2, found firing with value 1 {service_name=cart} since 10s", "1 failure");
            assertThat(test.exitValue()).isEqualTo(1);
        }
        try (IceGateScript test = IceGateScript.run(folder, "alert", "test")) {
            assertThat(test.exitValue()).isEqualTo(2);
        }
    }

    /**
     * The ticks come to the same again, also when their rows were committed and merged; another rule does not.
     */
    private void assertReplay(Path data, Instant applied)
            throws Exception
    {
        assertThat(run("alert", "explain", "--data", data.toString(), "checkout/CheckoutErrors")).contains(
                "-- default/checkout, version 1, at tick ",
                "WITH \"logs\" AS (SELECT * FROM \"icegate\".\"otel\".\"logs\" WHERE tenant_id = 'default' AND \"timestamp\" >= ",
                "icegate.otel.logs | severity_number | [17, ∞)",
                " | ok     | ");
        List<String> replay = List.of("alert", "replay", "--data", data.toString(), "--from", applied.toString(), "--to", Instant.now().toString(), "checkout");
        assertThat(run(replay.toArray(String[]::new))).contains("{service_name=cart}     | inactive | firing ", "{service_name=shipping} | inactive | firing ", "2 changes, 0 differences from the records");
        execute("CALL icegate.system.commit_wal('otel', 'logs')");
        execute("ALTER TABLE logs EXECUTE optimize");
        List<String> difference = new ArrayList<>(replay);
        difference.add("--diff");
        assertThat(run(difference.toArray(String[]::new))).contains("2 changes, 0 differences from the records");
        Path others = Files.writeString(folder.resolve("others.yaml"), RULES.replace("GROUP BY service_name", "GROUP BY service_name HAVING count(*) > 1"));
        difference.addAll(List.of("--rules", others.toString()));
        try (IceGateScript script = IceGateScript.run(folder, difference.toArray(String[]::new))) {
            assertThat(script.output()).contains("{service_name=shipping} | inactive to firing only in the records").doesNotContain("service_name=cart");
            assertThat(script.exitValue()).isEqualTo(1);
        }
    }

    private void execute(String sql)
            throws SQLException
    {
        try (Connection connection = TrinoProcess.connect("localhost:" + ports.get(2)); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * A change over HTTP would be undone by the next apply.
     */
    private void assertGroupOfFileIsKept()
            throws Exception
    {
        URI group = URI.create("http://localhost:%s/v1/alerting/groups/checkout".formatted(ports.get(3)));
        HttpResponse<String> there = http.send(HttpRequest.newBuilder(group).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(there.headers().firstValue("ETag")).contains("\"1\"");
        HttpResponse<String> refused = http.send(
                HttpRequest.newBuilder(group).header("If-Match", "\"1\"").PUT(HttpRequest.BodyPublishers.ofString(RULES)).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(412);
        assertThat(refused.body()).contains("These rules come from", "add force=true");
    }

    private String run(String... arguments)
            throws Exception
    {
        try (IceGateScript script = IceGateScript.run(folder, arguments)) {
            assertThat(script.exitValue()).as(script.output()).isZero();
            return script.output();
        }
    }

    private void sendErrors(String service, int count, Instant time)
            throws IOException, InterruptedException
    {
        List<String> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add("{\"timeUnixNano\": \"%s000000\", \"severityNumber\": 17, \"body\": {\"stringValue\": \"error %s\"}}".formatted(time.toEpochMilli(), i));
        }
        String body = "{\"resourceLogs\": [{\"resource\": {\"attributes\": [{\"key\": \"service.name\", \"value\": {\"stringValue\": \"%s\"}}]}, \"scopeLogs\": [{\"logRecords\": [%s]}]}]}"
                .formatted(service, String.join(", ", records));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%s/v1/logs".formatted(ports.get(1))))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body, UTF_8))
                .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }

    private void awaitAlert(String... texts)
            throws Exception
    {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%s/api/v1/alerts".formatted(ports.get(3)))).build();
        List<String> last = new ArrayList<>(List.of(""));
        Deadline.await(() -> "alert in " + last.getFirst(), LIMIT, () -> {
            last.set(0, http.send(request, HttpResponse.BodyHandlers.ofString()).body());
            return List.of(texts).stream().allMatch(last.getFirst()::contains);
        });
    }

    /**
     * Waits until these are the transitions that are told, each once.
     */
    private void awaitTransitions(String... transitions)
            throws Exception
    {
        List<List<String>> last = new ArrayList<>(List.of(List.of()));
        Deadline.await(() -> "transitions in " + last.getFirst(), LIMIT, () -> {
            last.set(0, transitions());
            return last.getFirst().size() >= transitions.length;
        });
        assertThat(last.getFirst()).containsExactlyInAnyOrder(transitions);
    }

    private List<String> transitions()
            throws SQLException
    {
        String sql =
                """
                SELECT concat(attributes['icegate.alert.previous_state'], '-', attributes['icegate.alert.state'], ' ', attributes['icegate.alert.label.service_name'],
                    coalesce(' ' || element_at(attributes, 'icegate.alert.reason'), ''))
                FROM events WHERE event_name = 'icegate.alert.state_changed' AND tenant_id = 'default'""";
        try (Connection connection = TrinoProcess.connect("localhost:" + ports.get(2)); Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
            List<String> transitions = new ArrayList<>();
            while (rows.next()) {
                transitions.add(rows.getString(1));
            }
            return transitions;
        }
    }
}

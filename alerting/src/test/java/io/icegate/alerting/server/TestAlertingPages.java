package io.icegate.alerting.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.hash.Hashing;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleStore;
import io.icegate.alerting.rule.RuleTime;
import io.icegate.alerting.server.DeliveryHistory.Message;
import io.icegate.alerting.server.Front.When;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Transition;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.Warehouse;
import io.icegate.warehouse.Warehouses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A whole evaluator, as those see it who ask over HTTP.
 */
final class TestAlertingPages
{
    private static final GroupName NAME = new GroupName("shop", "checkout");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String REPLAY = "/v1/alerting/groups/checkout/replay";
    private static final String OTHER_RULES =
            """
            groups:
              - name: checkout
                interval: 10s
                rules:
                  - {alert: Errors, window: 1m, sql: "SELECT service_name AS service, count(*) AS value FROM logs GROUP BY 1 HAVING false"}
            """;

    @TempDir
    private Path folder = Path.of("");

    /**
     * Each value is that of the records, seen over HTTP.
     */
    @Test
    void testMetricsOfTicksAndDeliveries()
            throws Exception
    {
        // nothing is complete at first, and nothing waits
        try (World world = new World(folder, Instant.now().minus(Duration.ofMinutes(10)), Map.of("icegate.alerting.patience", "0s"))) {
            world.outside.watermarkBehind(Duration.ofHours(1));
            await("ticks without a watermark", () -> world.records().size() >= 5);
            world.outside.watermarkBehind(Duration.ZERO);
            await("skipped ticks", () -> count(world, record -> record.skipped().isPresent()) >= 1 && world.metric("icegate_alert_ticks_skipped_total") == count(world, record -> record.skipped().isPresent()));
            await("incomplete ticks", () -> count(world, EvaluationRecord::incomplete) >= 1 && world.metric("icegate_alert_ticks_incomplete_total") == count(world, EvaluationRecord::incomplete));
            await("complete ticks", () -> !world.records().getLast().incomplete() && world.records().size() >= 18);

            // a flood of late rows, and too little time for all of their ticks
            world.outside.ruleTime(Duration.ofMillis(300));
            List<Double> backlog = new ArrayList<>();
            await("ticks that wait", () -> {
                if (world.outside.isLateRowTold()) {
                    world.outside.lateRow(world.records().getLast().tick().minusSeconds(15));
                }
                backlog.add(world.metric("icegate_alert_ticks_reopened{group=\"shop/checkout\"}"));
                return backlog.getLast() > 0;
            });
            world.outside.ruleTime(Duration.ZERO);
            assertThat(world.records().stream().map(record -> (double) record.reopening().ticks().size())).contains(backlog.getLast());
            await("ticks that were evaluated again", () -> world.metric("icegate_alert_ticks_reopened{group=\"shop/checkout\"}") == 0
                    && late(world) >= 10
                    && world.metric("icegate_alert_ticks_late_total") == late(world));

            world.outside.webhookStatus(503);
            await("the oldest record that waits", () -> {
                Instant before = Instant.now();
                double age = world.metric("icegate_alert_outbox_oldest_seconds{channel=\"hook\"}");
                Instant after = Instant.now();
                Optional<Instant> since = world.untold().map(EvaluationRecord::recordedAt);
                return since.isPresent() && age > 1 && age >= seconds(Duration.between(since.orElseThrow(), before)) && age <= seconds(Duration.between(since.orElseThrow(), after));
            });
            assertThat(world.metric("icegate_alert_outbox_oldest_seconds{channel=\"events\"}")).isZero();
            world.outside.webhookStatus(200);
            await("nothing waits", () -> world.metric("icegate_alert_outbox_oldest_seconds{channel=\"hook\"}") == 0);
        }
    }

    private static long count(World world, Predicate<EvaluationRecord> condition)
    {
        return world.records().stream().filter(condition).count();
    }

    private static long late(World world)
    {
        return world.records().stream().mapToLong(record -> record.late().size()).sum();
    }

    private static double seconds(Duration duration)
    {
        return duration.toMillis() / 1e3;
    }

    @Test
    void testReplay()
            throws Exception
    {
        try (World world = new World(folder, Instant.now().minusSeconds(15), Map.of())) {
            await("ticks", () -> world.records().size() >= 12);
            List<EvaluationRecord> records = world.records().subList(0, 12);
            List<Transition> told = records.stream().flatMap(record -> record.transitions().stream()).toList();
            assertThat(told).hasSizeGreaterThan(4);
            String from = records.getFirst().tick().toString();
            String to = records.getLast().tick().toString();
            String times = "\"from\": \"%s\", \"to\": \"%s\"".formatted(from, to);

            List<JsonNode> lines = world.replay("{%s}".formatted(times));
            assertThat(lines.stream().limit(12).map(line -> line.get("tick").textValue())).isEqualTo(records.stream().map(record -> record.tick().toString()).toList());
            assertThat(lines.stream().limit(12).flatMap(line -> line.get("changes").valueStream()).map(TestAlertingPages::values)).isEqualTo(told.stream().map(ReplayRows::change).toList());
            assertThat(lines.subList(12, lines.size())).containsExactly(MAPPER.readTree("{\"ticks\": 12, \"changes\": %s, \"differences\": 0}".formatted(told.size())));

            List<JsonNode> same = world.replay("{%s, \"diff\": true}".formatted(times));
            assertThat(same).hasSize(13);
            assertThat(same.stream().limit(12)).allMatch(line -> line.get("differences").isEmpty());

            // what was told at ticks that these rules do not have is told too
            List<JsonNode> other = world.replay("{%s, \"diff\": true, \"rules\": %s}".formatted(times, MAPPER.writeValueAsString(OTHER_RULES)));
            assertThat(other.getLast().get("differences").intValue()).isEqualTo(told.size());
            assertThat(other.stream().limit(other.size() - 1).flatMap(line -> line.get("differences").valueStream()))
                    .hasSize(told.size())
                    .allMatch(difference -> difference.get("difference").textValue().endsWith("only in the records"));
            assertThat(other.getLast().get("ticks").intValue()).isBetween(1, 2);

            // each line comes when its tick is evaluated
            world.outside.ruleTime(Duration.ofMillis(100));
            assertThat(world.timeBetweenLines("{%s}".formatted(times))).isGreaterThan(Duration.ofSeconds(1));
            world.outside.ruleTime(Duration.ZERO);

            assertRefused(world, 400, "", "The body must be JSON");
            assertRefused(world, 400, "{\"to\": \"1h\"}", "'from' is missing");
            assertRefused(world, 400, "{\"from\": \"1h\", \"until\": \"1h\"}", "unknown key 'until'");
            assertRefused(world, 400, "null", "it is null");
            assertRefused(world, 400, "{\"from\": \"yesterday\"}", "'from' yesterday is no time");
            assertRefused(world, 400, "{\"from\": \"1h\", \"to\": \"2h\"}", "is after 'to'");
            assertRefused(world, 422, "{\"from\": \"1h\", \"rules\": %s}".formatted(MAPPER.writeValueAsString(OTHER_RULES.replace("interval: 10s", "intervall: 10s"))), "unknown key 'intervall'");
            assertRefused(world, 422, "{\"from\": \"1h\", \"rules\": %s}".formatted(MAPPER.writeValueAsString(OTHER_RULES.replace("name: checkout", "name: other"))), "The body must hold one group, named checkout");
            assertRefused(world, 422, "{\"from\": \"5h\", \"to\": \"1h\", \"rules\": %s}".formatted(MAPPER.writeValueAsString(OTHER_RULES)), "There are more than 1000 ticks");
            assertThat(world.post(REPLAY.replace("checkout", "other"), "shop", "{\"from\": \"1h\"}").statusCode()).isEqualTo(404);
            assertThat(world.post(REPLAY, "bank", "{\"from\": \"1h\"}").statusCode()).as("the group of another tenant").isEqualTo(404);
            assertThat(world.get(REPLAY).statusCode()).isEqualTo(405);
        }
    }

    /**
     * More would take the queries from the rules that are evaluated.
     */
    @Test
    void testReplaysAtOnceAreBounded()
            throws Exception
    {
        try (World world = new World(folder, Instant.now().minusSeconds(15), Map.of())) {
            await("ticks", () -> world.records().size() >= 4);
            world.outside.ruleTime(Duration.ofSeconds(2));
            String body = "{\"from\": \"%s\"}".formatted(world.records().getFirst().tick());
            List<HttpResponse<Stream<String>>> running = new ArrayList<>();
            for (int i = 0; i < ReplayApi.REPLAYS_MAX; i++) {
                running.add(world.client.send(world.request(REPLAY, "shop", body), HttpResponse.BodyHandlers.ofLines()));
            }
            assertRefused(world, 429, body, "2 replays are on their way");
            world.outside.ruleTime(Duration.ZERO);
            for (HttpResponse<Stream<String>> each : running) {
                assertThat(each.body().toList().getLast()).contains("\"ticks\":");
            }
            await("there is room again", () -> world.post(REPLAY, "shop", body).statusCode() == 200);
        }
    }

    /**
     * Whoever may read the records of a tenant may replay them.
     */
    @Test
    void testReplayNeedsAKey()
            throws Exception
    {
        String key = "0123456789abcdef0123456789abcdef";
        try (World world = new World(folder, Instant.now().minusSeconds(15), Map.of("icegate.auth.keys", "reader shop sha256:" + Hashing.sha256().hashString(key, UTF_8)))) {
            await("ticks", () -> world.records().size() >= 2);
            String body = "{\"from\": \"%s\"}".formatted(world.records().getFirst().tick());
            assertThat(world.post(REPLAY, "shop", body).statusCode()).isEqualTo(401);
            HttpRequest.Builder request = HttpRequest.newBuilder(world.uri(REPLAY)).header("X-API-Key", key).POST(HttpRequest.BodyPublishers.ofString(body));
            assertThat(world.client.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
            assertThat(world.client.send(request.header("X-Scope-OrgID", "bank").build(), HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(403);
        }
    }

    private static void assertRefused(World world, int status, String body, String message)
            throws Exception
    {
        HttpResponse<String> answer = world.post(REPLAY, "shop", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(message);
    }

    private static List<String> values(JsonNode row)
    {
        return row.valueStream().map(JsonNode::textValue).toList();
    }

    private static void await(String what, Callable<Boolean> condition)
            throws Exception
    {
        Instant limit = Instant.now().plus(LIMIT);
        while (!condition.call()) {
            assertThat(Instant.now()).as(what).isBefore(limit);
            Thread.sleep(50);
        }
    }

    private static final class World
            implements AutoCloseable,
                       Front.Trap
    {
        private final Outside outside = new Outside();
        private final HttpClient client = HttpClient.newHttpClient();
        private final Warehouse warehouse;
        private final EvaluationLog log;
        private final Front front;
        private final AlertingServer server;

        private World(Path folder, Instant written, Map<String, String> settings)
                throws Exception
        {
            String root = Files.createDirectories(folder.resolve("warehouse")).toUri().toString();
            warehouse = Warehouses.open(root, Map.of());
            log = new EvaluationLog(warehouse.store(), InstantSource.system(), RetryPolicy.of(RetryPolicy.Waiting.system()));
            // no store behind it
            front = new Front(URI.create("http://127.0.0.1:1"), outside, this);
            Rule rule = new Rule(
                    "Errors", Duration.ofMinutes(1), "SELECT service_name AS service, count(*) AS value FROM logs GROUP BY 1", Optional.empty(), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), RuleTime.EVENT, false, false);
            RuleGroup group = new RuleGroup(NAME, Duration.ofSeconds(1), Duration.ZERO, Duration.ofMinutes(1), Duration.ofSeconds(20), Optional.empty(), List.of(rule));
            RuleStore rules = new RuleStore(warehouse.store(), RetryPolicy.Waiting.system());
            rules.write(NAME, 0, Optional.of(group), written, "test", RuleStore.API_SOURCE, rules.id());
            Files.writeString(folder.resolve("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
            Path channels = Files.writeString(folder.resolve("channels.yaml"), "channels: [{name: hook, webhook: \"%s/hook\", secret_files: [secret], allow_private: true}]".formatted(front.uri()));
            Map<String, String> config = new HashMap<>(Map.of(
                    "icegate.warehouse", root,
                    "icegate.alerting.http-port", "0",
                    "icegate.alerting.trino.url", front.uri().toString(),
                    "icegate.alerting.events.endpoint", front.uri().toString(),
                    "icegate.alerting.channels-file", channels.toString(),
                    "icegate.alerting.built-in-rules", "false"));
            config.putAll(settings);
            server = AlertingServer.start(config);
        }

        private List<EvaluationRecord> records()
        {
            return log.records(NAME, Instant.EPOCH, Instant.now());
        }

        /**
         * The oldest record that the webhook does not know.
         */
        private Optional<EvaluationRecord> untold()
        {
            List<EvaluationRecord> records = records();
            Set<String> told = outside.history(List.of()).messages().stream().map(Message::transitions).flatMap(List::stream).collect(Collectors.toSet());
            return records.stream().filter(record -> record.transitions().stream().anyMatch(transition -> transition.kind() == Transition.Kind.CHANGED && !told.contains(transition.id()))).findFirst();
        }

        private URI uri(String path)
        {
            return URI.create("http://127.0.0.1:%s%s".formatted(server.httpPort(), path));
        }

        private HttpResponse<String> get(String path)
                throws IOException, InterruptedException
        {
            return client.send(HttpRequest.newBuilder(uri(path)).header("X-Scope-OrgID", "shop").build(), HttpResponse.BodyHandlers.ofString());
        }

        private HttpRequest request(String path, String tenant, String body)
        {
            return HttpRequest.newBuilder(uri(path)).header("X-Scope-OrgID", tenant).POST(HttpRequest.BodyPublishers.ofString(body)).build();
        }

        private HttpResponse<String> post(String path, String tenant, String body)
                throws IOException, InterruptedException
        {
            return client.send(request(path, tenant, body), HttpResponse.BodyHandlers.ofString());
        }

        private List<JsonNode> replay(String body)
                throws IOException, InterruptedException
        {
            HttpResponse<String> answer = post(REPLAY, "shop", body);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-ndjson");
            List<JsonNode> lines = new ArrayList<>();
            for (String line : answer.body().lines().toList()) {
                lines.add(MAPPER.readTree(line));
            }
            return lines;
        }

        private Duration timeBetweenLines(String body)
                throws IOException, InterruptedException
        {
            List<Instant> times = client.send(request(REPLAY, "shop", body), HttpResponse.BodyHandlers.ofLines()).body().map(_ -> Instant.now()).toList();
            return Duration.between(times.getFirst(), times.getLast());
        }

        /**
         * 0 while there is none.
         */
        private double metric(String name)
                throws IOException, InterruptedException
        {
            Matcher value = Pattern.compile("^%s (\\S+)$".formatted(Pattern.quote(name)), Pattern.MULTILINE).matcher(get("/metrics").body());
            return value.find() ? Double.parseDouble(value.group(1)) : 0;
        }

        @Override
        public Optional<When> springs(Front each, String step)
        {
            return Optional.empty();
        }

        @Override
        public void killed(Front each, Instant time) {}

        @Override
        public void close()
                throws Exception
        {
            server.close();
            front.close();
            warehouse.store().close();
        }
    }
}

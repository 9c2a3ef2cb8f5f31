package io.icegate.tests;

import com.fasterxml.jackson.databind.JsonNode;
import io.icegate.objectstore.Seeds;
import io.icegate.standalone.process.Ports;
import io.icegate.standalone.process.TrinoProcess;
import io.icegate.tests.AlertLedgerModel.Answer;
import io.icegate.tests.AlertLedgerModel.Change;
import io.icegate.tests.AlertLedgerModel.CountRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Twenty rules under load, with a receiver killed each minute and rows that come up to twelve minutes late: what the records tell in the end is what a model makes of the
 * acknowledged rows alone.
 */
@EnabledIfSystemProperty(named = TestAlertLedger.MINUTES_KEY, matches = "[1-9][0-9]*", disabledReason = "takes minutes")
final class TestAlertLedger
{
    static final String MINUTES_KEY = "icegate.alert-ledger-minutes";

    private static final String RECEIVER = "io.icegate.receiver.ReceiverMain";
    private static final int MINUTES = Integer.getInteger(MINUTES_KEY, 0);
    private static final Duration INTERVAL = Duration.ofSeconds(30);
    private static final Duration KILL_EACH = Duration.ofMinutes(1);
    private static final int GROUPS = 4;
    private static final int RULES_PER_GROUP = 5;
    private static final Duration LIMIT = Duration.ofMinutes(20);

    @TempDir
    private Path folder = Path.of("");

    private final long seed = Seeds.next("TestAlertLedger");
    private final List<Integer> ports = Ports.free(4);

    @Test
    void testTransitionsAreThoseOfAModelOfTheLedger()
            throws Exception
    {
        Map<String, List<CountRule>> groups = groups(new Random(seed));
        Path data = folder.resolve("data");
        Path files = Files.createDirectories(folder.resolve("rules"));
        Files.writeString(files.resolve("ledger.yaml"), yaml(groups));
        try (IceGateScript start = Services.startWithAlerting(folder, data, ports, "--rules", files.toString())) {
            LedgerLoad load = LedgerLoad.start(ports.get(1), seed);
            int kills = 0;
            try (load) {
                Instant begin = Instant.now();
                for (Instant kill = begin.plus(KILL_EACH); kill.isBefore(begin.plus(Duration.ofMinutes(MINUTES))); kill = kill.plus(KILL_EACH)) {
                    await(kill);
                    start.child(RECEIVER).destroyForcibly();
                    kills++;
                }
                await(begin.plus(Duration.ofMinutes(MINUTES)));
            }
            Instant end = Instant.now();
            List<LedgerLoad.Sent> ledger = load.acknowledged();
            assertThat(stored()).isEqualTo(ledger.size());
            assertThat(kills == 0 || load.again() > 0).isTrue();

            Set<String> seen = new HashSet<>();
            int told = 0;
            for (Map.Entry<String, List<CountRule>> group : groups.entrySet()) {
                AlertRecords records = new AlertRecords(data.resolve("warehouse"), group.getKey());
                Instant last = awaitAllTold(records, end);
                told += compare(records, last, new AlertLedgerModel(group.getValue(), ledger), seen);
                if (!isEqual(records, last, new AlertLedgerModel(group.getValue(), ledger.stream().filter(row -> !row.late()).toList()))) {
                    seen.add("differs without late rows");
                }
            }
            System.out.printf("ledger: %s rows, %s kills, %s requests again, %s changes; seen %s%n", ledger.size(), kills, load.again(), told, seen);
            // or nothing was tried
            assertThat(seen).contains("inactive-firing", "inactive-pending", "pending-firing", "firing-resolved", "late", "reopened", "differs without late rows");
        }
    }

    private static void await(Instant time)
    {
        while (Instant.now().isBefore(time)) {
            LockSupport.parkNanos(SECONDS.toNanos(1));
        }
    }

    private static Map<String, List<CountRule>> groups(Random random)
    {
        Map<String, List<CountRule>> groups = new TreeMap<>();
        for (int group = 0; group < GROUPS; group++) {
            List<CountRule> rules = new ArrayList<>();
            for (int rule = 0; rule < RULES_PER_GROUP; rule++) {
                Duration window = INTERVAL.multipliedBy(1 + random.nextInt(4));
                rules.add(new CountRule(
                        "Errors" + rule,
                        window,
                        (int) window.toSeconds() + random.nextInt(60),
                        INTERVAL.multipliedBy(rule % 3),
                        INTERVAL.multipliedBy(random.nextInt(3))));
            }
            groups.put("ledger-" + group, rules);
        }
        return groups;
    }

    private static String yaml(Map<String, List<CountRule>> groups)
    {
        StringBuilder yaml = new StringBuilder("groups:\n");
        groups.forEach((name, rules) -> {
            yaml.append(
                    """
                      - name: %s
                        interval: %ss
                        grace: 5s
                        lateness: 15m
                        rules:
                    """.formatted(name, INTERVAL.toSeconds()));
            rules.forEach(rule -> yaml.append(
                    """
                          - alert: %s
                            window: %ss
                            for: %ss
                            keep_firing_for: %ss
                            by: [service_name]
                            sql: |
                              SELECT service_name, count(*) AS value FROM logs
                              WHERE severity_number >= %s GROUP BY service_name HAVING count(*) > %s
                    """.formatted(rule.name(), rule.window().toSeconds(), rule.hold().toSeconds(), rule.keepFiringFor().toSeconds(), LedgerLoad.ERROR, rule.moreThan())));
        });
        return yaml.toString();
    }

    private long stored()
            throws SQLException
    {
        try (Connection connection = TrinoProcess.connect("localhost:" + ports.get(2));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*), count(DISTINCT body) FROM logs WHERE body LIKE 'row %'")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getLong(1)).as("none twice").isEqualTo(rows.getLong(2));
            return rows.getLong(1);
        }
    }

    /**
     * Waits for a tick that saw every row, behind which nothing waits for being evaluated again.
     */
    private static Instant awaitAllTold(AlertRecords records, Instant end)
            throws Exception
    {
        Deadline.await(() -> "record of all rows after " + end, LIMIT, () -> {
            List<JsonNode> all = records.all();
            return !all.isEmpty() && isAllTold(all.getLast(), end);
        });
        return AlertRecords.tick(records.all().getLast());
    }

    private static boolean isAllTold(JsonNode record, Instant end)
    {
        return Instant.parse(record.path("cutoff").asText()).isAfter(end.plusSeconds(1)) && !record.path("incomplete").asBoolean() && record.path("reopening").path("ticks").isEmpty();
    }

    /**
     * What a comparison with a model that forgets something has to find.
     */
    private static boolean isEqual(AlertRecords records, Instant last, AlertLedgerModel model)
            throws IOException
    {
        try {
            compare(records, last, model, new HashSet<>());
            return true;
        }
        catch (AssertionError _) {
            return false;
        }
    }

    private static int compare(AlertRecords records, Instant last, AlertLedgerModel model, Set<String> seen)
            throws IOException
    {
        List<JsonNode> all = records.all().stream().filter(record -> !AlertRecords.tick(record).isAfter(last)).toList();
        assertThat(all).allSatisfy(record -> assertThat(record.has("skipped")).isFalse());
        Instant first = AlertRecords.tick(all.getFirst());

        Map<Instant, Map<String, Map<String, Long>>> answers = new TreeMap<>();
        Set<Change> told = new HashSet<>();
        Set<Change> corrected = new HashSet<>();
        for (JsonNode record : all) {
            put(answers, record);
            record.path("late").forEach(late -> {
                put(answers, late);
                seen.add("reopened");
            });
            for (JsonNode transition : record.path("transitions")) {
                Change change = change(transition);
                boolean isCorrection = transition.path("kind").asText().equals("corrected");
                assertThat((isCorrection ? corrected : told).add(change)).as("once: %s", change).isTrue();
                seen.add(isCorrection ? "corrected" : change.from() + "-" + change.to());
                if (transition.path("late").asBoolean()) {
                    seen.add("late");
                }
            }
        }
        for (Answer answer : model.answers(first, last, INTERVAL)) {
            assertThat(requireNonNull(answers.get(answer.tick())).get(answer.rule())).as("%s at %s", answer.rule(), answer.tick()).isEqualTo(answer.values());
        }
        assertThat(told).containsAll(corrected);
        told.removeAll(corrected);
        assertThat(told).containsExactlyInAnyOrderElementsOf(model.changes(first, last, INTERVAL));
        return told.size();
    }

    /**
     * The newest answers of a tick win.
     */
    private static void put(Map<Instant, Map<String, Map<String, Long>>> answers, JsonNode tick)
    {
        for (JsonNode result : tick.path("results")) {
            assertThat(result.path("status").asText()).as(result.toString()).isEqualTo("ok");
            Map<String, Long> values = new TreeMap<>();
            result.path("rows").forEach(row -> values.put(row.path("labels").path("service_name").asText(), (long) row.path("value").asDouble()));
            answers.computeIfAbsent(AlertRecords.tick(tick), _ -> new TreeMap<>()).put(result.path("rule").asText(), values);
        }
    }

    private static Change change(JsonNode transition)
    {
        JsonNode alert = transition.path("alert");
        return new Change(
                AlertRecords.tick(transition),
                alert.path("rule").asText(),
                alert.path("labels").path("service_name").asText(),
                transition.path("from").asText(),
                transition.path("to").asText());
    }
}

package io.icegate.tests;

import io.icegate.standalone.process.Ports;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A receiver that stands still with rows that it has taken from their sender and not stored, beside one that goes on. When it moves again, its rows fire the alert that
 * they should, once and late; a rule with a fixed delay misses them.
 */
@Order(0) // waits more than it computes, so that others run beside it
@EnabledIfSystemProperty(named = TestHeldRows.SECONDS_KEY, matches = "[1-9][0-9]*", disabledReason = "takes minutes: runs with -Plong; TestGroupEvaluator has the same in one process")
final class TestHeldRows
{
    static final String SECONDS_KEY = "icegate.held-seconds";
    private static final String RECEIVER = "io.icegate.receiver.ReceiverMain";
    private static final Duration LIMIT = Duration.ofMinutes(5);
    /**
     * How long the receiver stands still at least. After a minute others seal its writer, and it has to begin anew.
     */
    private static final Duration HELD = Duration.ofSeconds(Long.getLong(SECONDS_KEY, 1));
    /**
     * From when on others seal the writer of a receiver that is silent, at the earliest.
     */
    private static final Duration SEALED = Duration.ofSeconds(55);
    private static final Duration PATIENCE = HELD.toMinutes() < 5 ? Duration.ofSeconds(12) : Duration.ofMinutes(2);
    /**
     * How late a row may be and still count at once.
     */
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int INTERVAL_SECONDS = 10;
    private static final String GROUP =
            """
              - name: %s
                interval: 10s
                grace: 5s
                lateness: %s
                rules:
                  - alert: Errors
                    window: 10s
                    sql: |
                      SELECT service_name, count(*) AS value FROM logs
                      WHERE severity_number >= 17 GROUP BY service_name HAVING count(*) > 2
                    by: [service_name]
            """;
    private static final String RULES = "groups:\n" + GROUP.formatted("waits", "15m") + GROUP.formatted("fixed", "0s");
    private static final String RECORDS =
            """
            {"resourceLogs": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "%s"}}]}, "scopeLogs": [{"logRecords": [%s]}]}]}""";
    private static final String RECORD =
            """
            {"timeUnixNano": "%s000000", "severityNumber": 17, "body": {"stringValue": "error %s"}}""";

    @TempDir
    private Path folder = Path.of("");

    private final List<Integer> ports = Ports.free(6);
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void testRowsHeldBackFireOnceAndLate()
            throws Exception
    {
        Path data = folder.resolve("data");
        Path rules = Files.createDirectories(folder.resolve("rules"));
        Files.writeString(rules.resolve("held.yaml"), RULES);
        AlertRecords waits = new AlertRecords(data.resolve("warehouse"), "waits");
        AlertRecords fixed = new AlertRecords(data.resolve("warehouse"), "fixed");
        List<String> first = List.of(
                "--rules",
                rules.toString(),
                "--alerting",
                "icegate.alerting.patience=%ss".formatted(PATIENCE.toSeconds()),
                "--no-maintenance");
        List<String> second = List.of(
                "receiver",
                "--data",
                data.toString(),
                "--grpc-port",
                Integer.toString(ports.get(4)),
                "--http-port",
                Integer.toString(ports.get(5)),
                "--receiver-memory",
                "256MB");
        try (IceGateScript start = Services.startWithAlerting(folder, data, ports, first.toArray(String[]::new))) {
            start.awaitOutput("  Alerts      API http://localhost:%s/v1/alerting/groups\n".formatted(ports.get(3)));
            try (IceGateScript other = IceGateScript.start(folder, Services.environment(Map.of()), second)) {
                other.awaitOutput("The receiver is ready.");
                // both have stored something, and both groups are evaluated
                send(ports.get(1), "flowing", 1, Instant.now());
                send(ports.get(5), "held", 1, Instant.now());
                waits.awaitTick(Instant.now());
                fixed.awaitTick(Instant.now());

                Instant happened = awaitBeginOfInterval();
                Instant tick = Instant.ofEpochSecond((happened.getEpochSecond() / INTERVAL_SECONDS + 1) * INTERVAL_SECONDS);
                ProcessHandle receiver = other.child(RECEIVER);
                CompletableFuture<Void> held;
                boolean flowsInTime;
                boolean isSealed;
                signal(receiver, "STOP");
                try {
                    held = CompletableFuture.runAsync(() -> send(ports.get(5), "held", 3, happened));
                    // what others send goes on
                    send(ports.get(1), "flowing", 3, happened);
                    flowsInTime = Instant.now().isBefore(tick.plus(GRACE));
                    waits.awaitTick(tick);
                    fixed.awaitTick(tick);
                    while (Instant.now().isBefore(happened.plus(HELD))) {
                        LockSupport.parkNanos(SECONDS.toNanos(1));
                    }
                    assertThat(held).isNotDone();
                    isSealed = Duration.between(happened, Instant.now()).compareTo(SEALED) >= 0;
                }
                finally {
                    signal(receiver, "CONT");
                }
                held.get(LIMIT.toSeconds(), SECONDS);
                Instant stored = Instant.now();

                Deadline.await(() -> "alert of the rows that were stored at " + stored, LIMIT, () -> waits.tells("Errors", "held").isPresent());
                // what could be told twice, or by the other group, would have been by then
                Instant enough = Instant.now().plusSeconds(2 * INTERVAL_SECONDS);
                waits.awaitTick(enough);
                fixed.awaitTick(enough);
                assertThat(waits.firings("Errors", "held")).as("fires once, with its true time, and late").containsExactly(tick + " late");
                assertThat(waits.firings("Errors", "flowing")).hasSize(1).allSatisfy(firing -> assertThat(firing).startsWith(tick.toString()));
                assertThat(fixed.firings("Errors", "held")).as("a fixed delay misses them").isEmpty();
                if (flowsInTime) {
                    assertThat(fixed.firings("Errors", "flowing")).containsExactly(tick.toString());
                }
                if (!isSealed) {
                    // the tick did not take for complete what was not
                    assertThat(waits.at(tick).path("incomplete").asBoolean()).isTrue();
                }
                System.out.printf("held for %s s until %s, told by the record of %s%n", Duration.between(happened, stored).toSeconds(), stored, waits.tells("Errors", "held").orElseThrow());
            }
        }
    }

    /**
     * Early enough in an interval that what is sent now arrives in time.
     */
    private static Instant awaitBeginOfInterval()
    {
        while (Instant.now().getEpochSecond() % INTERVAL_SECONDS > 2) {
            LockSupport.parkNanos(MILLISECONDS.toNanos(100));
        }
        return Instant.now();
    }

    private static void signal(ProcessHandle process, String signal)
            throws IOException, InterruptedException
    {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).inheritIO().start().waitFor()).isZero();
    }

    /**
     * Sends errors, again and again until they are acknowledged, as exporters do.
     */
    private void send(int port, String service, int count, Instant time)
    {
        String records = IntStream.range(0, count).mapToObj(index -> RECORD.formatted(time.toEpochMilli(), index)).collect(Collectors.joining(", "));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%s/v1/logs".formatted(port)))
                .timeout(HELD.plus(LIMIT))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(RECORDS.formatted(service, records), UTF_8))
                .build();
        Instant deadline = Instant.now().plus(HELD).plus(LIMIT);
        while (Instant.now().isBefore(deadline)) {
            try {
                if (http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200) {
                    return;
                }
            }
            catch (IOException _) {
                // not acknowledged
            }
            catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts a sender", e);
            }
            LockSupport.parkNanos(SECONDS.toNanos(1));
        }
        throw new AssertionError("Not acknowledged within " + HELD.plus(LIMIT));
    }
}

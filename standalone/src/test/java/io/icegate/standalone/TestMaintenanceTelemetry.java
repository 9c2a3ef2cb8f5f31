package io.icegate.standalone;

import com.sun.net.httpserver.HttpServer;
import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.upkeep.UpkeepWork;
import io.icegate.standalone.console.CommandException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestMaintenanceTelemetry
{
    private final MaintenanceMetrics metrics = new MaintenanceMetrics();
    private final List<Sent> received = new CopyOnWriteArrayList<>();
    private HttpServer receiver;

    private record Sent(String path, String tenant, String body) {}

    @BeforeEach
    void setUp()
            throws IOException
    {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            try (exchange) {
                received.add(new Sent(exchange.getRequestURI().getPath(), exchange.getRequestHeaders().getFirst("X-Scope-OrgID"), new String(exchange.getRequestBody().readAllBytes(), ISO_8859_1)));
                exchange.sendResponseHeaders(200, -1);
            }
        });
        receiver.start();
    }

    @AfterEach
    void tearDown()
    {
        receiver.stop(0);
    }

    @Test
    void testTellsWhatWasDone()
    {
        metrics.unmerged("otel.logs", Duration.ofSeconds(9));
        try (MaintenanceTelemetry telemetry = start(Duration.ofHours(1))) {
            for (int action = 0; action < 300; action++) {
                UpkeepAction done = new UpkeepAction(Instant.EPOCH, Duration.ofMillis(5), "otel.logs", "merge", true, "because " + action, "COMMITTED", new UpkeepWork("committed", 32, 1, 1, 1, 1, 0, 0));
                metrics.did(done);
                telemetry.did(done);
            }
            telemetry.roundFailed("no catalog");
            assertThat(received).as("until the interval is over").isEmpty();
        }
        assertThat(received).extracting(Sent::tenant).containsOnly("icegate");
        assertThat(received).extracting(Sent::path).as("one request of each signal, however much was done").containsExactlyInAnyOrder("/v1/logs", "/v1/metrics");
        assertThat(body("/v1/logs")).contains("icegate-maintenance", "merge otel.logs: COMMITTED (because 299, 5 ms)", "icegate.table", "committed", "round failed: no catalog", "ERROR");
        assertThat(body("/v1/metrics")).contains("icegate-maintenance", "icegate_maintenance_actions", "outcome", "icegate_maintenance_merge_lag_seconds", "icegate_maintenance_seconds")
                .doesNotContain("_total");
    }

    /**
     * Of a failing request nothing is told, else one would follow from another.
     */
    @Test
    void testFailedRequestsLeaveNoRecord()
            throws Exception
    {
        receiver.removeContext("/");
        try (MaintenanceTelemetry _ = start(Duration.ofSeconds(1))) {
            Thread.sleep(1_500);
            receiver.createContext("/", exchange -> {
                try (exchange) {
                    received.add(new Sent(exchange.getRequestURI().getPath(), "", ""));
                    exchange.sendResponseHeaders(200, -1);
                }
            });
            Thread.sleep(1_500);
        }
        assertThat(received).extracting(Sent::path).contains("/v1/metrics").doesNotContain("/v1/logs");
    }

    @Test
    void testTarget()
    {
        assertThat(TelemetryTarget.of(Map.of())).isEmpty();
        assertThat(TelemetryTarget.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:1", "OTEL_SDK_DISABLED", "true"))).isEmpty();
        TelemetryTarget target = TelemetryTarget.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "https://a:1/otlp/", "OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=a%20b+c, X-Scope-OrgID = acme")).orElseThrow();
        assertThat(target.url("logs")).isEqualTo("https://a:1/otlp/v1/logs");
        assertThat(target.headers()).containsExactlyInAnyOrderEntriesOf(Map.of("x-api-key", "a b+c", "X-Scope-OrgID", "acme"));
        assertThat(target.interval()).isEqualTo(Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @CsvSource({
            "OTEL_EXPORTER_OTLP_ENDPOINT, localhost:4317, Cannot send telemetry: OTEL_EXPORTER_OTLP_ENDPOINT is no address of OTLP/HTTP: localhost:4317",
            "OTEL_EXPORTER_OTLP_HEADERS, secret, Cannot send telemetry: OTEL_EXPORTER_OTLP_HEADERS has an entry that is not name=value",
            "OTEL_METRIC_EXPORT_INTERVAL, 10, Cannot send telemetry each 10 ms: OTEL_METRIC_EXPORT_INTERVAL must be from 1000 to 3600000",
    })
    void testVariablesThatSayNothing(String name, String value, String message)
    {
        Map<String, String> environment = name.equals(TelemetryTarget.ENDPOINT) ? Map.of(name, value) : Map.of(TelemetryTarget.ENDPOINT, "http://a:1", name, value);
        assertThatThrownBy(() -> TelemetryTarget.of(environment)).isInstanceOf(CommandException.class).hasMessage(message);
    }

    /**
     * In {@code start} maintenance tells where the receiver does.
     */
    @Test
    void testFollowsTheReceiver(@TempDir Path data)
    {
        Map<String, String> on = Map.of("icegate.telemetry.self.enabled", "true");
        Running.ReceiverPorts plain = new Running.ReceiverPorts(1, 2, Optional.empty());
        assertThat(StartCommand.telemetry(Map.of(), plain, Map.of(), Optional.empty())).isEmpty();
        assertThat(StartCommand.telemetry(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://elsewhere:4318"), plain, on, Optional.empty())).isEmpty();
        assertThat(StartCommand.telemetry(Map.of(), plain, on, Optional.empty())).containsExactlyInAnyOrderEntriesOf(Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:2",
                "OTEL_EXPORTER_OTLP_HEADERS", "X-Scope-OrgID=icegate"));
        SecureFiles files = SecureFiles.in(data);
        files.create(new Random(1));
        Map<String, String> secure = StartCommand.telemetry(Map.of(), new Running.ReceiverPorts(1, 2, Optional.of(files.certificate())), on, Optional.of(files));
        TelemetryTarget target = TelemetryTarget.of(secure).orElseThrow();
        assertThat(target.url("logs")).isEqualTo("https://localhost:2/v1/logs");
        assertThat(target.headers()).containsEntry("x-api-key", files.readKey());
        assertThat(target.certificate()).isPresent();
    }

    private String body(String path)
    {
        return received.stream().filter(sent -> sent.path().equals(path)).findFirst().orElseThrow().body();
    }

    private MaintenanceTelemetry start(Duration interval)
    {
        URI endpoint = URI.create("http://localhost:%s".formatted(receiver.getAddress().getPort()));
        return MaintenanceTelemetry.start(new TelemetryTarget(endpoint, Map.of("X-Scope-OrgID", "icegate"), Optional.empty(), interval), metrics.registry(), new Random(1));
    }
}

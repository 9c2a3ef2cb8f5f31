package io.icegate.standalone;

import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.upkeep.UpkeepWork;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Ports;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestMaintenanceMetrics
{
    private final MaintenanceMetrics metrics = new MaintenanceMetrics();

    @Test
    void testPages()
            throws Exception
    {
        metrics.count(action("merge", new UpkeepWork("committed", 32, 1000, 1, 900, 77, 0, 0)));
        metrics.count(action("merge", new UpkeepWork("lost", 8, 100, 1, 90, 7, 0, 0)));
        metrics.count(action("expire", new UpkeepWork("deleted", 40, 0, 0, 0, 0, 12, 3)));
        metrics.count(new UpkeepAction(Instant.EPOCH, Duration.ofSeconds(2), "otel.logs", "ttl", false, "look", "no answer"));
        try (PageServer server = PageServer.start(0, metrics.pages())) {
            assertThat(get(server, "/health").body()).isEqualTo("ok\n");
            assertThat(get(server, "/ready")).satisfies(page -> {
                assertThat(page.statusCode()).isEqualTo(503);
                assertThat(page.body()).isEqualTo("not ready: the first round has not ended\n");
            });
            metrics.roundEnded(Instant.ofEpochSecond(5));
            assertThat(get(server, "/ready").statusCode()).isEqualTo(200);
            HttpResponse<String> page = get(server, "/metrics");
            assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain; version=0.0.4");
            assertThat(page.body().lines()).contains(
                    "icegate_maintenance_actions_total{kind=\"merge\",outcome=\"committed\"} 1.0",
                    "icegate_maintenance_actions_total{kind=\"merge\",outcome=\"lost\"} 1.0",
                    "icegate_maintenance_actions_total{kind=\"ttl\",outcome=\"failed\"} 1.0",
                    "icegate_maintenance_seconds_total{kind=\"merge\"} 3.0",
                    "icegate_maintenance_input_files_total{kind=\"merge\"} 40.0",
                    "icegate_maintenance_input_bytes_total{kind=\"merge\"} 1100.0",
                    "icegate_maintenance_output_files_total{kind=\"merge\"} 2.0",
                    "icegate_maintenance_output_bytes_total{kind=\"merge\"} 990.0",
                    "icegate_maintenance_rows_total{kind=\"merge\"} 84.0",
                    "icegate_maintenance_expired_snapshots_total 12.0",
                    "icegate_maintenance_undeleted_files_total{kind=\"expire\"} 3.0",
                    "icegate_maintenance_rounds_total{result=\"ok\"} 1.0",
                    "icegate_maintenance_last_round_timestamp_seconds 5.0");
            metrics.roundFailed("no catalog");
            assertThat(get(server, "/ready").body()).isEqualTo("not ready: no catalog\n");
            assertThat(get(server, "/v1/status").statusCode()).isEqualTo(404);
            assertThat(send(server, HttpRequest.newBuilder().POST(BodyPublishers.ofString("x")), "/metrics").statusCode()).isEqualTo(405);
            assertThat(send(server, HttpRequest.newBuilder().HEAD(), "/metrics").statusCode()).isEqualTo(200);
        }
    }

    /**
     * Several may run on one machine, but a port that somebody chose is the port.
     */
    @Test
    void testPortThatIsTaken()
            throws Exception
    {
        try (PageServer first = PageServer.start(Ports.free(1).getFirst(), metrics.pages())) {
            MetricsOption chosen = new MetricsOption();
            new CommandLine(CommandLine.Model.CommandSpec.create().addMixin("metrics", CommandLine.Model.CommandSpec.forAnnotatedObject(chosen)))
                    .parseArgs("--metrics-port", Integer.toString(first.port()));
            assertThatThrownBy(() -> chosen.serve(metrics.pages()))
                    .isInstanceOf(CommandException.class)
                    .hasMessageMatching("Cannot listen on port %s for metrics of maintenance: .*; choose another one with --metrics-port".formatted(first.port()));
        }
        // the one that gets the default port, here or in another process, leaves none to the next
        try (AutoCloseable _ = closeable(new MetricsOption())) {
            assertThat(new MetricsOption().serve(metrics.pages())).isEmpty();
        }
    }

    private AutoCloseable closeable(MetricsOption option)
    {
        return option.serve(metrics.pages()).<AutoCloseable>map(server -> server).orElse(() -> {});
    }

    private static UpkeepAction action(String kind, UpkeepWork work)
    {
        return new UpkeepAction(Instant.EPOCH, Duration.ofMillis(1500), "otel.logs", kind, true, "because", "done", work);
    }

    private static HttpResponse<String> get(PageServer server, String path)
            throws IOException, InterruptedException
    {
        return send(server, HttpRequest.newBuilder().GET(), path);
    }

    private static HttpResponse<String> send(PageServer server, HttpRequest.Builder request, String path)
            throws IOException, InterruptedException
    {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.uri(URI.create("http://localhost:%s%s".formatted(server.port(), path))).timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
        }
    }
}

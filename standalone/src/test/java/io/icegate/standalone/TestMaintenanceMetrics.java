package io.icegate.standalone;

import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.upkeep.UpkeepWork;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Ports;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestMaintenanceMetrics
{
    private static final Path PAGE = Path.of("..", "docs", "operations", "upkeep.md");

    private final MaintenanceMetrics metrics = new MaintenanceMetrics();

    @Test
    void testPages()
            throws Exception
    {
        metrics.did(action("merge", new UpkeepWork("committed", 32, 1000, 1, 900, 77, 0, 0)));
        metrics.did(action("merge", new UpkeepWork("lost", 8, 100, 1, 90, 7, 0, 0)));
        metrics.did(action("expire", new UpkeepWork("deleted", 40, 0, 0, 0, 0, 12, 3)));
        metrics.unmerged("otel.logs", Duration.ofMillis(700_500));
        metrics.unmerged("otel.gone", Duration.ofSeconds(7));
        metrics.did(new UpkeepAction(Instant.EPOCH, Duration.ofSeconds(2), "otel.logs", "ttl", false, "look", "no answer"));
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
            assertThat(get(server, "/metrics").body()).contains("icegate_maintenance_merge_lag_seconds{table=\"otel.logs\"} 700.5", "icegate_maintenance_merge_lag_seconds{table=\"otel.gone\"} 7.0");
            metrics.unmerged("otel.logs", Duration.ZERO);
            metrics.roundEnded(Instant.ofEpochSecond(6));
            assertThat(get(server, "/metrics").body())
                    .contains("icegate_maintenance_merge_lag_seconds{table=\"otel.logs\"} 0.0")
                    .as("another process may keep it, and its files may wait").doesNotContain("otel.gone");
            metrics.roundFailed("no catalog");
            assertThat(get(server, "/ready").body()).isEqualTo("not ready: no catalog\n");
            assertThat(get(server, "/v1/status").statusCode()).isEqualTo(404);
            assertThat(send(server, HttpRequest.newBuilder().POST(BodyPublishers.ofString("x")), "/metrics").statusCode()).isEqualTo(405);
            assertThat(send(server, HttpRequest.newBuilder().HEAD(), "/metrics").statusCode()).isEqualTo(200);
        }
    }

    /**
     * The page about upkeep has a line for each metric, and for no other.
     */
    @Test
    void testEachIsDocumented()
            throws Exception
    {
        List<String> names = metrics.registry().scrape().stream()
                .map(snapshot -> snapshot.getMetadata().getPrometheusName() + (snapshot instanceof CounterSnapshot ? "_total" : ""))
                .toList();
        assertThat(Pattern.compile("`(icegate_maintenance_\\w+)`").matcher(Files.readString(PAGE)).results().map(match -> match.group(1)))
                .containsExactlyInAnyOrderElementsOf(names);
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

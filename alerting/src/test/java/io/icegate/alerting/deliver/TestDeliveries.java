package io.icegate.alerting.deliver;

import com.google.common.collect.ImmutableSortedMap;
import com.sun.net.httpserver.HttpServer;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.server.reload.FileReloads;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

import static io.icegate.alerting.deliver.Records.GROUP;
import static io.icegate.alerting.deliver.Records.NAME;
import static io.icegate.alerting.deliver.Records.fires;
import static io.icegate.alerting.deliver.Records.firing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * All channels at once, over HTTP and with their threads.
 */
@Timeout(120)
final class TestDeliveries
{
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Map<String, Queue<String>> requests = new ConcurrentHashMap<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;
    private FileReloads reloads;

    @BeforeEach
    void start()
            throws IOException
    {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        for (String path : List.of("/v1/logs", "/hook", "/am/api/v2/alerts")) {
            server.createContext(path, exchange -> {
                byte[] body = exchange.getRequestBody().readAllBytes();
                requests.computeIfAbsent(path, _ -> new ConcurrentLinkedQueue<>()).add("%s %s".formatted(exchange.getRequestHeaders().getFirst("X-API-Key"), body.length));
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
        }
        server.createContext("/hangs", exchange -> {
            requests.computeIfAbsent("/hangs", _ -> new ConcurrentLinkedQueue<>()).add("");
            try {
                end.await();
            }
            catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        server.start();
        reloads = new FileReloads();
    }

    @AfterEach
    void stop()
    {
        end.countDown();
        reloads.close();
        server.stop(0);
        executor.shutdownNow();
    }

    @Test
    void testOneThatHangsStopsNoOther(@TempDir Path folder)
            throws Exception
    {
        PrometheusRegistry registry = new PrometheusRegistry();
        DeliveryCounters counters = new DeliveryCounters(registry);
        EvaluationRecord first = record(Instant.now());
        try (Deliveries deliveries = deliveries(folder, counters)) {
            counters.watch(deliveries);
            assertThatThrownBy(() -> deliveries.progress(NAME)).isInstanceOf(IllegalStateException.class);
            deliveries.resume(GROUP, Optional.empty(), (_, _) -> List.of(), () -> true);
            Instant start = Instant.now();
            for (int number = 0; number < 3; number++) {
                deliveries.stored(record(first.tick().plusSeconds(30L * number)), GROUP);
            }
            // evaluation waits for nothing
            assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(5));
            await(() -> count("/hook") == 3 && count("/v1/logs") == 3 && count("/am/api/v2/alerts") > 0 && count("/hangs") == 1);
            await(() -> deliveries.progress(NAME).delivered().equals(Map.of(
                    "events", first.tick().plusSeconds(60), "hook", first.tick().plusSeconds(60), "hangs", Instant.EPOCH)));
            assertThat(requests.getOrDefault("/v1/logs", new ConcurrentLinkedQueue<>()).peek()).startsWith("the-key ");
            assertThat(deliveries.oldest()).containsOnlyKeys("events", "hook", "hangs");
            assertThat(registry.scrape().stream().map(MetricSnapshot::getMetadata).map(metadata -> metadata.getName()))
                    .containsExactlyInAnyOrder("icegate_alert_deliveries", "icegate_alert_outbox_oldest_seconds");
            deliveries.release(NAME);
            deliveries.stored(record(first.tick().plusSeconds(90)), GROUP);
        }
        assertThat(count("/hook")).isEqualTo(3);
    }

    @Test
    void testAnotherProcessGoesOn(@TempDir Path folder)
            throws Exception
    {
        EvaluationRecord record = record(Instant.now());
        try (Deliveries deliveries = deliveries(folder, DeliveryMetrics.NONE)) {
            EvaluationRecord newest = Records.record("other", record.tick().plusSeconds(30), List.of(), List.of(), ImmutableSortedMap.of("hook", Instant.EPOCH, "events", record.tick()), List.of());
            deliveries.resume(GROUP, Optional.of(newest), (tick, _) -> List.of(record, newest).stream().filter(stored -> stored.tick().isAfter(tick)).toList(), () -> true);
            await(() -> count("/hook") == 1 && deliveries.progress(NAME).delivered().values().stream().allMatch(newest.tick()::equals));
            assertThat(requests.keySet()).doesNotContain("/hangs", "/v1/logs");
        }
    }

    private Deliveries deliveries(Path folder, DeliveryMetrics metrics)
            throws IOException
    {
        Path secret = Files.writeString(folder.resolve("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
        Path key = Files.writeString(folder.resolve("key"), "the-key\n");
        Deliveries.Settings settings = new Deliveries.Settings(
                new EventSettings(uri("/v1/logs"), "X-Scope-OrgID", Optional.of(key), Optional.empty()),
                List.of(
                        new ChannelSettings("hook", ChannelSettings.Kind.WEBHOOK, List.of(uri("/hook")), List.of(secret), true, ImmutableSortedMap.of()),
                        new ChannelSettings("hangs", ChannelSettings.Kind.WEBHOOK, List.of(uri("/hangs")), List.of(secret), true, ImmutableSortedMap.of()),
                        new ChannelSettings("am", ChannelSettings.Kind.ALERTMANAGER, List.of(uri("/am/")), List.of(), false, ImmutableSortedMap.of())),
                Duration.ofMinutes(1),
                Optional.empty());
        return new Deliveries(
                settings,
                (_, _, _, _) -> Set.of(),
                () -> List.of(new GroupAlerts(GROUP, List.of(firing("cart", Records.tick(1))))),
                Records.EVALUATOR,
                reloads,
                InstantSource.system(),
                System::nanoTime,
                new Random(1),
                metrics);
    }

    private static EvaluationRecord record(Instant tick)
    {
        Instant seconds = Instant.ofEpochSecond(tick.getEpochSecond());
        return Records.record(Records.EVALUATOR, seconds, List.of(fires("cart", seconds)), List.of(), ImmutableSortedMap.of(), List.of());
    }

    private int count(String path)
    {
        return requests.getOrDefault(path, new ConcurrentLinkedQueue<>()).size();
    }

    private static void await(BooleanSupplier condition)
            throws InterruptedException
    {
        Instant limit = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(limit);
            Thread.sleep(20);
        }
    }

    private URI uri(String path)
    {
        return URI.create("http://127.0.0.1:%s%s".formatted(server.getAddress().getPort(), path));
    }
}

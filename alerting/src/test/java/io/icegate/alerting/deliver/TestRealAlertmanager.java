package io.icegate.alerting.deliver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.icegate.alerting.state.AlertInstance;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The real Alertmanager, when this machine has one: on the path as {@code prometheus-alertmanager} or {@code alertmanager}, or where the environment variable
 * {@code ICEGATE_ALERTMANAGER} says.
 */
final class TestRealAlertmanager
{
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration RESEND = Duration.ofSeconds(2);

    private final Queue<JsonNode> notifications = new ConcurrentLinkedQueue<>();
    private volatile List<GroupAlerts> owned = List.of();

    @Test
    @Timeout(60)
    void testLateAlertIsNotifiedAndResolved(@TempDir Path folder)
            throws Exception
    {
        Optional<Path> program = program();
        assumeTrue(program.isPresent(), "there is no prometheus-alertmanager on the path, and ICEGATE_ALERTMANAGER names none");
        HttpServer receiver = receiver();
        Process process = start(program.orElseThrow(), folder, receiver.getAddress().getPort());
        try (HttpPosts posts = new HttpPosts(Duration.ofSeconds(5), SystemDefaultDnsResolver.INSTANCE, Optional.empty(), InstantSource.system())) {
            URI instance = Files.readString(folder.resolve("address")).transform(URI::create);
            awaitReady(instance, process, folder);
            AlertmanagerRefresh.Settings settings = new AlertmanagerRefresh.Settings("alertmanager", instance, RESEND, Optional.of(URI.create("https://icegate.example")), Map::of);
            AlertmanagerRefresh refresh = new AlertmanagerRefresh(settings, () -> owned, posts, InstantSource.system(), new Random(1), DeliveryMetrics.NONE);
            Instant firedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(120);
            AlertInstance late = Records.resolved("cart", firedAt, firedAt.plusSeconds(60));
            refresh.owe(List.of(Records.firing("cart", firedAt)));
            // not owed: another evaluator told it, and nobody is told again
            AlertInstance before = Records.resolved("mail", firedAt, firedAt.plusSeconds(60));
            owned = List.of(new GroupAlerts(Records.GROUP, List.of(late, before)));
            Instant end = Instant.now().plus(PATIENCE);
            while (notifications.size() < 2 && Instant.now().isBefore(end)) {
                assertThat(refresh.step()).isLessThanOrEqualTo(RESEND);
                Thread.sleep(200);
            }
            assertThat(notifications).extracting(notification -> notification.get("status").textValue()).containsExactly("firing", "resolved");
            assertThat(notifications).allSatisfy(notification -> {
                assertThat(notification.get("alerts")).hasSize(1);
                JsonNode alert = notification.get("alerts").get(0);
                assertThat(alert.get("labels").get("service_name").textValue()).isEqualTo("cart");
                assertThat(Instant.parse(alert.get("startsAt").textValue())).isEqualTo(firedAt);
                assertThat(alert.get("generatorURL").textValue()).isEqualTo("https://icegate.example/alerting/checkout/CheckoutErrors");
            });
            assertThat(Instant.parse(notifications.stream().skip(1).findFirst().orElseThrow().get("alerts").get(0).get("endsAt").textValue())).isEqualTo(firedAt.plusSeconds(60));
        }
        finally {
            process.destroyForcibly().waitFor();
            receiver.stop(0);
        }
    }

    private static Optional<Path> program()
    {
        String named = System.getenv("ICEGATE_ALERTMANAGER");
        if (named != null) {
            return Optional.of(Path.of(named));
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(folder -> Stream.of(Path.of(folder, "prometheus-alertmanager"), Path.of(folder, "alertmanager")))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private HttpServer receiver()
            throws IOException
    {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            notifications.add(MAPPER.readTree(exchange.getRequestBody()));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static Process start(Path program, Path folder, int receiverPort)
            throws IOException
    {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Files.writeString(folder.resolve("address"), "http://127.0.0.1:%s/".formatted(port));
        Path config = Files.writeString(folder.resolve("alertmanager.yml"),
                """
                route: {receiver: test, group_by: [service_name], group_wait: 500ms, group_interval: 500ms, repeat_interval: 1h}
                receivers: [{name: test, webhook_configs: [{url: 'http://127.0.0.1:%s/'}]}]
                """.formatted(receiverPort));
        return new ProcessBuilder(
                program.toString(),
                "--config.file=" + config,
                "--storage.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port,
                "--cluster.listen-address=")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private static void awaitReady(URI instance, Process process, Path folder)
            throws IOException, InterruptedException
    {
        Instant end = Instant.now().plus(PATIENCE);
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (Instant.now().isBefore(end)) {
                assertThat(process.isAlive()).describedAs(() -> read(folder.resolve("log"))).isTrue();
                try {
                    if (client.send(HttpRequest.newBuilder(instance.resolve("-/ready")).build(), HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                        return;
                    }
                }
                catch (IOException _) {
                    // not yet
                }
                Thread.sleep(100);
            }
        }
        throw new AssertionError("Alertmanager is not ready: " + read(folder.resolve("log")));
    }

    private static String read(Path file)
    {
        try {
            return Files.readString(file);
        }
        catch (IOException e) {
            return e.toString();
        }
    }
}

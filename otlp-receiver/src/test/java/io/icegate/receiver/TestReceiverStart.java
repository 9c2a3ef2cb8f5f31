package io.icegate.receiver;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.server.ServerStartException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestReceiverStart
{
    private static final Map<String, String> CONFIG = Map.of(
            "icegate.warehouse", "memory:test-receiver-start",
            "icegate.otlp.grpc-port", "0",
            "icegate.otlp.http-port", "0");

    @Test
    @OtlpRow(34)
    void testHealth()
            throws Exception
    {
        try (ReceiverServer server = ReceiverServer.start(CONFIG); HttpClient http = HttpClient.newHttpClient()) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", server.grpcPort()).usePlaintext().build();
            try {
                HealthCheckResponse health = HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
                assertThat(health.getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
            }
            finally {
                channel.shutdownNow();
            }
            for (String page : new String[] {"/health", "/metrics", "/ready"}) {
                HttpResponse<String> response = http.send(
                        HttpRequest.newBuilder(URI.create("http://localhost:%s%s".formatted(server.httpPort(), page))).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).as(page).isEqualTo(200);
            }
        }
    }

    /**
     * The receiver runs, says why it takes nothing, and takes requests once the table fits.
     */
    @Test
    void testATableThatDoesNotFitStopsItsRequestsNotTheStart()
            throws Exception
    {
        String warehouse = "memory:" + UUID.randomUUID();
        ObjectStoreCatalog catalog = StoredLogs.catalog(warehouse);
        catalog.createNamespace(StoredLogs.LOGS.namespace());
        catalog.createTable(StoredLogs.LOGS, new Schema(Types.NestedField.required(1, "line", Types.StringType.get())));
        try (ReceiverServer server = ReceiverServer.start(TestingReceiver.config(warehouse, Map.of("icegate.tenant.default", "default", "icegate.commit.interval", "100ms")));
                LogsClient client = LogsClient.of(server)) {
            HttpResponse<String> ready = client.page("/ready");
            assertThat(ready.statusCode()).as("other signals are accepted").isEqualTo(200);
            assertThat(ready.body()).startsWith("ready\nclosed: logs: ").contains("otel.logs", "tenant_id");
            assertThatThrownBy(() -> client.export("one"))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE))
                    .hasMessageContainingAll("otel.logs", "tenant_id");
            assertThat(client.page("/metrics").body()).as("not known, rather than 0").contains("icegate_wal_uncommitted_segments{table=\"logs\"} NaN");
            catalog.dropTable(StoredLogs.LOGS, false);
            Deadlines.eventually("it is ready", () -> client.page("/ready").body().equals("ready\n"));
            client.export("one");
            Deadlines.eventually("what waits is known", () -> !client.page("/metrics").body().contains("NaN"));
        }
        assertThat(StoredLogs.read(warehouse).all()).containsExactly("one");
    }

    @Test
    void testUnknownKey()
    {
        Map<String, String> config = new java.util.TreeMap<>(CONFIG);
        config.put("icegate.wal.windw", "10ms");
        assertThatThrownBy(() -> ReceiverServer.start(config).close())
                .isInstanceOf(ServerStartException.class)
                .hasMessageContaining("icegate.wal.windw");
    }

    /**
     * At the bounds a receiver starts, one past them the message names key, value and bound.
     */
    @Test
    void testBounds()
    {
        assertStarts("icegate.wal.max-in-flight-segments", "8");
        assertRefused("icegate.wal.max-in-flight-segments", "9", "must be less than or equal to 8: whoever seals a writer relies on it");
        assertRefused("icegate.wal.max-in-flight-segments", "0", "must be greater than or equal to 1");
        assertStarts("icegate.wal.silent-after", "30s");
        assertStarts("icegate.wal.silent-after", "5m");
        assertRefused("icegate.wal.silent-after", "29s", "must be greater than or equal to 30s");
        assertRefused("icegate.wal.silent-after", "301s", "must be less than or equal to 5m");
    }

    private static void assertStarts(String key, String value)
    {
        ReceiverServer.start(with(key, value)).close();
    }

    private static void assertRefused(String key, String value, String reason)
    {
        assertThatThrownBy(() -> ReceiverServer.start(with(key, value)).close())
                .isInstanceOf(ServerStartException.class)
                .hasMessageStartingWith("Cannot start receiver: ")
                .hasMessageContaining(key)
                .hasMessageContaining(reason);
    }

    private static Map<String, String> with(String key, String value)
    {
        Map<String, String> config = new java.util.TreeMap<>(CONFIG);
        config.put(key, value);
        return config;
    }
}

package io.icegate.receiver;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import org.junit.jupiter.api.Test;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestReceiverStart
{
    private static final Map<String, String> CONFIG = Map.of(
            "icegate.warehouse", "memory:test-receiver-start",
            "icegate.otlp.grpc-port", "0",
            "icegate.otlp.http-port", "0");

    @Test
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

    @Test
    void testUnknownKey()
    {
        Map<String, String> config = new java.util.TreeMap<>(CONFIG);
        config.put("icegate.wal.windw", "10ms");
        assertThatThrownBy(() -> ReceiverServer.start(config).close())
                .isInstanceOf(ReceiverStartException.class)
                .hasMessageContaining("icegate.wal.windw");
    }
}

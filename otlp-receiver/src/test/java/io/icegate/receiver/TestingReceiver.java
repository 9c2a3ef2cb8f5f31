package io.icegate.receiver;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A receiver in this process with a warehouse of its own, a client, and what the warehouse must hold.
 */
final class TestingReceiver
        implements AutoCloseable
{
    private final String warehouse = "memory:" + UUID.randomUUID();
    private final List<String> accepted = new ArrayList<>();
    private final ReceiverServer server;
    private final LogsClient client;

    TestingReceiver(Map<String, String> settings)
    {
        server = ReceiverServer.start(config(warehouse, settings));
        client = LogsClient.of(server);
    }

    /**
     * A receiver whose rows stay live. Who names no tenant is {@code acme}.
     */
    static TestingReceiver withoutCommits()
    {
        return new TestingReceiver(Map.of("icegate.commit.enabled", "false", "icegate.tenant.default", "acme"));
    }

    /**
     * Settings of a receiver on free ports. It answers as late as it may, because the first requests of a process take long
     * on a busy machine.
     */
    static Map<String, String> config(String warehouse, Map<String, String> settings)
    {
        Map<String, String> config = new TreeMap<>(Map.of(
                "icegate.warehouse", warehouse,
                "icegate.ingest.ack-deadline", "60s",
                "icegate.otlp.grpc-port", "0",
                "icegate.otlp.http-port", "0"));
        config.putAll(settings);
        return config;
    }

    String warehouse()
    {
        return warehouse;
    }

    int grpcPort()
    {
        return server.grpcPort();
    }

    int httpPort()
    {
        return server.httpPort();
    }

    LogsClient client()
    {
        return client;
    }

    /**
     * The text that a request with logs is answered with.
     */
    String answer(String type, int status, byte[] body)
            throws Exception
    {
        HttpResponse<byte[]> response = client.send(client.post(body).header("Content-Type", type));
        String text = new String(response.body(), UTF_8);
        assertThat(response.statusCode()).as(text).isEqualTo(status);
        return text;
    }

    /**
     * A request with these records, of one scope.
     */
    static byte[] json(String... records)
    {
        return "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[%s]}]}]}".formatted(String.join(",", records)).getBytes(UTF_8);
    }

    /**
     * The body of each record that must be stored, in any order.
     */
    List<String> accepted()
    {
        return accepted;
    }

    void verifyStored()
            throws IOException
    {
        assertThat(StoredLogs.read(warehouse).all()).containsExactlyInAnyOrderElementsOf(accepted);
    }

    @Override
    public void close()
    {
        client.close();
        server.close();
    }
}

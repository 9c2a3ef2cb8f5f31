package io.icegate.receiver;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

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

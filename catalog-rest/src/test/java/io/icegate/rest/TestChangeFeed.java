package io.icegate.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.objectstore.ObjectKey;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What was committed, as a client without our classes is told.
 */
final class TestChangeFeed
{
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PATH = "/v1/icegate/changes";
    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");
    private static final TableIdentifier MOVED = TableIdentifier.of("otel", "moved");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

    private final Map<String, String> warehouse = Map.of("warehouse", "memory:" + UUID.randomUUID());
    private final HttpCalls http = new HttpCalls();
    private final CatalogServer server = TestingServers.start(warehouse, Map.of());
    private final ObjectStoreCatalog catalog = new ObjectStoreCatalog();

    TestChangeFeed()
    {
        catalog.initialize("embedded", warehouse);
    }

    @AfterEach
    void close()
            throws IOException
    {
        server.close();
        catalog.close();
        http.close();
    }

    private JsonNode changes(String query)
            throws Exception
    {
        HttpResponse<String> response = http.get(server, PATH + query);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private void assertRefused(String query, int status, String message)
            throws Exception
    {
        HttpResponse<String> response = http.get(server, PATH + query);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).get("error").get("message").asText()).contains(message);
    }

    private String metadata(TableIdentifier name)
    {
        return catalog.state().object(name).orElseThrow().metadataLocation();
    }

    @Test
    void testEachCommitIsTold()
            throws Exception
    {
        long start = changes("").get("next").asLong();
        assertThat(changes("").get("commits")).isEmpty();
        catalog.createNamespace(Namespace.of("otel"), Map.of("owner", "obs"));
        catalog.createTable(LOGS, SCHEMA);
        String created = metadata(LOGS);
        UUID uuid = catalog.loadTable(LOGS).uuid();
        catalog.renameTable(LOGS, MOVED);
        catalog.dropTable(MOVED, false);

        JsonNode first = changes("?since=" + start + "&limit=1");
        assertThat(first.get("next").asLong()).isEqualTo(start + 1);
        assertThat(first.get("commits")).hasSize(1);
        JsonNode commit = first.get("commits").get(0);
        assertThat(commit.get("version").asLong()).isEqualTo(start + 1);
        assertThat(commit.get("timestamp-ms").asLong()).isEqualTo(catalog.stateAt(start + 1).timestamp().toEpochMilli());
        assertThat(UUID.fromString(commit.get("writer").asText())).isEqualTo(catalog.changes(start).getFirst().writer().id());
        assertThat(commit.get("by").asText()).isEqualTo(catalog.changes(start).getFirst().writer().toString()).endsWith(":" + ProcessHandle.current().pid());
        assertThat(commit.get("transactions").get(0).get("changes")).hasToString("[{\"kind\":\"namespace\",\"namespace\":[\"otel\"],\"properties\":{\"owner\":\"obs\"}}]");

        JsonNode rest = changes("?since=" + first.get("next").asLong());
        assertThat(rest.get("next").asLong()).isEqualTo(catalog.state().version());
        List<String> told = new ArrayList<>();
        rest.get("commits").forEach(each -> told.add(each.get("transactions").get(0).get("changes").toString()));
        String table = "{\"kind\":\"table\",\"namespace\":[\"otel\"],\"name\":\"%s\",\"uuid\":\"" + uuid + "\",\"%s\":\"" + created + "\"}";
        assertThat(told).containsExactly(
                "[" + table.formatted("logs", "after") + "]",
                "[" + table.formatted("logs", "before") + "," + table.formatted("moved", "after") + "]",
                "[" + table.formatted("moved", "before") + "]");
        assertThat(changes("?since=" + rest.get("next").asLong()).get("commits")).isEmpty();
    }

    @Test
    void testWhoWaitsIsToldSoon()
            throws Exception
    {
        long start = changes("").get("next").asLong();
        long began = System.nanoTime();
        assertThat(changes("?since=" + start + "&wait=1").get("commits")).isEmpty();
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));

        CountDownLatch asking = new CountDownLatch(1);
        CompletableFuture<JsonNode> waiting = CompletableFuture.supplyAsync(() -> {
            asking.countDown();
            try {
                return changes("?since=" + start + "&wait=20");
            }
            catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        asking.await();
        catalog.createNamespace(Namespace.of("otel"));
        assertThat(waiting.get(15, TimeUnit.SECONDS).get("commits")).hasSize(1);
    }

    @Test
    void testRefusals()
            throws Exception
    {
        assertRefused("?since=99", 400, "Cannot read changes after catalog version 99: the newest is ");
        assertRefused("?since=-1", 400, "since '-1' is no number");
        assertRefused("?since=0&limit=65", 400, "limit '65' is no number from 1 to 64");
        assertRefused("?since=0&wait=21", 400, "wait '21' is no number from 0 to 20");
        for (int i = 0; i < 3; i++) {
            catalog.createNamespace(Namespace.of("n" + i));
        }
        long version = catalog.state().version();
        catalog.warehouse().store().putIfAbsent(new ObjectKey("_catalog/gc/%020d".formatted(version - 1)), new byte[0]);
        assertRefused("?since=0", 410, "Begin anew");
        assertThat(changes("?since=" + (version - 1)).get("commits")).hasSize(1);
    }

    /**
     * A request without a body takes no room of bodies, however long it waits.
     */
    @Test
    void testWaitingTakesNoRoomOfBodies()
            throws Exception
    {
        try (CatalogServer small = TestingServers.start(warehouse, Map.of("icegate.rest.max-request-size", "256MB"));
                Socket waiting = new Socket(InetAddress.getLoopbackAddress(), small.httpPort())) {
            waiting.getOutputStream().write("GET %s?since=%s&wait=2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".formatted(PATH, catalog.state().version()).getBytes(UTF_8));
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> answer(waiting));
            while (!answer.isDone()) {
                try (Socket other = new Socket(InetAddress.getLoopbackAddress(), small.httpPort())) {
                    other.getOutputStream().write("GET /v1/namespaces HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(UTF_8));
                    assertThat(answer(other)).startsWith("HTTP/1.1 200");
                }
            }
            assertThat(answer.get()).startsWith("HTTP/1.1 200");
        }
    }

    private static String answer(Socket socket)
    {
        try {
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

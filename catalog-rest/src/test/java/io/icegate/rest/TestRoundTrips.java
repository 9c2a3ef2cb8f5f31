package io.icegate.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.objectstore.s3.S3LogEntry;
import io.icegate.objectstore.s3.S3Operation;
import io.icegate.objectstore.s3.StrictS3Server;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a server asks of the store.
 */
final class TestRoundTrips
{
    private static final TableIdentifier TABLE = TableIdentifier.of("a", "t");
    private static final String PATH = "/v1/namespaces/a/tables/t";
    private static final String SET_PROPERTY =
            """
            {"requirements": [], "updates": [{"action": "set-properties", "updates": {"n": "%s"}}]}""";

    private final StrictS3Server store = StrictS3Server.start();
    private final Map<String, String> warehouse = new HashMap<>(store.properties());
    private final ObjectStoreCatalog embedded = new ObjectStoreCatalog();
    private final HttpCalls http = new HttpCalls();
    private CatalogServer server;

    @BeforeEach
    void start()
            throws Exception
    {
        warehouse.put("warehouse", "s3://lake/w");
        embedded.initialize("embedded", warehouse);
        server = TestingServers.start(warehouse, Map.of());
        embedded.createNamespace(Namespace.of("a"));
        embedded.createTable(TABLE, new Schema(Types.NestedField.required(1, "id", Types.LongType.get())));
        assertThat(http.post(server, PATH, SET_PROPERTY.formatted("0")).statusCode()).isEqualTo(200);
        store.takeRequests();
    }

    @AfterEach
    void stop()
            throws Exception
    {
        server.close();
        embedded.close();
        store.close();
        http.close();
    }

    private List<S3Operation> requestsForMetadata()
    {
        return store.takeRequests().stream().filter(request -> request.key().endsWith(".metadata.json")).map(S3LogEntry::operation).toList();
    }

    private static String property(HttpResponse<String> table)
            throws Exception
    {
        return new ObjectMapper().readTree(table.body()).get("metadata").get("properties").get("n").asText();
    }

    /**
     * Each of the two requests waits for the other one.
     */
    @Test
    void testLoadIsOneRoundTrip()
            throws Exception
    {
        CyclicBarrier both = new CyclicBarrier(2);
        store.follow((_, operation, _, key) -> {
            if ((operation == S3Operation.GET || operation == S3Operation.HEAD) && (key.contains("/log/") || key.contains("/metadata/"))) {
                try {
                    both.await(60, SECONDS);
                }
                catch (Exception e) {
                    return false;
                }
            }
            return true;
        });
        HttpResponse<String> loaded = http.get(server, PATH);
        assertThat(loaded.statusCode()).as(loaded.body()).isEqualTo(200);
        assertThat(property(loaded)).isEqualTo("0");
        assertThat(store.takeRequests()).extracting(S3LogEntry::operation).as("what was written is not read").containsExactlyInAnyOrder(S3Operation.GET, S3Operation.HEAD);
        HttpResponse<String> again = http.send(server, "GET", PATH, "", Map.of("If-None-Match", loaded.headers().firstValue("ETag").orElseThrow()));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(store.takeRequests()).extracting(S3LogEntry::operation).containsExactlyInAnyOrder(S3Operation.GET, S3Operation.HEAD);
    }

    @Test
    void testTableThatMoved()
            throws Exception
    {
        embedded.loadTable(TABLE).updateProperties().set("n", "1").commit();
        store.takeRequests();
        assertThat(property(http.get(server, PATH))).isEqualTo("1");
        assertThat(requestsForMetadata()).as("a guess, and what is there").containsExactlyInAnyOrder(S3Operation.HEAD, S3Operation.GET);
        assertThat(property(http.get(server, PATH))).isEqualTo("1");
        assertThat(requestsForMetadata()).containsExactly(S3Operation.HEAD);

        String tag = http.get(server, PATH).headers().firstValue("ETag").orElseThrow();
        embedded.loadTable(TABLE).updateProperties().set("n", "2").commit();
        HttpResponse<String> newer = http.send(server, "GET", PATH, "", Map.of("If-None-Match", tag));
        assertThat(newer.statusCode()).isEqualTo(200);
        assertThat(property(newer)).isEqualTo("2");
        embedded.dropTable(TABLE);
        assertThat(http.get(server, PATH).statusCode()).isEqualTo(404);
    }

    @Test
    void testMetadataThatIsGone()
            throws Exception
    {
        String tag = http.get(server, PATH).headers().firstValue("ETag").orElseThrow();
        String location = embedded.state().object(TABLE).orElseThrow().metadataLocation();
        store.remove("lake", location.substring("s3://lake/".length()));
        assertThat(http.get(server, PATH).body()).contains("Failed to open input stream for file: " + location);
        assertThat(http.send(server, "GET", PATH, "", Map.of("If-None-Match", tag)).body()).contains("Failed to open input stream for file: " + location);
    }

    @Test
    void testCommitReadsNoMetadata()
            throws Exception
    {
        http.get(server, PATH);
        store.takeRequests();
        HttpResponse<String> committed = http.post(server, PATH, SET_PROPERTY.formatted("1"));
        assertThat(property(committed)).isEqualTo("1");
        assertThat(requestsForMetadata()).containsExactly(S3Operation.PUT);
        assertThat(embedded.loadTable(TABLE).properties()).containsEntry("n", "1");
    }
}

package io.icegate.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.server.ServerStartException;
import io.icegate.server.access.KeyHash;
import io.icegate.server.tls.SelfSignedCertificate;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestCatalogServer
{
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final String TABLE =
            """
            {"name": "%s", "schema": {"type": "struct", "fields": [{"id": 1, "name": "id", "type": "long", "required": true}]}}""";
    private static final String SET_PROPERTY =
            """
            {"requirements": [], "updates": [{"action": "set-properties", "updates": {"%s": "%s"}}]}""";
    private static final String VIEW =
            """
            {"name": "%s", "properties": {}, "schema": {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "id", "type": "long", "required": true}]},
             "view-version": {"version-id": 1, "timestamp-ms": 1, "schema-id": 0, "summary": {}, "default-namespace": ["a"], "representations": [{"type": "sql", "sql": "SELECT 1", "dialect": "trino"}]}}""";

    private final Map<String, String> warehouse = Map.of("warehouse", "memory:" + UUID.randomUUID());
    private final List<CatalogServer> servers = new ArrayList<>();
    private final HttpCalls http = new HttpCalls();

    private CatalogServer start(Map<String, String> settings)
    {
        CatalogServer server = TestingServers.start(warehouse, settings);
        servers.add(server);
        return server;
    }

    @AfterEach
    void close()
    {
        servers.forEach(CatalogServer::close);
        http.close();
    }

    private ObjectStoreCatalog embedded()
    {
        ObjectStoreCatalog catalog = new ObjectStoreCatalog();
        catalog.initialize("embedded", warehouse);
        return catalog;
    }

    private static JsonNode json(HttpResponse<String> response)
            throws IOException
    {
        return JSON.readTree(response.body());
    }

    private static void assertError(HttpResponse<String> response, int status, String type, String message)
            throws IOException
    {
        JsonNode error = json(response).get("error");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(error.get("code").asInt()).isEqualTo(status);
        assertThat(error.get("type").asText()).isEqualTo(type);
        assertThat(error.get("message").asText()).contains(message);
    }

    @Test
    void testConfigurationNamesWhatIsServed()
            throws Exception
    {
        CatalogServer server = start(Map.of("s3.endpoint", "http://store:9000", "s3.access-key-id", "id-of-ours", "s3.secret-access-key", "secret-of-ours"));
        HttpResponse<String> response = http.get(server, "/v1/config");
        JsonNode configuration = json(response);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(configuration.get("idempotency-key-lifetime").asText()).isEqualTo("PT1H");
        assertThat(configuration.get("defaults").get("s3.endpoint").asText()).isEqualTo("http://store:9000");
        assertThat(response.body()).doesNotContain("id-of-ours", "secret-of-ours");
        List<String> endpoints = new ArrayList<>();
        configuration.get("endpoints").forEach(endpoint -> endpoints.add(endpoint.asText()));
        assertThat(endpoints).hasSize(27).contains("POST /v1/{prefix}/transactions/commit", "GET /v1/{prefix}/icegate/changes", "HEAD /v1/{prefix}/namespaces/{namespace}/views/{view}")
                .noneMatch(endpoint -> endpoint.contains("plan-id") || endpoint.contains("credentials") || endpoint.contains("sign"));

        assertThat(http.get(server, "/v1/config?warehouse=icegate").statusCode()).isEqualTo(200);
        assertThat(http.get(server, "/v1/config?warehouse=" + warehouse.get("warehouse")).statusCode()).isEqualTo(200);
        assertError(http.get(server, "/v1/config?warehouse=s3://other/wh"), 400, "BadRequestException", "Cannot serve warehouse 's3://other/wh'");

        assertError(http.post(server, "/v1/namespaces/a/tables/t/credentials", "{}"), 404, "NotFoundException", "there is no such path");
        assertError(http.get(server, "/v1/oauth/tokens"), 404, "NotFoundException", "there is no such path");
        assertError(http.send(server, "PUT", "/v1/namespaces", "{}", Map.of()), 406, "UnsupportedOperationException", "Cannot answer PUT");
    }

    @Test
    void testErrorsOfRequests()
            throws Exception
    {
        CatalogServer server = start(Map.of("icegate.rest.max-request-size", "1kB"));
        assertError(http.post(server, "/v1/namespaces", "{"), 400, "BadRequestException", "Cannot parse request");
        assertError(http.post(server, "/v1/namespaces", "null"), 400, "BadRequestException", "it is null");
        assertError(http.post(server, "/v1/namespaces", "{}"), 400, "IllegalArgumentException", "Invalid namespace");
        assertError(http.post(server, "/v1/namespaces", "{\"namespace\": []}"), 400, "IllegalArgumentException", "it has no name");
        assertError(http.post(server, "/v1/namespaces", "{\"namespace\": [\"\"]}"), 400, "IllegalArgumentException", "a part of it is empty");
        assertError(http.post(server, "/v1/namespaces", "{\"namespace\": [\"a\\u001fb\"]}"), 400, "IllegalArgumentException", "U+001F");
        assertError(http.post(server, "/v1/namespaces", "{\"namespace\": [\"%s\"]}".formatted("x".repeat(2000))), 413, "BadRequestException", "larger than 1024 bytes");
        assertError(http.send(server, "POST", "/v1/namespaces", "{}", Map.of("Content-Encoding", "gzip")), 415, "BadRequestException", "Content-Encoding");
        assertError(http.get(server, "/v1/namespaces/a"), 404, "NoSuchNamespaceException", "Namespace does not exist: a");
        assertError(http.get(server, "/v1/namespaces?pageSize=0"), 400, "IllegalArgumentException", "pageSize '0'");
        assertError(http.get(server, "/v1/namespaces?pageToken=%21"), 400, "IllegalArgumentException", "pageToken");
        assertError(http.get(server, "/v1/namespaces?pageToken=_____w"), 400, "IllegalArgumentException", "pageToken");
        assertThat(http.post(server, "/v1/namespaces", "{\"namespace\": [\"a\"]}").statusCode()).isEqualTo(200);
        assertError(http.post(server, "/v1/namespaces", "{\"namespace\": [\"a\"]}"), 409, "AlreadyExistsException", "Namespace already exists");
        assertThat(http.post(server, "/v1/namespaces/a/tables", TABLE.formatted("t")).statusCode()).isEqualTo(200);
        assertError(http.get(server, "/v1/namespaces/a/tables/t?snapshots=some"), 400, "BadRequestException", "'all' nor 'refs'");
        assertError(http.send(server, "DELETE", "/v1/namespaces/a", "", Map.of()), 409, "NamespaceNotEmptyException", "is not empty");
        assertError(http.post(server, "/v1/namespaces/a/properties", "{\"removals\": [\"x\"], \"updates\": {\"x\": \"1\"}}"), 422, "UnprocessableEntityException", "simultaneously set and remove");
        assertError(http.send(server, "POST", "/v1/namespaces", "{\"namespace\": [\"b\"]}", Map.of("Idempotency-Key", "one")), 400, "IllegalArgumentException", "it is no UUID");
        HttpResponse<String> head = http.send(server, "HEAD", "/v1/namespaces/a/tables/none", "", Map.of());
        assertThat(head.statusCode()).isEqualTo(404);
        assertThat(http.send(server, "HEAD", "/v1/namespaces/a/tables/t", "", Map.of()).statusCode()).isEqualTo(204);
    }

    @Test
    void testTellsWhoCommits()
            throws Exception
    {
        assertThat(http.post(start(Map.of()), "/v1/namespaces", "{\"namespace\": [\"a\"]}").statusCode()).isEqualTo(200);
        try (ObjectStoreCatalog catalog = embedded()) {
            assertThat(catalog.changes(0)).hasSize(1).allSatisfy(commit -> assertThat(commit.writer()).asString().startsWith("catalog-server@"));
        }
    }

    /**
     * Nothing gets better by asking again, which clients do after 503.
     */
    @Test
    void testBrokenMetadataIsNoOutage()
            throws Exception
    {
        CatalogServer server = start(Map.of());
        assertThat(http.post(server, "/v1/namespaces", "{\"namespace\": [\"a\"]}").statusCode()).isEqualTo(200);
        assertThat(http.post(server, "/v1/namespaces/a/tables", TABLE.formatted("t")).statusCode()).isEqualTo(200);
        try (ObjectStoreCatalog catalog = embedded()) {
            BaseTable table = (BaseTable) catalog.loadTable(TableIdentifier.of("a", "t"));
            try (OutputStream broken = table.io().newOutputFile(table.operations().current().metadataFileLocation()).createOrOverwrite()) {
                broken.write('{');
            }
        }
        assertError(http.get(start(Map.of()), "/v1/namespaces/a/tables/t"), 500, "RuntimeIOException", ".metadata.json");
    }

    @Test
    void testNamesOfAnyKind()
            throws Exception
    {
        CatalogServer server = start(Map.of());
        try (RESTCatalog client = TestingServers.client(TestingServers.uri(server), "rest", warehouse, Map.of())) {
            Namespace strange = Namespace.of("a/b", "ü %2F+", "..");
            client.createNamespace(Namespace.of("a/b"));
            client.createNamespace(Namespace.of("a/b", "ü %2F+"));
            client.createNamespace(strange);
            for (String name : List.of("t/1", "t 1", "t+1", "t%1", ".", "ta;b", "tä", "t?x#y")) {
                TableIdentifier table = TableIdentifier.of(strange, name);
                client.createTable(table, SCHEMA);
                assertThat(client.tableExists(table)).as(name).isTrue();
                assertThat(client.loadTable(table).schema().asStruct()).as(name).isEqualTo(SCHEMA.asStruct());
            }
            try (ObjectStoreCatalog embedded = embedded()) {
                assertThat(client.listTables(strange)).hasSize(8).containsExactlyInAnyOrderElementsOf(embedded.listTables(strange));
            }
        }
    }

    /**
     * Namespaces that no path can name, which only those who open the catalog themselves can create.
     */
    @Test
    void testNamesThatNoPathHasAreNotListed()
            throws Exception
    {
        CatalogServer server = start(Map.of());
        try (ObjectStoreCatalog embedded = embedded()) {
            embedded.createNamespace(Namespace.of(""));
            embedded.createNamespace(Namespace.of("a\u001fb"));
            embedded.createNamespace(Namespace.of("c"));
            embedded.createNamespace(Namespace.of("c", ""));
        }
        assertThat(json(http.get(server, "/v1/namespaces")).get("namespaces")).hasToString("[[\"c\"]]");
        assertThat(json(http.get(server, "/v1/namespaces?parent=c")).get("namespaces")).isEmpty();
    }

    @Test
    void testTransactionIsOneRecord()
            throws Exception
    {
        CatalogServer server = start(Map.of());
        TableIdentifier logs = TableIdentifier.of("otel", "logs");
        TableIdentifier spans = TableIdentifier.of("otel", "spans");
        try (RESTCatalog client = TestingServers.client(TestingServers.uri(server), "rest", warehouse, Map.of()); ObjectStoreCatalog embedded = embedded()) {
            client.createNamespace(Namespace.of("otel"));
            client.createTable(logs, SCHEMA);
            client.createTable(spans, SCHEMA);
            long before = embedded.state().version();
            client.commitTransaction(change(client, logs, "n", "1"), change(client, spans, "n", "1"));
            assertThat(embedded.state().version()).isEqualTo(before + 1);
            assertThat(client.loadTable(logs).properties()).containsEntry("n", "1");
            assertThat(client.loadTable(spans).properties()).containsEntry("n", "1");

            TableCommit fits = change(client, logs, "n", "2");
            TableCommit late = schemaChange(client, spans);
            client.loadTable(spans).updateSchema().addColumn("early", Types.StringType.get()).commit();
            long version = embedded.state().version();
            assertThatThrownBy(() -> client.commitTransaction(fits, late)).isInstanceOf(CommitFailedException.class).hasMessageContaining("Requirement failed");
            assertThat(embedded.state().version()).isEqualTo(version);
            assertThat(client.loadTable(logs).properties()).containsEntry("n", "1");
        }
    }

    private static TableCommit change(RESTCatalog client, TableIdentifier identifier, String key, String value)
    {
        Table table = client.loadTable(identifier);
        TableMetadata base = ((BaseTable) table).operations().current();
        return TableCommit.create(identifier, base, TableMetadata.buildFrom(base).setProperties(Map.of(key, value)).build());
    }

    private static TableCommit schemaChange(RESTCatalog client, TableIdentifier identifier)
    {
        TableMetadata base = ((BaseTable) client.loadTable(identifier)).operations().current();
        Schema next = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()), Types.NestedField.optional(2, "late", Types.StringType.get()));
        return TableCommit.create(identifier, base, base.updateSchema(next));
    }

    @Test
    void testRepeatedRequestHasOneEffect()
            throws Exception
    {
        CatalogServer first = start(Map.of());
        CatalogServer second = start(Map.of());
        try (ObjectStoreCatalog embedded = embedded()) {
            repeat(first, second, embedded, "POST", "/v1/namespaces", "{\"namespace\": [\"a\"], \"properties\": {\"x\": \"1\", \"y\": \"2\"}}");
            repeat(first, second, embedded, "POST", "/v1/namespaces/a/properties", "{\"removals\": [\"x\", \"z\"], \"updates\": {\"v\": \"1\"}}");
            repeat(first, second, embedded, "POST", "/v1/namespaces/a/tables", TABLE.formatted("t"));
            repeat(first, second, embedded, "POST", "/v1/namespaces/a/tables/t", SET_PROPERTY.formatted("n", "1"));
            repeat(first, second, embedded, "POST", "/v1/tables/rename", "{\"source\": {\"namespace\": [\"a\"], \"name\": \"t\"}, \"destination\": {\"namespace\": [\"a\"], \"name\": \"u\"}}");
            repeat(first,
                    second,
                    embedded,
                    "POST",
                    "/v1/transactions/commit",
                    "{\"table-changes\": [{\"identifier\": {\"namespace\": [\"a\"], \"name\": \"u\"}, \"requirements\": [], \"updates\": [{\"action\": \"set-properties\", \"updates\": {\"m\": \"1\"}}]}]}");
            String metadata = json(http.get(first, "/v1/namespaces/a/tables/u")).get("metadata-location").asText();
            repeat(first, second, embedded, "DELETE", "/v1/namespaces/a/tables/u", "");
            repeat(first, second, embedded, "POST", "/v1/namespaces/a/register", "{\"name\": \"w\", \"metadata-location\": \"%s\"}".formatted(metadata));
            repeat(first, second, embedded, "POST", "/v1/namespaces/a/views", VIEW.formatted("v"));
            repeat(first, second, embedded, "POST", "/v1/namespaces/a/views/v", SET_PROPERTY.formatted("n", "1"));
            repeat(first, second, embedded, "POST", "/v1/views/rename", "{\"source\": {\"namespace\": [\"a\"], \"name\": \"v\"}, \"destination\": {\"namespace\": [\"a\"], \"name\": \"w2\"}}");
            repeat(first, second, embedded, "DELETE", "/v1/namespaces/a/views/w2", "");
            repeat(first, second, embedded, "DELETE", "/v1/namespaces/a/tables/w?purgeRequested=true", "");
            repeat(first, second, embedded, "DELETE", "/v1/namespaces/a", "");
        }
    }

    private void repeat(CatalogServer first, CatalogServer second, ObjectStoreCatalog embedded, String method, String path, String body)
            throws IOException, InterruptedException
    {
        Map<String, String> key = Map.of("Idempotency-Key", UUID.randomUUID().toString());
        HttpResponse<String> once = http.send(first, method, path, body, key);
        assertThat(once.statusCode()).as(once.body()).isIn(200, 204);
        long version = embedded.state().version();
        for (CatalogServer server : List.of(second, first, start(Map.of()))) {
            HttpResponse<String> again = http.send(server, method, path, body, key);
            assertThat(again.statusCode()).as(again.body()).isEqualTo(once.statusCode());
            assertThat(again.body().isEmpty() ? "" : json(again)).as(path).isEqualTo(once.body().isEmpty() ? "" : json(once));
            assertThat(again.headers().firstValue("ETag")).isEqualTo(once.headers().firstValue("ETag"));
            assertThat(embedded.state().version()).as(path).isEqualTo(version);
        }
        assertError(http.send(second, method, path + (path.contains("?") ? "&" : "?") + "other=1", body, key), 422, "UnprocessableEntityException", "it was another request");
        assertThat(embedded.state().version()).isEqualTo(version);
    }

    @Test
    void testTagOfATable()
            throws Exception
    {
        CatalogServer server = start(Map.of());
        CatalogServer other = start(Map.of());
        http.post(server, "/v1/namespaces", "{\"namespace\": [\"a\"]}");
        String created = http.post(server, "/v1/namespaces/a/tables", TABLE.formatted("t")).headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> loaded = http.get(other, "/v1/namespaces/a/tables/t");
        assertThat(loaded.headers().firstValue("ETag")).contains(created);
        HttpResponse<String> refs = http.get(other, "/v1/namespaces/a/tables/t?snapshots=refs");
        assertThat(refs.headers().firstValue("ETag").orElseThrow()).isNotEqualTo(created);

        for (String tags : List.of(created, "W/" + created, "\"x\", " + created)) {
            HttpResponse<String> unchanged = http.send(server, "GET", "/v1/namespaces/a/tables/t", "", Map.of("If-None-Match", tags));
            assertThat(unchanged.statusCode()).as(tags).isEqualTo(304);
            assertThat(unchanged.body()).isEmpty();
        }
        assertThat(http.send(server, "GET", "/v1/namespaces/a/tables/t?snapshots=refs", "", Map.of("If-None-Match", created)).statusCode()).isEqualTo(200);
        http.post(other, "/v1/namespaces/a/tables/t", SET_PROPERTY.formatted("n", "1"));
        assertThat(http.send(server, "GET", "/v1/namespaces/a/tables/t", "", Map.of("If-None-Match", created)).statusCode()).isEqualTo(200);
    }

    @Test
    void testListsInParts()
            throws Exception
    {
        List<CatalogServer> both = List.of(start(Map.of()), start(Map.of()));
        http.post(both.getFirst(), "/v1/namespaces", "{\"namespace\": [\"a\"]}");
        for (String name : List.of("t5", "t1", "t4", "t2", "t3")) {
            http.post(both.getFirst(), "/v1/namespaces/a/tables", TABLE.formatted(name));
            http.post(both.getFirst(), "/v1/namespaces", "{\"namespace\": [\"%s\"]}".formatted(name));
        }
        List<String> names = new ArrayList<>();
        String token = "";
        for (int part = 0; !token.equals("null"); part++) {
            JsonNode listed = json(http.get(both.get(part % 2), "/v1/namespaces/a/tables?pageSize=2&pageToken=" + token));
            listed.get("identifiers").forEach(identifier -> names.add(identifier.get("name").asText()));
            token = listed.get("next-page-token").asText();
            if (part == 0) {
                // what was listed before, or lies ahead, changes nothing else
                http.send(both.getFirst(), "DELETE", "/v1/namespaces/a/tables/t1", "", Map.of());
                http.post(both.getFirst(), "/v1/namespaces/a/tables", TABLE.formatted("t0"));
            }
        }
        assertThat(names).containsExactly("t1", "t2", "t3", "t4", "t5");
        assertThat(json(http.get(both.getFirst(), "/v1/namespaces/a/tables")).get("identifiers")).hasSize(5);

        try (RESTCatalog client = TestingServers.client(TestingServers.uri(both.getLast()), "rest", warehouse, Map.of("rest-page-size", "2"))) {
            assertThat(client.listNamespaces()).extracting(Namespace::toString).containsExactly("a", "t1", "t2", "t3", "t4", "t5");
            assertThat(client.listTables(Namespace.of("a"))).hasSize(5);
        }
    }

    /**
     * A request that waits for its body is being answered, so the next one does not fit.
     */
    @Test
    void testRefusesWhatDoesNotFit()
            throws Exception
    {
        CatalogServer server = start(Map.of("icegate.rest.max-concurrent-requests", "1"));
        String body = "{\"namespace\": [\"slow\"]}";
        try (Socket socket = new Socket("localhost", server.httpPort())) {
            OutputStream out = socket.getOutputStream();
            out.write("POST /v1/namespaces HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %s\r\n\r\n".formatted(body.length()).getBytes(StandardCharsets.US_ASCII));
            out.flush();
            awaitAdmitted(server, 1);
            HttpResponse<String> refused = http.post(server, "/v1/namespaces", "{\"namespace\": [\"quick\"]}");
            assertError(refused, 429, "TooManyRequestsException", "the server is busy");
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(http.get(server, "/ready").statusCode()).as("pages need no place").isEqualTo(200);
            out.write(body.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 200");
        }
        awaitAdmitted(server, 0); // an answer gives its place back when all of it was written, which its reader may see earlier
        assertThat(http.get(server, "/v1/namespaces").body()).contains("slow").doesNotContain("quick");
        awaitAdmitted(server, 0);
        assertThat(http.get(server, "/metrics").body())
                .containsPattern("icegate_rest_requests_total\\{method=\"none\",route=\"none\",status=\"429\"} [1-9]")
                .contains("icegate_rest_requests_total{method=\"GET\",route=\"/v1/namespaces\",status=\"200\"} 1.0")
                .contains("icegate_objectstore_requests_total{operation=\"put_if_absent\",outcome=\"written\"}");
    }

    /**
     * A client that sends its body after the refusal keeps its connection, and the next request on it is answered.
     */
    @Test
    void testConnectionOutlivesARefusal()
            throws Exception
    {
        CatalogServer server = start(Map.of());
        try (Socket socket = new Socket("localhost", server.httpPort())) {
            OutputStream out = socket.getOutputStream();
            out.write("POST /v1/nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            byte[] begin = socket.getInputStream().readNBytes("HTTP/1.1 404".length());
            assertThat(new String(begin, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 404");
            Thread.sleep(300); // for a server that would not wait for the body
            out.write("{}GET /v1/config HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).contains("there is no such path", "HTTP/1.1 200", "idempotency-key-lifetime");
        }
    }

    private void awaitAdmitted(CatalogServer server, int requests)
            throws IOException, InterruptedException
    {
        long began = System.nanoTime();
        while (!http.get(server, "/metrics").body().contains("icegate_rest_admitted_requests %s.0\n".formatted(requests))) {
            assertThat(System.nanoTime() - began).as("waiting for %s admitted requests", requests).isLessThan(TimeUnit.MINUTES.toNanos(1));
            Thread.sleep(5);
        }
    }

    /**
     * What each key may do, and nothing more. Only health and readiness need none.
     */
    @Test
    void testKeys()
            throws Exception
    {
        String writer = "key-of-a-writer-0123456789";
        String reader = "key-of-a-reader-0123456789";
        String shop = "key-of-one-tenant-0123456789";
        CatalogServer server = start(Map.of("icegate.auth.keys", "writer * %s;reader * %s read-only;shop shop %s".formatted(KeyHash.of(writer), KeyHash.of(reader), KeyHash.of(shop))));
        assertThat(send(server, writer, "POST", "/v1/namespaces", "{\"namespace\": [\"a\"]}").statusCode()).isEqualTo(200);
        assertThat(send(server, writer, "POST", "/v1/namespaces/a/tables", TABLE.formatted("t")).statusCode()).isEqualTo(200);
        for (String[] change : new String[][] {
                {"POST", "/v1/namespaces", "{\"namespace\": [\"b\"]}"},
                {"POST", "/v1/namespaces/a/properties", "{\"updates\": {\"x\": \"1\"}}"},
                {"DELETE", "/v1/namespaces/a", ""},
                {"POST", "/v1/namespaces/a/tables", TABLE.formatted("u")},
                {"POST", "/v1/namespaces/a/tables/t", SET_PROPERTY.formatted("n", "1")},
                {"DELETE", "/v1/namespaces/a/tables/t", ""},
                {"POST", "/v1/namespaces/a/register", "{}"},
                {"POST", "/v1/tables/rename", "{}"},
                {"POST", "/v1/transactions/commit", "{}"},
                {"POST", "/v1/namespaces/a/views", VIEW.formatted("v")},
                {"POST", "/v1/namespaces/a/views/v", "{}"},
                {"DELETE", "/v1/namespaces/a/views/v", ""},
                {"POST", "/v1/namespaces/a/register-view", "{}"},
                {"POST", "/v1/views/rename", "{}"},
        }) {
            assertError(send(server, reader, change[0], change[1], change[2]), 403, "ForbiddenException", "the key of 'reader' is for reading only");
            assertError(send(server, shop, change[0], change[1], change[2]), 403, "ForbiddenException", "the key of 'shop' is not for all tenants");
            assertError(send(server, "key-of-nobody-0123456789", change[0], change[1], change[2]), 401, "NotAuthorizedException", "the key is not valid");
        }
        for (String path : List.of("/v1/config", "/v1/namespaces", "/v1/namespaces/a", "/v1/namespaces/a/tables", "/v1/namespaces/a/tables/t", "/v1/namespaces/a/views")) {
            assertThat(send(server, reader, "GET", path, "").statusCode()).as(path).isEqualTo(200);
            assertError(send(server, shop, "GET", path, ""), 403, "ForbiddenException", "is not for all tenants");
            HttpResponse<String> stranger = http.get(server, path);
            assertError(stranger, 401, "NotAuthorizedException", "it has no key");
            assertThat(stranger.headers().allValues("WWW-Authenticate")).hasSize(2);
        }
        assertThat(json(send(server, writer, "GET", "/v1/namespaces", "")).get("namespaces")).hasSize(1);
        assertThat(json(send(server, writer, "GET", "/v1/namespaces/a/tables", "")).get("identifiers")).hasSize(1);
        assertThat(http.get(server, "/v1/nothing").statusCode()).isEqualTo(401);
        assertThat(http.get(server, "/metrics").statusCode()).isEqualTo(401);
        assertThat(http.get(server, "/ready").statusCode()).isEqualTo(200);
        try (RESTCatalog client = TestingServers.client(TestingServers.uri(server), "rest", warehouse, Map.of("token", writer))) {
            assertThat(client.listTables(Namespace.of("a"))).hasSize(1);
        }
    }

    @Test
    void testTls(@TempDir Path folder)
            throws Exception
    {
        SelfSignedCertificate certificate = SelfSignedCertificate.create(folder.resolve("certificate.pem"), folder.resolve("key.pem"), List.of("dns:localhost"), new Random());
        CatalogServer server = start(Map.of("icegate.tls.certificate-file", certificate.certificate().toString(), "icegate.tls.private-key-file", certificate.privateKey().toString()));
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(certificate.certificate())) {
            trusted.setCertificateEntry("server", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        URI configuration = URI.create("https://localhost:%s/v1/config".formatted(server.httpPort()));
        try (HttpClient client = HttpClient.newBuilder().sslContext(context).build()) {
            assertThat(client.send(HttpRequest.newBuilder(configuration).build(), HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
        assertThatThrownBy(() -> http.get(server, "/v1/config")).isInstanceOf(IOException.class);
    }

    private HttpResponse<String> send(CatalogServer server, String key, String method, String path, String body)
            throws IOException, InterruptedException
    {
        return http.send(server, method, path, body, Map.of("Authorization", "Bearer " + key));
    }

    @Test
    void testReportsAreCounted()
            throws Exception
    {
        CatalogServer server = start(Map.of());
        try (RESTCatalog client = TestingServers.client(TestingServers.uri(server), "rest", warehouse, Map.of())) {
            client.createNamespace(Namespace.of("a"));
            Table table = client.createTable(TableIdentifier.of("a", "t"), SCHEMA);
            table.newScan().planFiles().close();
        }
        String report =
                """
                {"report-type": "scan-report", "table-name": "t", "snapshot-id": 1, "filter": true, "schema-id": 0, "projected-field-ids": [], "projected-field-names": [], "metrics": {}}""";
        HttpResponse<String> reported = http.post(server, "/v1/namespaces/a/tables/t/metrics", report);
        assertThat(reported.statusCode()).as(reported.body()).isEqualTo(204);
        assertThat(http.get(server, "/metrics").body()).contains("icegate_rest_client_reports_total{type=\"scan\"} 1.0");
        assertThat(http.get(server, "/health").body()).isEqualTo("ok\n");
        assertThat(http.get(server, "/ready").body()).isEqualTo("ready\n");
    }

    @Test
    void testStartSaysWhatIsWrong()
    {
        assertThatThrownBy(() -> TestingServers.start(Map.of("warehouse", "ftp://x"), Map.of()))
                .isInstanceOf(ServerStartException.class)
                .hasMessage("Cannot start catalog: Cannot open location 'ftp://x': it must be file:/path, an absolute path, s3://bucket/prefix, gs://bucket/prefix, abfss://container@account.dfs.core.windows.net/prefix or memory:name");
        assertThatThrownBy(() -> start(Map.of("icegate.rest.credentials.role-arn", "arn:aws:iam::1:role/a")))
                .isInstanceOf(ServerStartException.class)
                .hasMessageContaining("icegate.rest.credentials.role-arn needs one in S3");
        assertThatThrownBy(() -> start(Map.of("icegate.rest.port", "1"))).isInstanceOf(ServerStartException.class).hasMessageContaining("icegate.rest.port");
        CatalogServer server = start(Map.of());
        assertThatThrownBy(() -> start(Map.of("icegate.rest.http-port", Integer.toString(server.httpPort()))))
                .isInstanceOf(ServerStartException.class)
                .hasMessageContaining("Cannot listen for the catalog on the port of icegate.rest.http-port");
    }
}

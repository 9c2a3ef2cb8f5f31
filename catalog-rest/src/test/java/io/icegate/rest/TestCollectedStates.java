package io.icegate.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.catalog.Deadline;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogState;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * States of the past whose records or metadata were collected: a server says so, with 404.
 */
final class TestCollectedStates
{
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    /**
     * More than come before a checkpoint, which collection needs.
     */
    private static final int COMMITS = 140;

    @Test
    void testAnswersOfWhatWasCollected()
            throws Exception
    {
        try (ServedWarehouse warehouse = new ServedWarehouse(); HttpCalls http = new HttpCalls()) {
            ObjectStoreCatalog catalog = warehouse.embedded(store -> store);
            catalog.createNamespace(Namespace.of("otel"));
            Table table = catalog.createTable(LOGS, SCHEMA);
            CatalogState old = catalog.state();
            for (int i = 0; i < COMMITS; i++) {
                table.updateProperties().set("n", Integer.toString(i)).commit();
            }
            Deadline.await(() -> {
                catalog.collectLog();
                return warehouse.archive().collectedCount() >= old.version();
            });
            long floor = catalog.floor();
            assertThat(floor).isGreaterThan(old.version());

            try (CatalogServer server = TestingServers.start(warehouse.properties(), Map.of())) {
                String collected = "version collected, what is kept begins with version " + floor;
                assertGone(http.get(server, "/v1/config?warehouse=at-version:" + old.version()), "Cannot read catalog version %s: %s".formatted(old.version(), collected));
                String then = URLEncoder.encode(old.timestamp().toString(), StandardCharsets.UTF_8);
                assertGone(http.get(server, "/v1/config?warehouse=at-timestamp:" + then), "Cannot read catalog as of %s: %s".formatted(old.timestamp(), collected));
                assertGone(http.get(server, "/v1/at-version-%s/namespaces/otel/tables/logs".formatted(old.version())), "Cannot read catalog version %s: %s".formatted(old.version(), collected));
                assertThat(http.get(server, "/v1/at-version-%s/namespaces/otel/tables/logs".formatted(floor)).statusCode()).isEqualTo(200);

                // its record is there, and its metadata is not
                String location = catalog.stateAt(floor + 1).object(LOGS).orElseThrow().metadataLocation();
                warehouse.server().remove("lake", location.replace("s3://lake/", ""));
                String gone = "Cannot show catalog version %s: a file of it was deleted".formatted(floor + 1);
                assertGone(http.get(server, "/v1/at-version-%s/namespaces/otel/tables/logs".formatted(floor + 1)), gone);
                Map<String, String> properties = new HashMap<>(warehouse.properties());
                properties.put("icegate.warehouse", "s3://lake");
                properties.put("warehouse", "at-version:" + (floor + 1));
                try (RESTCatalog client = TestingServers.client(TestingServers.uri(server), "then", Map.of(), properties)) {
                    assertThatThrownBy(() -> client.loadTable(LOGS)).isInstanceOf(NotFoundException.class).hasMessageContaining(gone);
                }
                assertThat(http.get(server, "/v1/at-version-%s/namespaces/otel/tables".formatted(floor + 1)).statusCode()).isEqualTo(200);
            }
        }
    }

    private static void assertGone(HttpResponse<String> answer, String message)
            throws Exception
    {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(404);
        JsonNode error = JSON.readTree(answer.body()).get("error");
        assertThat(error.get("type").asText()).isEqualTo("NotFoundException");
        assertThat(error.get("message").asText()).contains(message);
    }
}

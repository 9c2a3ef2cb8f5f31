package io.icegate.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static io.icegate.rest.TestingWal.LOGS;
import static io.icegate.rest.TestingWal.ROWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A catalog as it was, through the server.
 */
final class TestPastStates
{
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TableIdentifier RENAMED = TableIdentifier.of("otel", "renamed");

    private final Map<String, String> warehouse = Map.of("warehouse", "memory:" + UUID.randomUUID());
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final HttpCalls http = closed(new HttpCalls());
    private final TestingWal wal = closed(new TestingWal(warehouse));
    private final CatalogServer server = closed(TestingServers.start(warehouse, Map.of()));

    private <T extends AutoCloseable> T closed(T resource)
    {
        resources.add(resource);
        return resource;
    }

    @AfterEach
    void close()
            throws Exception
    {
        for (AutoCloseable resource : resources.reversed()) {
            resource.close();
        }
    }

    /**
     * A client of our store that names a warehouse as users do.
     */
    private RESTCatalog client(String name)
    {
        return closed(TestingServers.client(TestingServers.uri(server), "rest", Map.of(), Map.of("warehouse", name, "icegate.warehouse", warehouse.get("warehouse"))));
    }

    private String prefix(String name)
            throws Exception
    {
        return JSON.readTree(http.get(server, "/v1/config?warehouse=" + name).body()).get("overrides").get("prefix").asText();
    }

    private static long rows(Table table)
            throws IOException
    {
        long rows = 0;
        try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
            for (Record _ : records) {
                rows++;
            }
        }
        return rows;
    }

    @Test
    void testRowsOfAnEarlierState()
            throws Exception
    {
        WalWriter writer = wal.writer();
        wal.append(writer, 1);
        wal.commit();
        long version = wal.catalog().state().version();
        String time = wal.catalog().state().timestamp().toString();
        for (long batch = 2; batch <= 12; batch++) {
            wal.append(writer, batch);
            wal.commit();
            wal.catalog().collectLog();
        }
        wal.catalog().renameTable(LOGS, RENAMED);

        for (RESTCatalog then : List.of(client("at-version:" + version), client("at-timestamp:" + time))) {
            Table table = then.loadTable(LOGS);
            assertThat(rows(table)).isEqualTo(ROWS);
            assertThat(then.listTables(Namespace.of("otel"))).containsExactly(LOGS);
            assertThat(then.listViews(Namespace.of("otel"))).isNotEmpty();
            assertThatThrownBy(() -> then.loadTable(RENAMED)).isInstanceOf(NoSuchTableException.class);
            table.refresh();
            assertThat(rows(table)).isEqualTo(ROWS);
        }
        assertThat(rows(wal.catalog().loadTable(RENAMED))).isEqualTo(12L * ROWS);
        assertThat(prefix("at-timestamp:" + time)).isEqualTo("at-version-" + version);
    }

    @Test
    void testNothingIsChangedThere()
            throws Exception
    {
        long version = wal.catalog().state().version();
        RESTCatalog then = client("at-version:" + version);
        wal.append(wal.writer(), 1);
        wal.commit();
        long now = wal.catalog().state().version();
        assertThatThrownBy(() -> then.loadTable(LOGS).updateProperties().set("a", "1").commit())
                .isInstanceOf(ForbiddenException.class)
                .hasMessageContaining("Cannot change anything through prefix 'at-version-%s': it shows the catalog as it was at version %s, for reading. Send changes through warehouse 'icegate'".formatted(version, version));
        assertThatThrownBy(() -> then.createNamespace(Namespace.of("a"))).isInstanceOf(ForbiddenException.class);
        assertThatThrownBy(() -> then.dropTable(LOGS)).isInstanceOf(ForbiddenException.class);
        assertThat(wal.catalog().state().version()).isEqualTo(now);
        assertThat(http.get(server, "/v1/at-version-%s/icegate/changes".formatted(version)).statusCode()).isEqualTo(404);
        assertThat(http.get(server, "/v1/at-version-%s/config".formatted(version)).statusCode()).isEqualTo(404);
    }

    @Test
    void testStatesThatAreNotThere()
            throws Exception
    {
        long version = wal.catalog().state().version();
        assertRefused("/v1/config?warehouse=at-version:" + (version + 1), 400, "Cannot read catalog version %s: the newest is %s".formatted(version + 1, version));
        assertRefused("/v1/config?warehouse=at-version:now", 400, "'now' is not a number");
        assertRefused("/v1/config?warehouse=at-timestamp:now", 400, "'now' is neither an ISO 8601 time nor milliseconds");
        assertRefused("/v1/at-version-%s/namespaces".formatted(version + 1), 400, "the newest is");
        assertThatThrownBy(() -> client("at-version:99")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("the newest is");
    }

    private void assertRefused(String path, int status, String message)
            throws Exception
    {
        HttpResponse<String> response = http.get(server, path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).get("error").get("message").asText()).contains(message);
    }
}

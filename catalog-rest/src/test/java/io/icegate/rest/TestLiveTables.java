package io.icegate.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalLayout;
import io.icegate.wal.read.LiveDeletesName;
import io.icegate.wal.read.LiveManifestName;
import io.icegate.wal.read.LiveSnapshots;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;

import static io.icegate.rest.TestingWal.LOGS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What readers that know nothing of a WAL see of it through the server.
 */
final class TestLiveTables
{
    private static final String PATH = "/v1/live/namespaces/otel/tables/logs";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, String> warehouse = Map.of("warehouse", "memory:" + UUID.randomUUID());
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final HttpCalls http = closed(new HttpCalls());
    private final TestingWal wal = closed(new TestingWal(warehouse));

    private <T extends AutoCloseable> T closed(T resource)
    {
        resources.add(resource);
        return resource;
    }

    /**
     * A server that looks at the WAL for each request.
     */
    private CatalogServer start()
    {
        return start("0s");
    }

    private CatalogServer start(String staleness)
    {
        return closed(TestingServers.start(warehouse, Map.of("icegate.rest.live-max-staleness", staleness)));
    }

    private RESTCatalog client(CatalogServer server, Map<String, String> further)
    {
        return closed(TestingServers.client(TestingServers.uri(server), "rest", warehouse, further));
    }

    @AfterEach
    void close()
            throws Exception
    {
        for (AutoCloseable resource : resources.reversed()) {
            resource.close();
        }
    }

    @Test
    void testRowsThatWait()
            throws Exception
    {
        RESTCatalog live = client(start(), Map.of("prefix", "live"));
        WalWriter first = wal.writer();
        assertThat(bodies(live)).as("a table without a snapshot").isEmpty();
        wal.append(first, 1);
        assertThat(bodies(live)).isEqualTo(expected(1));
        wal.append(first, 2);
        wal.commit();
        assertThat(bodies(live)).isEqualTo(expected(1, 2));
        assertThat(live.loadTable(LOGS).currentSnapshot()).as("committed").isEqualTo(wal.table().currentSnapshot());

        // batch 1 comes again to another process, beside a new one, and 4 twice
        WalWriter second = wal.writer();
        wal.append(second, 3, 1);
        wal.append(first, 4);
        wal.append(second, 4);
        Table table = live.loadTable(LOGS);
        assertThat(bodies(table)).isEqualTo(expected(1, 2, 3, 4));
        assertThat(table.currentSnapshot().summary()).containsEntry(LiveSnapshots.SEGMENTS_SUMMARY, "2").doesNotContainKey(LiveSnapshots.CORRUPT_SUMMARY);
        assertThat(((BaseTable) table).operations().current().lastUpdatedMillis()).as("no newer than what is committed")
                .isEqualTo(((BaseTable) wal.table()).operations().current().lastUpdatedMillis());
        assertThat(table.currentSnapshot().parentId()).isEqualTo(wal.table().currentSnapshot().snapshotId());

        // what was loaded stays what it was
        wal.append(first, 5);
        wal.commit();
        assertThat(bodies(table)).isEqualTo(expected(1, 2, 3, 4));
        table.refresh();
        assertThat(bodies(table)).isEqualTo(expected(1, 2, 3, 4, 5));
        assertThat(wal.table().snapshots()).noneMatch(snapshot -> snapshot.summary().containsKey(LiveSnapshots.SEGMENTS_SUMMARY));
    }

    @Test
    void testWarehouseNamedLive()
            throws Exception
    {
        CatalogServer server = start();
        wal.append(wal.writer(), 1);
        assertThat(JSON.readTree(http.get(server, "/v1/config?warehouse=live").body()).get("overrides").get("prefix").asText()).isEqualTo("live");
        assertThat(http.get(server, "/v1/config").body()).doesNotContain("\"prefix\"");
        assertThat(http.get(server, "/v1/live/config").statusCode()).isEqualTo(404);

        RESTCatalog live = client(server, Map.of("prefix", "live"));
        RESTCatalog plain = client(server, Map.of());
        assertThat(bodies(live)).isEqualTo(expected(1));
        assertThat(bodies(plain)).isEmpty();
        assertThat(live.listViews(Namespace.of("otel"))).isEqualTo(plain.listViews(Namespace.of("otel"))).isNotEmpty();
        TableIdentifier view = live.listViews(Namespace.of("otel")).getFirst();
        assertThat(live.loadView(view).uuid()).isEqualTo(plain.loadView(view).uuid());
        plain.createTable(TableIdentifier.of("otel", "plain"), wal.table().schema());
        assertThat(live.loadTable(TableIdentifier.of("otel", "plain")).currentSnapshot()).isNull();
        assertThat(live.tableExists(TableIdentifier.of("otel", "none"))).isFalse();
        assertThat(http.get(server, "/metrics").body()).contains("route=\"/v1/live/namespaces/{namespace}/tables/{table}\"");
    }

    @Test
    void testNothingIsChanged()
            throws Exception
    {
        CatalogServer server = start();
        RESTCatalog live = client(server, Map.of("prefix", "live"));
        wal.append(wal.writer(), 1);
        long version = wal.catalog().state().version();
        Table table = live.loadTable(LOGS);
        assertThatThrownBy(() -> table.updateProperties().set("a", "b").commit())
                .isInstanceOf(ForbiddenException.class)
                .hasMessageContaining("Cannot change anything through prefix 'live'")
                .hasMessageContaining("Send changes through warehouse 'icegate', without the prefix");
        assertThatThrownBy(() -> table.newDelete().deleteFromRowFilter(Expressions.alwaysTrue()).commit())
                .isInstanceOf(ForbiddenException.class);
        assertThatThrownBy(() -> live.dropTable(LOGS)).isInstanceOf(ForbiddenException.class);
        HttpResponse<String> refused = http.post(server, "/v1/live/transactions/commit", "{}");
        assertThat(refused.statusCode()).isEqualTo(403);
        JsonNode error = JSON.readTree(refused.body()).get("error");
        assertThat(error.get("type").asText()).isEqualTo("ForbiddenException");
        assertThat(wal.catalog().state().version()).isEqualTo(version);

        // what was built on rows that are not committed does not fit the committed table
        String main = "{\"requirements\": [{\"type\": \"assert-ref-snapshot-id\", \"ref\": \"main\", \"snapshot-id\": %s}], \"updates\": [{\"action\": \"set-properties\", \"updates\": {\"a\": \"b\"}}]}"
                .formatted(table.currentSnapshot().snapshotId());
        assertThat(http.post(server, "/v1/namespaces/otel/tables/logs", main).statusCode()).isEqualTo(409);
    }

    @Test
    void testTags()
            throws Exception
    {
        CatalogServer server = start();
        CatalogServer other = start();
        WalWriter writer = wal.writer();
        String committed = tag(http.get(server, PATH));
        assertThat(committed).isEqualTo(tag(http.get(server, "/v1/namespaces/otel/tables/logs")));
        wal.append(writer, 1);
        HttpResponse<String> loaded = http.get(server, PATH);
        String tag = tag(loaded);
        assertThat(tag).isNotEqualTo(committed);
        assertThat(http.send(server, "GET", PATH, "", Map.of("If-None-Match", committed)).statusCode()).isEqualTo(200);
        int objects = manifests();
        assertThat(objects).isEqualTo(2);
        for (CatalogServer any : List.of(server, other)) {
            assertThat(http.send(any, "GET", PATH, "", Map.of("If-None-Match", tag)).statusCode()).isEqualTo(304);
        }
        assertThat(http.get(server, PATH).body()).as("the same again").isEqualTo(loaded.body());
        assertThat(http.get(server, PATH + "?snapshots=refs").headers().firstValue("ETag").orElseThrow()).isNotEqualTo(tag);
        assertThat(manifests()).as("objects for the same rows").isEqualTo(objects);

        wal.append(writer, 2);
        assertThat(http.send(server, "GET", PATH, "", Map.of("If-None-Match", tag)).statusCode()).as("another tail").isEqualTo(200);
        String two = tag(http.get(server, PATH));
        wal.commit();
        assertThat(http.send(server, "GET", PATH, "", Map.of("If-None-Match", two)).statusCode()).as("another version").isEqualTo(200);
        wal.table().updateProperties().set("a", "b").commit();
        wal.append(writer, 3);
        String three = tag(http.get(server, PATH));
        wal.table().updateProperties().set("a", "c").commit();
        assertThat(http.send(server, "GET", PATH, "", Map.of("If-None-Match", three)).statusCode()).as("the same tail").isEqualTo(200);
        assertThat(snapshotId(http.get(server, PATH))).as("equal rows have equal ids").isEqualTo(snapshotId(http.get(other, PATH)));
    }

    /**
     * Many requests in a moment make one snapshot, whatever comes meanwhile, until somebody commits.
     */
    @Test
    void testABusyPollerMakesFewObjects()
            throws Exception
    {
        CatalogServer server = start("1m");
        RESTCatalog live = client(server, Map.of("prefix", "live"));
        WalWriter writer = wal.writer();
        wal.append(writer, 0);
        assertThat(bodies(live)).isEqualTo(expected(0));
        for (int batch = 1; batch < 20; batch++) {
            wal.append(writer, batch);
            live.loadTable(LOGS);
        }
        assertThat(manifests()).isEqualTo(2);
        assertThat(http.get(server, "/metrics").body()).contains("icegate_rest_live_snapshots_total 1.0");
        wal.commit();
        assertThat(bodies(live)).as("what is committed is seen at once").isEqualTo(expected(IntStream.range(0, 20).toArray()));
    }

    /**
     * The rows of others are served, and the answer says what is missing.
     */
    @Test
    void testACorruptSegmentCostsItsWriterOnly()
            throws Exception
    {
        RESTCatalog live = client(start(), Map.of("prefix", "live"));
        WalWriter broken = wal.writer();
        wal.append(broken, 1);
        wal.catalog().warehouse().store().put(new SegmentKey(wal.table().uuid(), broken.id(), new Sequence(1)).objectKey(), "broken".getBytes(UTF_8));
        wal.append(wal.writer(), 2);
        Table table = live.loadTable(LOGS);
        assertThat(bodies(table)).isEqualTo(expected(1, 2));
        assertThat(table.currentSnapshot().summary().get(LiveSnapshots.CORRUPT_SUMMARY)).contains("writer %s stops at segment 1".formatted(broken.id()));
    }

    private int manifests()
            throws IOException
    {
        List<ObjectKey> keys = wal.catalog().warehouse().store().list(WalLayout.live(wal.table().uuid()), Optional.empty(), ObjectStore.LIST_COUNT_MAX).objects().stream().map(ObjectHead::key).toList();
        assertThat(keys).allMatch(key -> LiveManifestName.isManifest(key) || LiveDeletesName.parse(key).isPresent());
        return (int) keys.stream().filter(LiveManifestName::isManifest).count();
    }

    private static String tag(HttpResponse<String> response)
    {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.headers().firstValue("ETag").orElseThrow();
    }

    private static long snapshotId(HttpResponse<String> response)
            throws IOException
    {
        return JSON.readTree(response.body()).get("metadata").get("current-snapshot-id").asLong();
    }

    private static Map<String, Integer> bodies(RESTCatalog catalog)
            throws IOException
    {
        return bodies(catalog.loadTable(LOGS));
    }

    private static Map<String, Integer> bodies(Table table)
            throws IOException
    {
        Map<String, Integer> bodies = new TreeMap<>();
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table).select("body").build()) {
            rows.forEach(row -> bodies.merge(String.valueOf(row.getField("body")), 1, Integer::sum));
        }
        return bodies;
    }

    private static Map<String, Integer> expected(int... batches)
    {
        Map<String, Integer> bodies = new TreeMap<>();
        for (int batch : batches) {
            IntStream.range(0, TestingWal.ROWS).forEach(row -> bodies.put("tenant-%s-%s".formatted(batch, row), 1));
        }
        return bodies;
    }
}

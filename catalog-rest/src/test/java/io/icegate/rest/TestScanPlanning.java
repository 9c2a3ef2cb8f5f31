package io.icegate.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import static io.icegate.rest.TestingWal.LOGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Plans of the server beside those that Iceberg's client makes from manifests.
 */
final class TestScanPlanning
{
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Schema SCHEMA = new Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.required(2, "day", Types.IntegerType.get()));
    private static final TableIdentifier TABLE = TableIdentifier.of("ns", "planned");
    private static final String PATH = "/v1/namespaces/ns/tables/planned";

    private final Map<String, String> warehouse = Map.of("warehouse", "memory:" + UUID.randomUUID());
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final HttpCalls http = closed(new HttpCalls());
    private final CatalogServer server = closed(TestingServers.start(warehouse, Map.of("icegate.rest.live-max-staleness", "0s")));

    private <T extends AutoCloseable> T closed(T resource)
    {
        resources.add(resource);
        return resource;
    }

    private RESTCatalog client(String uri, String... further)
    {
        Map<String, String> properties = new HashMap<>();
        for (int i = 0; i < further.length; i += 2) {
            properties.put(further[i], further[i + 1]);
        }
        return closed(TestingServers.client(uri, "rest", warehouse, properties));
    }

    private RESTCatalog planningAtServer(String uri)
    {
        return client(uri, "scan-planning-mode", "server");
    }

    @AfterEach
    void close()
            throws Exception
    {
        for (AutoCloseable resource : resources.reversed()) {
            resource.close();
        }
    }

    private Table create(int days, int filesOfDay)
    {
        RESTCatalog client = client(TestingServers.uri(server));
        client.createNamespace(Namespace.of("ns"));
        Table table = client.buildTable(TABLE, SCHEMA)
                .withPartitionSpec(PartitionSpec.builderFor(SCHEMA).identity("day").build())
                .withProperty("format-version", "2")
                .create();
        AppendFiles append = table.newFastAppend();
        for (int day = 0; day < days; day++) {
            for (int file = 0; file < filesOfDay; file++) {
                append.appendFile(file(table, day, file));
            }
        }
        append.commit();
        return table;
    }

    private static DataFile file(Table table, int day, int file)
    {
        return DataFiles.builder(table.spec())
                .withPath("%s/data/day=%s/%s.parquet".formatted(table.location(), day, file))
                .withFormat(FileFormat.PARQUET)
                .withPartitionPath("day=" + day)
                .withFileSizeInBytes(100 + file)
                .withRecordCount(10)
                .build();
    }

    @Test
    void testPlansAreThoseOfTheClient()
            throws Exception
    {
        Table table = create(4, 3);
        table.newRowDelta().addDeletes(FileMetadata.deleteFileBuilder(table.spec())
                .ofPositionDeletes()
                .withPath(table.location() + "/data/deletes.parquet")
                .withFormat(FileFormat.PARQUET)
                .withPartitionPath("day=1")
                .withFileSizeInBytes(50)
                .withRecordCount(1)
                .build()).commit();
        long first = table.history().getFirst().snapshotId();
        Table planned = planningAtServer(TestingServers.uri(server)).loadTable(TABLE);
        assertThat(planned.newScan().getClass().getSimpleName()).isEqualTo("RESTTableScan");

        assertThat(tasks(planned.newScan())).isEqualTo(tasks(table.newScan())).hasSize(12).anyMatch(task -> task.contains("deletes.parquet"));
        for (Expression filter : List.of(Expressions.equal("day", 2), Expressions.greaterThan("id", 7), Expressions.in("day", 0, 3), Expressions.equal("day", 17))) {
            assertThat(tasks(planned.newScan().filter(filter))).as("%s", filter).isEqualTo(tasks(table.newScan().filter(filter)));
        }
        assertThat(tasks(planned.newScan().filter(Expressions.equal("day", 1)))).hasSize(3);
        assertThat(tasks(planned.newScan().filter(Expressions.equal("DAY", 1)).caseSensitive(false))).hasSize(3);
        assertThat(tasks(planned.newScan().useSnapshot(first))).isEqualTo(tasks(table.newScan().useSnapshot(first))).noneMatch(task -> task.contains("deletes.parquet"));
        table.newFastAppend().appendFile(file(table, 9, 0)).commit();
        assertThat(tasks(planned.newScan())).as("the newest, whatever the client has loaded").hasSize(13);
        assertThat(post("/plan", "{\"start-snapshot-id\": %s, \"end-snapshot-id\": %s}".formatted(first, table.currentSnapshot().snapshotId())).get("file-scan-tasks")).as("the start is exclusive").hasSize(1);
    }

    @Test
    void testLongPlan()
            throws Exception
    {
        Table table = create(5, 900);
        CatalogServer other = closed(TestingServers.start(warehouse, Map.of()));
        AlternatingServers both = closed(new AlternatingServers(List.of(server, other)));
        Table planned = planningAtServer(both.uri()).loadTable(TABLE);
        assertThat(tasks(planned.newScan())).hasSize(4_500).isEqualTo(tasks(table.newScan()));

        JsonNode plan = post("/plan", "{}");
        assertThat(plan.has("file-scan-tasks")).isFalse();
        assertThat(plan.get("plan-tasks")).hasSize(3);
        table.newFastAppend().appendFile(file(table, 9, 0)).commit();
        Set<String> files = new TreeSet<>();
        for (JsonNode task : plan.get("plan-tasks")) {
            JsonNode part = post("/tasks", "{\"plan-task\": %s}".formatted(task)).get("file-scan-tasks");
            assertThat(part.size()).isBetween(1_000, 2_000);
            part.forEach(file -> assertThat(files.add(file.get("data-file").get("file-path").asText())).as("in one part only").isTrue());
        }
        assertThat(files).as("as of the plan").hasSize(4_500);
        assertThat(post("/plan", "{\"filter\": {\"type\": \"eq\", \"term\": \"day\", \"value\": 3}}").get("file-scan-tasks")).hasSize(900);

        long pinned = table.history().getFirst().snapshotId();
        table.expireSnapshots().expireSnapshotId(pinned).cleanupLevel(ExpireSnapshots.CleanupLevel.NONE).commit();
        assertRefused("/tasks", "{\"plan-task\": %s}".formatted(plan.get("plan-tasks").get(0)), 404, "snapshot %s is no longer there, plan again".formatted(pinned));
    }

    @Test
    void testRowsThatWait()
            throws Exception
    {
        TestingWal wal = closed(new TestingWal(warehouse));
        WalWriter writer = wal.writer();
        wal.append(writer, 1);
        wal.commit();
        wal.append(writer, 2, 1); // batch 1 again: its rows are taken out by a delete file
        RESTCatalog live = client(TestingServers.uri(server), "scan-planning-mode", "server", "prefix", "live");
        RESTCatalog committed = planningAtServer(TestingServers.uri(server));
        assertThat(rows(live.loadTable(LOGS))).isEqualTo(2 * TestingWal.ROWS);
        assertThat(rows(committed.loadTable(LOGS))).isEqualTo(TestingWal.ROWS);
    }

    @Test
    void testRefusedRequests()
            throws Exception
    {
        Table table = create(1, 1);
        String foreign = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[40]);
        assertRefused("/plan", "{\"filter\": {\"type\": \"eq\", \"term\": \"none\", \"value\": 3}}", 400, "Cannot find field 'none'");
        assertRefused("/plan", "{\"snapshot-id\": 4711}", 400, "4711");
        assertRefused("/plan", "{\"start-snapshot-id\": 4711}", 400, "endSnapshotId");
        assertRefused("/plan", "{", 400, "Cannot parse");
        assertRefused("/tasks", "{}", 400, "plan-task");
        assertRefused("/tasks", "{\"plan-task\": \"?\"}", 404, "Plan task does not exist");
        assertRefused("/tasks", "{\"plan-task\": \"%s\"}".formatted(foreign), 404, "Plan task does not exist");
        HttpResponse<String> missing = http.post(server, "/v1/namespaces/ns/tables/none/plan", "{}");
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(missing.body()).contains("NoSuchTableException");

        client(TestingServers.uri(server)).buildTable(TableIdentifier.of("ns", "empty"), SCHEMA).create();
        HttpResponse<String> empty = http.post(server, "/v1/namespaces/ns/tables/empty/plan", "{}");
        assertThat(JSON.readTree(empty.body()).get("file-scan-tasks")).isEmpty();
        assertThat(table.currentSnapshot()).isNotNull();
        Table none = planningAtServer(TestingServers.uri(server)).loadTable(TableIdentifier.of("ns", "empty"));
        assertThatThrownBy(() -> none.newScan().useSnapshot(4711)).hasMessageContaining("4711");
        assertThat(tasks(none.newScan())).isEmpty();
    }

    private void assertRefused(String path, String body, int status, String message)
            throws Exception
    {
        HttpResponse<String> refused = http.post(server, PATH + path, body);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(status);
        assertThat(JSON.readTree(refused.body()).get("error").get("message").asText()).contains(message);
    }

    private JsonNode post(String path, String body)
            throws Exception
    {
        HttpResponse<String> answer = http.post(server, PATH + path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static Set<String> tasks(TableScan scan)
            throws IOException
    {
        Set<String> tasks = new TreeSet<>();
        try (CloseableIterable<FileScanTask> planned = scan.planFiles()) {
            planned.forEach(task -> assertThat(tasks.add("%s %s %s %s %s".formatted(
                    task.file().location(),
                    task.file().fileSizeInBytes(),
                    task.file().partition(),
                    task.deletes().stream().map(delete -> delete.location()).sorted().toList(),
                    task.residual()))).isTrue());
        }
        return tasks;
    }

    private static long rows(Table table)
            throws IOException
    {
        long rows = 0;
        try (CloseableIterable<Record> read = IcebergGenerics.read(table).build()) {
            for (Record _ : read) {
                rows++;
            }
        }
        return rows;
    }
}

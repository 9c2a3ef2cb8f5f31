package io.icegate.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.objectstore.s3.S3Operation;
import io.icegate.objectstore.s3.StrictS3Server;
import io.icegate.rest.credentials.FakeSts;
import io.icegate.server.access.KeyHash;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static io.icegate.rest.TestingWal.LOGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Clients that have no key of the store, against a store that asks the token service what each key may do.
 */
final class TestTableCredentials
{
    private static final String OURS = "icegate";
    private static final String READER = "key-of-reader-0123456789";
    private static final String WRITER = "key-of-writer-0123456789";
    private static final TableIdentifier OTHER = TableIdentifier.of("otel", "other");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<AutoCloseable> resources = new ArrayList<>();
    private final HttpCalls http = closed(new HttpCalls());
    private StrictS3Server store;
    private FakeSts sts;
    private Map<String, String> warehouse;
    private CatalogServer server;
    private TestingWal wal;

    private <T extends AutoCloseable> T closed(T resource)
    {
        resources.add(resource);
        return resource;
    }

    @BeforeEach
    void open()
            throws IOException
    {
        store = closed(StrictS3Server.start());
        sts = closed(new FakeSts(InstantSource.system()));
        store.follow((accessKeyId, operation, bucket, key) -> accessKeyId.equals(OURS) || sts.allows(accessKeyId, action(operation), bucket, key));
        warehouse = new HashMap<>(store.properties());
        warehouse.put("warehouse", "s3://lake/wh");
        server = start(Map.of("icegate.rest.credentials.role-arn", FakeSts.ROLE, "icegate.rest.credentials.sts-endpoint", sts.endpoint()));
        wal = closed(new TestingWal(warehouse));
    }

    @AfterEach
    void close()
            throws Exception
    {
        for (AutoCloseable resource : resources.reversed()) {
            resource.close();
        }
    }

    private CatalogServer start(Map<String, String> further)
    {
        Map<String, String> settings = new HashMap<>(further);
        settings.put("icegate.rest.live-max-staleness", "0s");
        settings.put("icegate.auth.keys", "reader * %s read-only;writer * %s".formatted(KeyHash.of(READER), KeyHash.of(WRITER)));
        return closed(TestingServers.start(warehouse, settings));
    }

    private static String action(S3Operation operation)
    {
        return switch (operation) {
            case GET, HEAD -> "s3:GetObject";
            case PUT, CREATE_UPLOAD, UPLOAD_PART, COMPLETE_UPLOAD -> "s3:PutObject";
            case DELETE, DELETE_MANY -> "s3:DeleteObject";
            case LIST -> "s3:ListBucket";
            default -> "none";
        };
    }

    /**
     * Knows where the store is, and has no key of it.
     */
    private RESTCatalog client(String key, String... further)
    {
        Map<String, String> properties = new HashMap<>(Map.of("token", key, "header.X-Iceberg-Access-Delegation", "vended-credentials"));
        for (int i = 0; i < further.length; i += 2) {
            properties.put(further[i], further[i + 1]);
        }
        return closed(TestingServers.client(TestingServers.uri(server), "rest", Map.of("warehouse", "s3://lake/wh", "s3.access-key-id", "nobody", "s3.secret-access-key", "nothing"), properties));
    }

    @Test
    void testReader()
            throws Exception
    {
        WalWriter writer = wal.writer();
        wal.append(writer, 1);
        wal.commit();
        wal.append(writer, 2, 1);
        Table committed = client(READER).loadTable(LOGS);
        assertThat(rows(committed)).isEqualTo(TestingWal.ROWS);
        Table live = client(READER, "prefix", "live").loadTable(LOGS);
        assertThat(rows(live)).isEqualTo(2 * TestingWal.ROWS);
        Table planned = client(READER, "scan-planning-mode", "server").loadTable(LOGS);
        assertThat(rows(planned)).isEqualTo(TestingWal.ROWS);
        for (Table table : List.of(committed, live)) {
            assertThatThrownBy(() -> write(table, table.location() + "/data/a")).hasMessageContaining("403");
        }
        assertThat(sts.requests()).hasSize(1).allSatisfy(request -> assertThat(request).containsEntry("RoleSessionName", "icegate-reader"));
    }

    @Test
    void testWriter()
            throws Exception
    {
        Table table = client(WRITER).createTable(OTHER, SCHEMA);
        write(table, table.location() + "/data/a");
        table.newAppend().appendFile(DataFiles.builder(table.spec()).withPath(table.location() + "/data/a").withFormat(FileFormat.PARQUET).withFileSizeInBytes(1).withRecordCount(1).build()).commit();
        assertThat(client(WRITER).loadTable(OTHER).currentSnapshot().summary()).containsEntry("total-data-files", "1");
        for (String elsewhere : List.of(wal.table().location() + "/data/a", "s3://lake/wh/_catalog/log/00000000000000009999.json", "s3://lake/a", "s3://other/a")) {
            assertThatThrownBy(() -> write(table, elsewhere)).as(elsewhere).hasMessageContaining("403");
        }
        Table live = client(WRITER, "prefix", "live").loadTable(OTHER);
        assertThatThrownBy(() -> write(live, live.location() + "/data/b")).as("live tables are for reading").hasMessageContaining("403");

        // a transaction that creates a table writes files before the table is there
        client(WRITER).buildTable(TableIdentifier.of("otel", "staged"), SCHEMA).createTransaction().commitTransaction();
        assertThat(client(WRITER).loadTable(TableIdentifier.of("otel", "staged")).schema().sameSchema(SCHEMA)).isTrue();
    }

    @Test
    void testOnlyForThoseWhoAsk()
            throws Exception
    {
        String path = "/v1/namespaces/otel/tables/logs";
        Map<String, String> reader = Map.of("Authorization", "Bearer " + READER);
        Map<String, String> asking = Map.of("Authorization", "Bearer " + READER, "X-Iceberg-Access-Delegation", "remote-signing, vended-credentials");
        JsonNode table = JSON.readTree(http.send(server, "GET", path, "", asking).body());
        assertThat(table.at("/config/s3.access-key-id").asText()).isEqualTo("ASIA000000000001");
        assertThat(table.at("/config/client.refresh-credentials-endpoint").asText()).isEqualTo("v1/namespaces/otel/tables/logs/credentials");
        assertThat(table.at("/storage-credentials/0/prefix").asText()).isEqualTo("s3");
        assertThat(table.at("/storage-credentials/0/config/s3.session-token").asText()).isEqualTo("token-of-ASIA000000000001");
        assertThat(http.send(server, "GET", path, "", asking).headers().firstValue("ETag")).as("they end before the table changes").isEmpty();
        assertThat(JSON.readTree(http.send(server, "GET", path + "/credentials", "", reader).body()).at("/storage-credentials/0/config/s3.access-key-id").asText()).isEqualTo("ASIA000000000001");

        JsonNode plain = JSON.readTree(http.send(server, "GET", path, "", reader).body());
        assertThat(plain.path("config")).isEmpty();
        assertThat(plain.path("storage-credentials")).isEmpty();
        String config = http.send(server, "GET", "/v1/config", "", reader).body();
        assertThat(config).contains("/credentials").doesNotContain("icegate-secret");

        server = start(Map.of());
        assertThat(http.send(server, "GET", "/v1/config", "", reader).body()).doesNotContain("/credentials");
        assertThat(http.send(server, "GET", path + "/credentials", "", reader).statusCode()).isEqualTo(404);
        assertThat(JSON.readTree(http.send(server, "GET", path, "", asking).body()).path("config")).isEmpty();
    }

    @Test
    void testServiceThatIsAway()
    {
        sts.fail();
        RESTCatalog client = client(WRITER);
        assertThat(client.createTable(OTHER, SCHEMA).name()).as("it is created, and the answer says so").isEqualTo("rest.otel.other");
        assertThatThrownBy(() -> client(READER).loadTable(OTHER)).hasMessageContaining("was not assumed");
        assertThat(client.listTables(OTHER.namespace())).contains(OTHER);
    }

    private static void write(Table table, String location)
            throws IOException
    {
        try (PositionOutputStream out = table.io().newOutputFile(location).create()) {
            out.write(1);
        }
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

package io.icegate.catalog;

import io.icegate.catalog.log.TestingTime;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.fault.StoreRequest;
import io.icegate.objectstore.fault.TracingObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A change of a table is prepared with what this process knows, and judged by what is true. Here {@code late} does not know what
 * {@code other} did.
 */
final class TestChangesOfTables
{
    private static final Namespace OTEL = Namespace.of("otel");
    private static final TableIdentifier LOGS = TableIdentifier.of(OTEL, "logs");
    private static final TableIdentifier SPANS = TableIdentifier.of(OTEL, "spans");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

    private final TestingTime time = new TestingTime();
    private final MemoryObjectStore store = new MemoryObjectStore(time);
    private final Warehouse warehouse = new Warehouse("memory:" + UUID.randomUUID(), store);
    private final TracingObjectStore traced = new TracingObjectStore(store);
    private final ObjectStoreCatalog other = TestingCatalogs.open(warehouse, time.environment(1), List.of());
    private final ObjectStoreCatalog late = TestingCatalogs.open(new Warehouse(warehouse.root(), traced), time.environment(2), List.of());

    private record Change(TableIdentifier identifier, List<UpdateRequirement> requirements, List<MetadataUpdate> updates)
            implements TableCommit {}

    private static Change set(String key, String value, UpdateRequirement... requirements)
    {
        return new Change(LOGS, List.of(requirements), List.of(new MetadataUpdate.SetProperties(Map.of(key, value))));
    }

    private static Change moveTo(String location)
    {
        return new Change(LOGS, List.of(), List.of(new MetadataUpdate.SetLocation(location)));
    }

    private static TableMetadata metadata(Catalog catalog, TableIdentifier table)
    {
        return ((BaseTable) catalog.loadTable(table)).operations().current();
    }

    private List<String> files()
    {
        List<String> files = new ArrayList<>();
        for (FileInfo file : new ObjectStoreFileIO(warehouse).listPrefix(warehouse.root() + "/otel")) {
            files.add(file.location());
        }
        return files;
    }

    @BeforeEach
    void createTable()
    {
        other.createNamespace(OTEL);
        other.createTable(LOGS, SCHEMA);
        late.updateTable(set("n", "1"));
        traced.takeRequests();
    }

    @Test
    void testRequests()
    {
        TableMetadata after = late.updateTable(set("n", "2"));
        assertThat(traced.takeRequests().stream().map(StoreRequest::operation)).containsExactly(StoreOperation.PUT, StoreOperation.PUT_IF_ABSENT);
        assertThat(after.changes()).isEmpty();
        assertThat(after.metadataFileLocation()).isEqualTo(metadata(other, LOGS).metadataFileLocation());
        assertThat(TableMetadataParser.toJson(after)).as("what anybody reads").isEqualTo(TableMetadataParser.toJson(metadata(other, LOGS)));

        time.advance(Duration.ofSeconds(2));
        late.updateTable(set("n", "3"));
        assertThat(traced.takeRequests().stream().map(StoreRequest::operation)).containsExactly(StoreOperation.GET, StoreOperation.PUT, StoreOperation.PUT_IF_ABSENT);
    }

    /**
     * Iceberg would read it again and again for a minute and a half.
     */
    @Test
    void testBrokenMetadataIsReadOnce()
            throws IOException
    {
        String location = metadata(other, LOGS).metadataFileLocation();
        try (OutputStream broken = new ObjectStoreFileIO(warehouse).newOutputFile(location).createOrOverwrite()) {
            broken.write('{');
        }
        try (ObjectStoreCatalog fresh = TestingCatalogs.open(new Warehouse(warehouse.root(), traced), time.environment(3), List.of())) {
            assertThatThrownBy(() -> fresh.loadTable(LOGS)).hasMessageContaining(location);
        }
        assertThat(traced.takeRequests().stream().filter(request -> request.toString().contains(".metadata.json"))).hasSize(1);
    }

    @Test
    void testNothingOfOthersIsLost()
    {
        other.updateTable(set("other", "1"));
        assertThat(late.updateTable(set("late", "1")).properties()).containsEntry("other", "1").containsEntry("late", "1").containsEntry("n", "1");
        assertThat(metadata(other, LOGS).properties()).containsEntry("other", "1").containsEntry("late", "1");
        int count = files().size();
        other.updateTable(set("n", "2"));
        late.updateTable(set("n", "3"));
        assertThat(files()).as("what was prepared too late is deleted").hasSize(count + 2);
    }

    /**
     * It would be none for who does not know what the other did.
     */
    @Test
    void testChangeBackIsAChange()
    {
        String before = metadata(late, LOGS).location();
        other.updateTable(moveTo(before + "-elsewhere"));
        assertThat(late.updateTable(moveTo(before)).location()).isEqualTo(before);
        assertThat(metadata(other, LOGS).location()).isEqualTo(before);
    }

    @Test
    void testNoChangeIsNoRecord()
    {
        String elsewhere = metadata(late, LOGS).location() + "-elsewhere";
        other.updateTable(moveTo(elsewhere));
        long version = other.state().version();
        List<String> files = files();
        assertThat(late.updateTable(moveTo(elsewhere)).metadataFileLocation()).isEqualTo(metadata(other, LOGS).metadataFileLocation());
        assertThat(other.state().version()).isEqualTo(version);
        assertThat(files()).isEqualTo(files);
    }

    @Test
    void testOnlyTheNewestStateRefuses()
    {
        other.loadTable(LOGS).updateSchema().addColumn("text", Types.StringType.get()).commit();
        assertThat(late.updateTable(set("late", "1", new UpdateRequirement.AssertCurrentSchemaID(1))).schema().findField("text")).isNotNull();
        assertThatThrownBy(() -> late.updateTable(set("late", "2", new UpdateRequirement.AssertCurrentSchemaID(0)))).isInstanceOf(CommitFailedException.class).hasMessageContaining("Requirement failed");
        assertThat(metadata(other, LOGS).properties()).containsEntry("late", "1");

        other.createTable(SPANS, SCHEMA);
        late.updateTable(new Change(SPANS, List.of(), List.of(new MetadataUpdate.SetProperties(Map.of("late", "1")))));
        assertThat(metadata(other, SPANS).properties()).containsEntry("late", "1");
        other.dropTable(SPANS);
        assertThatThrownBy(() -> late.updateTable(new Change(SPANS, List.of(), List.of(new MetadataUpdate.SetProperties(Map.of("late", "2")))))).isInstanceOf(NoSuchTableException.class);
    }

    @Test
    void testTableThatWasMadeAnew()
    {
        UpdateRequirement same = new UpdateRequirement.AssertTableUUID(metadata(late, LOGS).uuid());
        other.dropTable(LOGS);
        other.createTable(LOGS, SCHEMA);
        List<String> files = files();
        assertThatThrownBy(() -> late.updateTable(set("late", "1", same))).isInstanceOf(CommitFailedException.class).hasMessageContaining("UUID does not match");
        assertThat(files()).as("what was prepared for the old table is deleted").isEqualTo(files);
        assertThat(late.updateTable(set("late", "1")).properties()).containsOnlyKeys("late", "write.parquet.compression-codec");
        assertThat(metadata(late, LOGS).uuid()).isEqualTo(metadata(other, LOGS).uuid());
    }

    @Test
    void testFilesThatWereReplaced()
    {
        late.updateTable(new Change(LOGS, List.of(), List.of(new MetadataUpdate.SetProperties(Map.of("write.metadata.delete-after-commit.enabled", "true", "write.metadata.previous-versions-max", "1")))));
        for (int i = 2; i < 6; i++) {
            late.commitTransaction(List.of(set("n", Integer.toString(i))));
        }
        assertThat(files()).as("the current one and the one before").hasSize(2).contains(metadata(other, LOGS).metadataFileLocation());
    }
}

package io.icegate.catalog;

import io.icegate.catalog.log.TestingTime;
import io.icegate.catalog.state.CatalogState;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Metadata files live as long as states of the catalog that name them can be asked for.
 */
final class TestMetadataRetention
{
    private static final Namespace OTEL = Namespace.of("otel");
    private static final TableIdentifier LOGS = TableIdentifier.of(OTEL, "logs");
    private static final TableIdentifier SPANS = TableIdentifier.of(OTEL, "spans");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final int COMMITS_PER_DAY = 40;

    private final TestingTime time = new TestingTime();
    private final Warehouse warehouse = new Warehouse("memory:lake", new MemoryObjectStore(time));
    private final ObjectStoreFileIO io = new ObjectStoreFileIO(warehouse);
    private final ObjectStoreCatalog catalog = catalog(warehouse);

    private ObjectStoreCatalog catalog(Warehouse warehouse)
    {
        ObjectStoreCatalog opened = ObjectStoreCatalog.open("test", warehouse, new ObjectStoreFileIO(warehouse), Map.of(), time.environment(1), new CommitGuards(List.of()));
        opened.createNamespace(OTEL);
        return opened;
    }

    @AfterEach
    void close()
            throws IOException
    {
        catalog.close();
    }

    @Test
    void testAWeekIsKept()
    {
        Table table = create(LOGS);
        List<Integer> files = new ArrayList<>();
        for (int day = 0; day < 17; day++) {
            commits(table, day);
            catalog.collectLog();
            files.add(files(table.location()).size());
        }
        // a checkpoint is the end of what goes: up to 256 records more than the retention has
        assertThat(files.subList(14, 17)).allMatch(count -> count >= 7 * COMMITS_PER_DAY && count <= 8 * COMMITS_PER_DAY + 256);
        CatalogState newest = catalog.state();
        for (long version = newest.version() - 7 * COMMITS_PER_DAY + 1; version <= newest.version(); version += 41) {
            CatalogState state = catalog.stateAt(version);
            assertThat(catalog.loadTable(LOGS, state).properties()).containsKey("commit");
        }
        assertThatThrownBy(() -> catalog.stateAt(COMMITS_PER_DAY)).isInstanceOf(NotFoundException.class);
    }

    /**
     * In a folder, whose disk holds other things too.
     */
    @Test
    void testADayIsKeptInAFolder()
            throws IOException
    {
        Warehouse folder = new Warehouse("file:/lake", new MemoryObjectStore(time));
        try (ObjectStoreCatalog local = catalog(folder)) {
            Table table = local.createTable(LOGS, SCHEMA);
            for (int day = 0; day < 17; day++) {
                commits(table, day);
                local.collectLog();
            }
            assertThat(new ObjectStoreFileIO(folder).listPrefix(table.location())).hasSizeBetween(COMMITS_PER_DAY, 2 * COMMITS_PER_DAY + 256);
            CatalogState newest = local.state();
            for (long version = newest.version() - COMMITS_PER_DAY + 1; version <= newest.version(); version++) {
                assertThat(local.loadTable(LOGS, local.stateAt(version)).properties()).containsKey("commit");
            }
            assertThatThrownBy(() -> local.stateAt(newest.version() - 7 * COMMITS_PER_DAY)).isInstanceOf(NotFoundException.class);
        }
    }

    /**
     * A table that does not change any more is named by every state, and so is one that got another name.
     */
    @Test
    void testCurrentMetadataStays()
    {
        Table renamed = create(LOGS);
        String folder = renamed.location();
        Table quiet = create(SPANS);
        commits(renamed, 0);
        TableIdentifier name = TableIdentifier.of(OTEL, "renamed");
        catalog.renameTable(LOGS, name);
        Table other = create(LOGS);
        twoOldCheckpoints(other);
        assertThat(catalog.collectLog()).isPositive();
        assertThat(files(folder)).hasSize(1);
        assertThat(catalog.loadTable(name).properties()).containsEntry("commit", "0 39");
        assertThat(files(quiet.location())).hasSize(1);
        assertThat(catalog.loadTable(SPANS).location()).isEqualTo(quiet.location());
    }

    /**
     * Dropped without purge, a table can be registered again from its last metadata; files elsewhere belong to others.
     */
    @Test
    void testFilesOfOthersStay()
    {
        Table dropped = create(SPANS);
        String folder = dropped.location();
        commits(dropped, 0);
        catalog.dropTable(SPANS, false);
        Table table = create(LOGS);
        twoOldCheckpoints(table);
        assertThat(catalog.collectLog()).isPositive();
        List<String> left = files(folder);
        assertThat(left).hasSize(1);
        assertThat(catalog.registerTable(SPANS, left.get(0)).properties()).containsEntry("commit", "0 39");
    }

    /**
     * What was replaced long ago can be current again.
     */
    @Test
    void testRegisteredAgain()
    {
        Table table = create(SPANS);
        commits(table, 0);
        String old = metadataLocation(SPANS);
        commits(table, 1);
        catalog.dropTable(SPANS, false);
        catalog.registerTable(SPANS, old);
        twoOldCheckpoints(create(LOGS));
        assertThat(catalog.collectLog()).isPositive();
        assertThat(catalog.loadTable(SPANS).properties()).containsEntry("commit", "0 39");
    }

    private String metadataLocation(TableIdentifier identifier)
    {
        return catalog.state().object(identifier).orElseThrow().metadataLocation();
    }

    @Test
    void testRecordsStayWhileTheirFilesCannotBeDeleted()
    {
        Table table = create(LOGS);
        ObjectStoreCatalog failing = ObjectStoreCatalog.open("test", warehouse, new UndeletableFiles(io), Map.of(), time.environment(2), new CommitGuards(List.of()));
        twoOldCheckpoints(table);
        int before = files(table.location()).size();
        assertThatThrownBy(failing::collectLog).isInstanceOf(UnsupportedOperationException.class);
        assertThat(files(table.location())).hasSize(before);
        assertThat(catalog.collectLog()).isPositive();
        assertThat(files(table.location())).hasSizeLessThan(before);
    }

    private Table create(TableIdentifier identifier)
    {
        return catalog.createTable(identifier, SCHEMA, PartitionSpec.unpartitioned(), Map.of("write.metadata.previous-versions-max", "2"));
    }

    private void twoOldCheckpoints(Table table)
    {
        for (int day = 0; day < 5; day++) {
            commits(table, day);
        }
        time.advance(Duration.ofDays(8));
    }

    private void commits(Table table, int day)
    {
        for (int commit = 0; commit < COMMITS_PER_DAY; commit++) {
            time.advance(Duration.ofDays(1).dividedBy(COMMITS_PER_DAY));
            table.updateProperties().set("commit", day + " " + commit).commit();
        }
    }

    private List<String> files(String location)
    {
        List<String> files = new ArrayList<>();
        for (FileInfo file : io.listPrefix(location + "/metadata")) {
            files.add(file.location());
        }
        return files;
    }
}

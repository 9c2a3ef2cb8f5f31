package io.icegate.catalog.check;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.view.BaseView;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestReferenceCheck
{
    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");
    private static final TableIdentifier EVENTS = TableIdentifier.of("otel", "events");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

    private final Doors store = new Doors();
    private final Warehouse warehouse = new Warehouse("memory:lake", store);
    private final ObjectStoreFileIO io = new ObjectStoreFileIO(warehouse);
    private final ObjectStoreCatalog catalog = ObjectStoreCatalog.open("test", warehouse, io, Map.of());
    private final ExecutorService readers = Executors.newFixedThreadPool(4);
    private Table table;

    @BeforeEach
    void createTable()
            throws IOException
    {
        catalog.createNamespace(Namespace.of("otel"));
        table = catalog.createTable(LOGS, SCHEMA, PartitionSpec.unpartitioned());
        table.newAppend().appendFile(file("a")).commit();
        table.newAppend().appendFile(file("b")).commit();
        String statistics = table.location() + "/metadata/statistics.puffin";
        write(statistics, 8);
        table.updateStatistics().setStatistics(new GenericStatisticsFile(table.currentSnapshot().snapshotId(), statistics, 8, 4, List.of())).commit();
        catalog.buildView(EVENTS).withSchema(SCHEMA).withDefaultNamespace(Namespace.of("otel")).withQuery("spark", "SELECT 1").create();
    }

    @AfterEach
    void close()
            throws IOException
    {
        readers.shutdownNow();
        catalog.close();
    }

    private DataFile file(String name)
            throws IOException
    {
        write(path(name), 100);
        return DataFiles.builder(PartitionSpec.unpartitioned()).withPath(path(name)).withFileSizeInBytes(100).withRecordCount(1).withFormat("parquet").build();
    }

    private String path(String name)
    {
        return "%s/data/%s.parquet".formatted(table.location(), name);
    }

    private void write(String location, int bytes)
            throws IOException
    {
        try (PositionOutputStream out = io.newOutputFile(location).createOrOverwrite()) {
            out.write(new byte[bytes]);
        }
    }

    private ReferenceCheck.Result check(TableIdentifier name)
    {
        return new ReferenceCheck(catalog, readers, true).check(name);
    }

    private void assertBroken(TableIdentifier name, String location, String problem, String remedy)
    {
        assertThat(check(name).broken()).singleElement().satisfies(broken -> {
            assertThat(broken.table()).isEqualTo(name);
            assertThat(broken.location()).isEqualTo(location);
            assertThat(broken.problem()).contains(problem);
            assertThat(broken.remedy()).contains(remedy);
        });
    }

    private String metadata()
    {
        table.refresh();
        return ((BaseTable) table).operations().current().metadataFileLocation();
    }

    @Test
    void testAllIsThere()
    {
        // metadata, two lists, two manifests, two files, statistics
        assertThat(check(LOGS)).isEqualTo(new ReferenceCheck.Result(8, List.of()));
        assertThat(check(EVENTS)).isEqualTo(new ReferenceCheck.Result(1, List.of()));
        assertThat(check(TableIdentifier.of("otel", "none"))).isEqualTo(new ReferenceCheck.Result(0, List.of()));
        assertThat(new ReferenceCheck(catalog, readers, false).check(LOGS).objectCount()).isEqualTo(6);
    }

    @Test
    void testMissingMetadata()
    {
        String location = metadata();
        io.deleteFile(location);
        assertBroken(LOGS, location, "its metadata is missing", "icegate catalog log --name otel.logs");
    }

    @Test
    void testMissingMetadataOfView()
    {
        String location = ((BaseView) catalog.loadView(EVENTS)).operations().current().metadataFileLocation();
        io.deleteFile(location);
        assertBroken(EVENTS, location, "its metadata is missing", "restore the file");
    }

    @Test
    void testMetadataOfAnotherTable()
            throws IOException
    {
        Table other = catalog.createTable(TableIdentifier.of("otel", "other"), SCHEMA, PartitionSpec.unpartitioned());
        byte[] content = io.newInputFile(((BaseTable) other).operations().current().metadataFileLocation()).newStream().readAllBytes();
        String location = metadata();
        try (PositionOutputStream out = io.newOutputFile(location).createOrOverwrite()) {
            out.write(content);
        }
        assertBroken(LOGS, location, "its metadata is of another table", "restore the file");
    }

    @Test
    void testMissingManifestListOfOldSnapshot()
    {
        String list = table.snapshots().iterator().next().manifestListLocation();
        io.deleteFile(list);
        assertBroken(LOGS, list, "the manifest list of snapshot", "only time travel");
    }

    @Test
    void testUnreadableManifest()
            throws IOException
    {
        String manifest = table.currentSnapshot().allManifests(io).stream().filter(each -> each.snapshotId() == table.currentSnapshot().snapshotId()).findFirst().orElseThrow().path();
        write(manifest, 10);
        assertBroken(LOGS, manifest, "cannot be read", "roll back");
    }

    @Test
    void testMissingDataFile()
    {
        io.deleteFile(path("a"));
        assertBroken(LOGS, path("a"), "is missing", "reads of the newest rows fail");
        assertThat(new ReferenceCheck(catalog, readers, false).check(LOGS).broken()).isEmpty();
    }

    @Test
    void testDataFileOfOtherLength()
            throws IOException
    {
        write(path("b"), 99);
        assertBroken(LOGS, path("b"), "has 99 bytes, not 100", "reads of the newest rows fail");
    }

    @Test
    void testMissingStatistics()
    {
        String location = table.location() + "/metadata/statistics.puffin";
        io.deleteFile(location);
        assertBroken(LOGS, location, "a statistics file is missing", "ANALYZE otel.logs");
    }

    /**
     * A fault of now is no broken table.
     */
    @Test
    void testStoreThatDoesNotAnswer()
    {
        store.failing = Optional.of(table.currentSnapshot().allManifests(io).get(0).path());
        assertThatThrownBy(() -> check(LOGS)).isInstanceOf(RuntimeIOException.class).hasMessageContaining("Cannot check otel.logs");
        store.failing = Optional.of(path("a"));
        assertThatThrownBy(() -> check(LOGS)).isInstanceOf(RuntimeIOException.class).hasMessageContaining(path("a"));
    }

    /**
     * What goes by the rules while it is looked at was not broken.
     */
    @Test
    void testTableThatIsExpiredMeanwhile()
    {
        store.beforeFirst = Optional.of(path("a"));
        store.action = () -> {
            table.newDelete().deleteFile(path("a")).commit();
            table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).cleanupLevel(ExpireSnapshots.CleanupLevel.NONE).commit();
            io.deleteFile(path("a"));
        };
        assertThat(check(LOGS).broken()).isEmpty();
        assertThat(store.beforeFirst).isEmpty();
    }

    /**
     * Fails what names one location, and acts before the first question for another.
     */
    private static final class Doors
            extends ObjectStoreDecorator
    {
        private Optional<String> failing = Optional.empty();
        private Optional<String> beforeFirst = Optional.empty();
        private Runnable action = () -> {};

        private Doors()
        {
            super(new MemoryObjectStore(InstantSource.system()));
        }

        @Override
        protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
                throws IOException
        {
            if (operation != StoreOperation.LIST && failing.filter(location -> names(location, keys)).isPresent()) {
                throw new IOException("reset");
            }
            if (operation == StoreOperation.HEAD && beforeFirst.filter(location -> names(location, keys)).isPresent()) {
                beforeFirst = Optional.empty();
                action.run();
            }
            return request.send();
        }

        private static boolean names(String location, List<ObjectKey> keys)
        {
            return keys.stream().anyMatch(key -> location.endsWith(key.toString()));
        }

        @Override
        protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
        {
            return request.send();
        }
    }
}

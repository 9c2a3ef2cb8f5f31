package io.icegate.catalog;

import io.icegate.catalog.log.CatalogEnvironment;
import io.icegate.catalog.state.Folders;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A location belongs to one table: whatever an engine deletes below the location of a table, no other table misses it.
 */
final class TestTableLocations
{
    private static final Namespace OTEL = Namespace.of("otel");
    private static final TableIdentifier LOGS = TableIdentifier.of(OTEL, "logs");
    private static final TableIdentifier SPANS = TableIdentifier.of(OTEL, "spans");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

    private final MemoryObjectStore store = new MemoryObjectStore(InstantSource.system());
    private final Warehouse warehouse = new Warehouse("memory:" + UUID.randomUUID(), store);
    private final ObjectStoreFileIO io = new ObjectStoreFileIO(warehouse);
    private final ObjectStoreCatalog catalog = open(Map.of());

    private ObjectStoreCatalog open(Map<String, String> properties)
    {
        return ObjectStoreCatalog.open("test", warehouse, io, properties, CatalogEnvironment.system(), new CommitGuards(List.of()));
    }

    private String at(String folder)
    {
        return warehouse.root() + "/" + folder;
    }

    /**
     * What engines do after DROP TABLE, and what a removal of orphans may do.
     */
    private void deleteFolder(String location)
    {
        List<String> files = new ArrayList<>();
        for (FileInfo file : io.listPrefix(location.endsWith("/") ? location : location + "/")) {
            files.add(file.location());
        }
        io.deleteFiles(files);
    }

    private static TableMetadata metadata(Table table)
    {
        return ((BaseTable) table).operations().refresh();
    }

    private DataFile dataFile(String location)
    {
        try (PositionOutputStream out = io.newOutputFile(location).create()) {
            out.write(7);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return DataFiles.builder(PartitionSpec.unpartitioned()).withPath(location).withFormat("parquet").withFileSizeInBytes(1).withRecordCount(1).build();
    }

    @Test
    void testE1RenamedTableIsNotDeletedWithItsNamesake()
    {
        catalog.createNamespace(OTEL);
        catalog.createTable(LOGS, SCHEMA);
        catalog.renameTable(LOGS, SPANS);
        String second = catalog.createTable(LOGS, SCHEMA).location();
        catalog.dropTable(LOGS, false);
        deleteFolder(second);
        assertThat(catalog.loadTable(SPANS).schema().asStruct()).isEqualTo(SCHEMA.asStruct());

        // the other way round: the renamed table goes, the one that got its name stays
        String third = catalog.createTable(LOGS, SCHEMA).location();
        String renamed = catalog.loadTable(SPANS).location();
        catalog.dropTable(SPANS, false);
        deleteFolder(renamed);
        assertThat(catalog.loadTable(LOGS).location()).isEqualTo(third);
    }

    /**
     * A procedure that adds files makes a table name the segments of another one.
     */
    @Test
    void testPurgeLeavesTheSegmentsOfOthers()
    {
        catalog.createNamespace(OTEL);
        Table logs = catalog.createTable(LOGS, SCHEMA);
        Table copy = catalog.createTable(SPANS, SCHEMA);
        String foreign = at("_wal/v1/%s/writer/0.parquet".formatted(logs.uuid()));
        String own = at("_wal/v1/%s/writer/0.parquet".formatted(copy.uuid()));
        String record = at("_catalog/record");
        copy.newFastAppend().appendFile(dataFile(foreign)).appendFile(dataFile(own)).appendFile(dataFile(record)).commit();
        assertThat(catalog.dropTable(SPANS, true)).isTrue();
        assertThat(io.newInputFile(foreign).exists()).isTrue();
        assertThat(io.newInputFile(record).exists()).isTrue();
        assertThat(io.newInputFile(own).exists()).isFalse();
    }

    @Test
    void testDroppedTableIsNotDeletedWithItsSuccessor()
    {
        catalog.createNamespace(OTEL);
        String first = catalog.createTable(LOGS, SCHEMA).location();
        String metadata = metadata(catalog.loadTable(LOGS)).metadataFileLocation();
        catalog.dropTable(LOGS, false);
        String second = catalog.newCreateTableTransaction(LOGS, SCHEMA).table().location();
        String view = catalog.newLocation(LOGS);
        assertThat(new HashSet<>(List.of(first, second, view))).hasSize(3);
        catalog.registerTable(LOGS, metadata);
        assertThat(catalog.loadTable(LOGS).location()).isEqualTo(first);
        assertThat(catalog.newReplaceTableTransaction(LOGS, SCHEMA, false).table().location()).as("a replaced table is the same table").isEqualTo(first);
    }

    @Test
    void testNamespaceNamedLikeATable()
    {
        catalog.createNamespace(OTEL);
        Namespace inside = Namespace.of("otel", "logs");
        catalog.createNamespace(inside);
        catalog.createTable(LOGS, SCHEMA);
        TableIdentifier nested = TableIdentifier.of(inside, "t");
        catalog.createTable(nested, SCHEMA);
        String location = catalog.loadTable(LOGS).location();
        catalog.dropTable(LOGS, false);
        deleteFolder(location);
        assertThat(catalog.loadTable(nested).schema().asStruct()).isEqualTo(SCHEMA.asStruct());

        // a namespace that lies in a table
        catalog.createTable(LOGS, SCHEMA);
        Namespace placed = Namespace.of("placed");
        catalog.createNamespace(placed, Map.of("location", catalog.loadTable(LOGS).location() + "/data"));
        assertThatThrownBy(() -> catalog.createTable(TableIdentifier.of(placed, "t"), SCHEMA))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("otel.logs, at ");
    }

    @Test
    void testDefaultLocations()
    {
        catalog.createNamespace(OTEL, Map.of("location", at("elsewhere/")));
        assertThat(catalog.createTable(LOGS, SCHEMA).location()).matches("\\Q" + at("elsewhere") + "\\E/logs-[0-9a-f]{32}");
        catalog.createNamespace(Namespace.of("a", "b"));
        assertThat(catalog.createTable(TableIdentifier.of("a", "b", "t"), SCHEMA).location()).matches("\\Q" + at("a/b") + "\\E/t-[0-9a-f]{32}");
        // names that are no folder names do not meet others
        assertThat(catalog.newLocation(TableIdentifier.of(Namespace.of("a", "b"), "c/t"))).matches("\\Q" + at("a/b") + "\\E/c_t-[0-9a-f]{16}-[0-9a-f]{32}");
        assertThat(catalog.newLocation(TableIdentifier.of(Namespace.of("a", "b"), ".."))).matches("\\Q" + at("a/b") + "\\E/__-[0-9a-f]{16}-[0-9a-f]{32}");
        assertThat(catalog.newLocation(TableIdentifier.of(OTEL, "x".repeat(10_000)))).as("a file system can name it").hasSizeLessThan(at("elsewhere/").length() + 255);
        // a property of whoever opens the catalog cannot undo it
        assertThat(open(Map.of("unique-table-location", "false")).createTable(SPANS, SCHEMA).location()).matches("\\Q" + at("elsewhere") + "\\E/spans-[0-9a-f]{32}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x/logs", "x/logs/", "x/logs/data", "x/logs/data/deep", "x"})
    void testLocationOfALiveTableIsRefused(String folder)
    {
        catalog.createNamespace(OTEL);
        catalog.buildTable(LOGS, SCHEMA).withLocation(at("x/logs")).create();
        String refusal = "otel.logs, at " + at("x/logs/") + ", exists and lies at, in or around it";
        long version = catalog.state().version();

        assertThatThrownBy(() -> catalog.buildTable(SPANS, SCHEMA).withLocation(at(folder)).create())
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("Cannot use location " + at(folder).replaceAll("/$", "") + " for table otel.spans")
                .hasMessageContaining(refusal);
        assertThatThrownBy(() -> catalog.buildTable(SPANS, SCHEMA).withLocation(at(folder)).createTransaction().commitTransaction())
                .isInstanceOf(ValidationException.class).hasMessageContaining(refusal);
        assertThatThrownBy(() -> catalog.buildTable(SPANS, SCHEMA).withProperty("write.data.path", at(folder)).create())
                .isInstanceOf(ValidationException.class).hasMessageContaining(refusal);
        assertThatThrownBy(() -> catalog.buildView(SPANS).withSchema(SCHEMA).withDefaultNamespace(OTEL).withQuery("trino", "SELECT 1").withLocation(at(folder)).create())
                .isInstanceOf(ValidationException.class).hasMessageContaining(refusal);
        TableMetadata other = TableMetadata.newTableMetadata(SCHEMA, PartitionSpec.unpartitioned(), at(folder), Map.of());
        TableMetadataParser.write(other, io.newOutputFile(at("registered.metadata.json")));
        assertThatThrownBy(() -> catalog.registerTable(SPANS, at("registered.metadata.json")))
                .isInstanceOf(ValidationException.class).hasMessageContaining(refusal);
        assertThat(catalog.state().version()).as("nothing was committed").isEqualTo(version);

        Table spans = catalog.createTable(SPANS, SCHEMA);
        assertThatThrownBy(() -> spans.updateLocation().setLocation(at(folder)).commit())
                .isInstanceOf(ValidationException.class).hasMessageContaining(refusal);
        assertThatThrownBy(() -> spans.updateProperties().set("write.metadata.path", at(folder)).commit())
                .isInstanceOf(ValidationException.class).hasMessageContaining(refusal);
        TableMetadata base = metadata(spans);
        assertThatThrownBy(() -> catalog.commitTransaction(List.of(TableCommit.create(SPANS, base, TableMetadata.buildFrom(base).setLocation(at(folder)).build()))))
                .isInstanceOf(ValidationException.class).hasMessageContaining(refusal);
        assertThat(catalog.findByLocation(at(folder))).contains(LOGS);
        assertThat(catalog.loadTable(LOGS).schema().asStruct()).isEqualTo(SCHEMA.asStruct());

        // a name that begins alike is another folder; a dropped table owns nothing
        catalog.buildTable(TableIdentifier.of(OTEL, "logs2"), SCHEMA).withLocation(at("x/logs2")).create();
        catalog.dropTable(LOGS, false);
        catalog.dropTable(TableIdentifier.of(OTEL, "logs2"), false);
        assertThat(catalog.findByLocation(at(folder))).isEmpty();
        spans.updateLocation().setLocation(at(folder)).commit();
    }

    @Test
    void testViewsOwnTheirFolders()
    {
        catalog.createNamespace(OTEL);
        catalog.buildView(SPANS).withSchema(SCHEMA).withDefaultNamespace(OTEL).withQuery("trino", "SELECT 1").withLocation(at("v")).create();
        assertThatThrownBy(() -> catalog.buildTable(LOGS, SCHEMA).withLocation(at("v/t")).create())
                .isInstanceOf(ValidationException.class).hasMessageContaining("otel.spans, at " + at("v/"));
        catalog.dropView(SPANS);
        assertThat(catalog.buildTable(LOGS, SCHEMA).withLocation(at("v/t")).create().location()).isEqualTo(at("v/t"));
    }

    @Test
    void testTableThatMovesKeepsWhatItHad()
    {
        catalog.createNamespace(OTEL);
        Table logs = catalog.buildTable(LOGS, SCHEMA).withLocation(at("one")).create();
        logs.newAppend().appendFile(dataFile(at("one/data/a.parquet"))).commit();
        logs.updateLocation().setLocation(at("two")).commit();
        logs.updateProperties().set("write.data.path", at("three")).commit();
        logs.updateProperties().remove("write.data.path").commit();
        assertThat(catalog.state().object(LOGS).orElseThrow().folders()).containsExactly(at("one"), at("three"), at("two"));
        assertThatThrownBy(() -> catalog.buildTable(SPANS, SCHEMA).withLocation(at("one")).create()).isInstanceOf(ValidationException.class);
        logs.updateLocation().setLocation(at("one/again")).commit();
        catalog.renameTable(LOGS, TableIdentifier.of(OTEL, "renamed"));
        assertThatThrownBy(() -> catalog.buildTable(SPANS, SCHEMA).withLocation(at("three")).create())
                .isInstanceOf(ValidationException.class).hasMessageContaining("otel.renamed, at " + at("three/"));

        Table moved = catalog.loadTable(TableIdentifier.of(OTEL, "renamed"));
        for (int i = 3; i < Folders.COUNT_MAX; i++) {
            moved.updateLocation().setLocation(at("move" + i)).commit();
        }
        assertThatThrownBy(() -> moved.updateLocation().setLocation(at("more")).commit())
                .isInstanceOf(ValidationException.class).hasMessageContaining("it was moved too often: Cannot own 65 folders");
    }

    @Test
    void testOneTransactionCannotGiveALocationTwice()
    {
        catalog.createNamespace(OTEL);
        List<TableCommit> commits = new ArrayList<>();
        for (TableIdentifier identifier : List.of(LOGS, SPANS)) {
            Table table = catalog.createTable(identifier, SCHEMA);
            TableMetadata base = metadata(table);
            commits.add(TableCommit.create(identifier, base, TableMetadata.buildFrom(base).setLocation(at("same")).build()));
        }
        assertThatThrownBy(() -> catalog.commitTransaction(commits)).isInstanceOf(ValidationException.class).hasMessageContaining("otel.logs, at " + at("same/"));
        assertThat(catalog.findByLocation(at("same"))).isEmpty();
    }

    @Test
    void testOneOfManyCreatorsGetsALocation()
            throws Exception
    {
        catalog.createNamespace(OTEL);
        int creators = 8;
        ExecutorService executor = Executors.newFixedThreadPool(creators);
        try {
            List<Callable<Boolean>> creations = new ArrayList<>();
            for (int i = 0; i < creators; i++) {
                TableIdentifier identifier = TableIdentifier.of(OTEL, "t" + i);
                String location = i % 2 == 0 ? at("contested") : at("contested/inside");
                ObjectStoreCatalog process = open(Map.of());
                creations.add(() -> {
                    try {
                        process.buildTable(identifier, SCHEMA).withLocation(location).create();
                        return true;
                    }
                    catch (ValidationException e) {
                        return false;
                    }
                });
            }
            int created = 0;
            for (Future<Boolean> creation : executor.invokeAll(creations)) {
                created += creation.get() ? 1 : 0;
            }
            assertThat(created).isEqualTo(1);
            assertThat(catalog.listTables(OTEL)).hasSize(1);
        }
        finally {
            executor.shutdownNow();
        }
    }

    @Test
    void testPurgeKeepsTheFilesOfOthers()
    {
        catalog.createNamespace(OTEL);
        Table logs = catalog.createTable(LOGS, SCHEMA);
        DataFile shared = dataFile(logs.location() + "/data/shared.parquet");
        logs.newAppend().appendFile(shared).commit();
        Table copy = catalog.createTable(SPANS, SCHEMA);
        DataFile own = dataFile(copy.location() + "/data/own.parquet");
        copy.newAppend().appendFile(shared).appendFile(own).commit();

        assertThat(catalog.dropTable(SPANS, true)).isTrue();
        assertThat(io.newInputFile(own.location()).exists()).isFalse();
        assertThat(io.newInputFile(shared.location()).exists()).as("it lies in the folder of otel.logs").isTrue();
        assertThat(catalog.dropTable(LOGS, true)).isTrue();
        assertThat(io.newInputFile(shared.location()).exists()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
            "file:///data/wh/, file:/data/wh",
            "/data//wh/./x/../y, file:/data/wh/y",
            "file:/data/ü/..a, file:/data/ü/..a",
            "file:/, file:/",
            "/../.., file:/",
            "s3a://lake/a/, s3://lake/a",
            "abfs://box@account.dfs.core.windows.net/a/, abfss://box@account.dfs.core.windows.net/a",
            "wasbs://box@account.blob.core.windows.net/a, abfss://box@account.dfs.core.windows.net/a",
            "s3://lake/a/../b, s3://lake/a/../b",
            "gs://lake/a/, gs://lake/a",
            "memory:x/, memory:x",
    })
    void testOneSpelling(String location, String spelled)
    {
        assertThat(CatalogLocations.canonical(location)).isEqualTo(spelled);
    }
}

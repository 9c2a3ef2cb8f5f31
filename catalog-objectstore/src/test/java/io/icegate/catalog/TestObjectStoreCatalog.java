package io.icegate.catalog;

import io.icegate.catalog.log.CatalogEnvironment;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.ObjectKind;
import io.icegate.guard.CommitGuard;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.fault.StoreRequest;
import io.icegate.objectstore.fault.TracingObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestObjectStoreCatalog
{
    private static final Namespace OTEL = Namespace.of("otel");
    private static final TableIdentifier LOGS = TableIdentifier.of(OTEL, "logs");
    private static final TableIdentifier SPANS = TableIdentifier.of(OTEL, "spans");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

    private final MemoryObjectStore store = new MemoryObjectStore(InstantSource.system());
    private final Warehouse warehouse = new Warehouse("memory:" + UUID.randomUUID(), store);
    private final ObjectStoreFileIO io = new ObjectStoreFileIO(warehouse);
    private final ObjectStoreCatalog catalog = open(new CommitGuards(List.of()), Map.of());

    private ObjectStoreCatalog open(CommitGuards guards, Map<String, String> properties)
    {
        return ObjectStoreCatalog.open("test", warehouse, io, properties, CatalogEnvironment.system(), guards);
    }

    private Table create(TableIdentifier identifier)
    {
        if (!catalog.namespaceExists(identifier.namespace())) {
            catalog.createNamespace(identifier.namespace());
        }
        return catalog.createTable(identifier, SCHEMA);
    }

    private static TableMetadata metadata(Table table)
    {
        return ((BaseTable) table).operations().refresh();
    }

    private List<String> files(String folder)
    {
        List<String> files = new ArrayList<>();
        for (FileInfo file : io.listPrefix(folder)) {
            files.add(file.location());
        }
        return files;
    }

    @Test
    void testOpensAsCatalogImpl()
            throws IOException
    {
        String name = "memory:" + UUID.randomUUID();
        Map<String, String> properties = Map.of("catalog-impl", ObjectStoreCatalog.class.getName(), "warehouse", name, "io-impl", ObjectStoreFileIO.class.getName());
        Catalog built = CatalogUtil.buildIcebergCatalog("lake", properties, null);
        assertThat(built).isInstanceOf(ObjectStoreCatalog.class);
        ((ObjectStoreCatalog) built).createNamespace(OTEL);
        Table table = built.createTable(LOGS, SCHEMA);
        assertThat(table.name()).isEqualTo("lake.otel.logs");
        assertThat(table.location()).matches("\\Q" + name + "\\E/otel/logs-[0-9a-f]{32}");
        ((ObjectStoreCatalog) built).close();
        assertThatThrownBy(() -> new ObjectStoreCatalog().initialize("lake", Map.of())).hasMessage("Cannot open catalog lake: property 'warehouse' is missing");
        assertThatThrownBy(() -> new ObjectStoreCatalog().state()).hasMessage("Cannot use the catalog: it was not initialized");
    }

    @Test
    void testStateNamesWhatIsThere()
    {
        UUID logs = metadata(create(LOGS)).uuid() == null ? new UUID(0, 0) : UUID.fromString(metadata(catalog.loadTable(LOGS)).uuid());
        catalog.buildView(TableIdentifier.of(OTEL, "errors")).withSchema(SCHEMA).withDefaultNamespace(OTEL).withQuery("trino", "SELECT 1").create();
        catalog.setProperties(OTEL, Map.of("owner", "obs"));
        CatalogState state = catalog.state();
        assertThat(state.version()).isEqualTo(4);
        assertThat(state.namespaces()).containsExactly(OTEL);
        assertThat(state.properties(OTEL)).isEqualTo(Map.of("owner", "obs"));
        assertThat(state.tables(OTEL)).containsExactly(LOGS);
        assertThat(state.views(OTEL)).containsExactly(TableIdentifier.of(OTEL, "errors"));
        assertThat(state.object(LOGS).map(CatalogObject::kind)).contains(ObjectKind.TABLE);
        assertThat(state.object(LOGS).map(CatalogObject::uuid)).contains(logs);
        assertThat(state.tableByUuid(logs)).contains(LOGS);
        catalog.renameTable(LOGS, SPANS);
        assertThat(catalog.findTable(logs)).contains(SPANS);
        catalog.dropTable(SPANS);
        assertThat(catalog.findTable(logs)).isEmpty();
        assertThat(state.tableByUuid(logs)).as("a state never changes").contains(LOGS);
    }

    @Test
    void testPinnedTableStaysAsItWas()
    {
        Table table = create(LOGS);
        CatalogState pinned = catalog.state();
        table.updateProperties().set("a", "1").commit();
        catalog.renameTable(LOGS, SPANS);

        Table old = catalog.loadTable(LOGS, pinned);
        old.refresh();
        assertThat(old.properties()).doesNotContainKey("a");
        assertThatThrownBy(() -> old.updateProperties().set("b", "1").commit()).isInstanceOf(UnsupportedOperationException.class);
        assertThat(catalog.loadTable(SPANS, catalog.stateAt(3 + 1)).properties()).containsEntry("a", "1");
        assertThatThrownBy(() -> catalog.loadTable(SPANS, pinned)).isInstanceOf(NoSuchTableException.class).hasMessage("Table does not exist: otel.spans");
    }

    @Test
    void testCatalogOpenedAtAVersion()
    {
        create(LOGS);
        CatalogState then = catalog.state();
        catalog.loadTable(LOGS).updateProperties().set("a", "1").commit();
        create(SPANS);
        CommitGuards none = new CommitGuards(List.of());
        for (ObjectStoreCatalog old : List.of(
                open(none, Map.of("catalog.at-version", Long.toString(then.version()))),
                open(none, Map.of("catalog.at-timestamp", then.timestamp().toString())),
                open(none, Map.of("catalog.at-timestamp", Long.toString(then.timestamp().toEpochMilli()))))) {
            assertThat(old.listTables(OTEL)).containsExactly(LOGS);
            assertThat(old.loadTable(LOGS).properties()).doesNotContainKey("a");
            assertThatThrownBy(() -> old.dropTable(LOGS)).isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("it was opened with catalog.at-");
            assertThatThrownBy(() -> old.commitTransaction(List.of(setProperty(LOGS, "b", "1")))).isInstanceOf(UnsupportedOperationException.class);
        }
        assertThatThrownBy(() -> open(none, Map.of("catalog.at-version", "x"))).hasMessage("Cannot open catalog: catalog.at-version 'x' is not a number");
        assertThatThrownBy(() -> open(none, Map.of("catalog.at-timestamp", "noon"))).hasMessageContaining("is neither an ISO 8601 time nor milliseconds");
        assertThatThrownBy(() -> open(none, Map.of("catalog.at-timestamp", "1", "catalog.at-version", "1"))).hasMessageContaining("both");
    }

    @Test
    void testReservedNamesAndLocations()
    {
        assertThatThrownBy(() -> catalog.createNamespace(Namespace.of("_wal"))).isInstanceOf(ValidationException.class).hasMessageContaining("must not start with '_'");
        catalog.createNamespace(Namespace.of("a", "_wal"));
        catalog.createNamespace(OTEL);
        for (String location : List.of("", "/", "/_catalog", "/_wal/x", "/_live/", "/_catalog/log/x")) {
            assertThatThrownBy(() -> catalog.buildTable(LOGS, SCHEMA).withLocation(warehouse.root() + location).create())
                    .as(location)
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("which is the catalog's own");
        }
        assertThatThrownBy(() -> catalog.buildTable(LOGS, SCHEMA).withProperty("write.data.path", warehouse.root() + "/_wal").create()).isInstanceOf(ValidationException.class);
        catalog.buildTable(LOGS, SCHEMA).withLocation(warehouse.root() + "/_catalogue").create();
        assertThatThrownBy(() -> catalog.loadTable(LOGS).updateLocation().setLocation(warehouse.root() + "/_wal").commit()).isInstanceOf(ValidationException.class);
        assertThat(catalog.createTable(TableIdentifier.of("_wal"), SCHEMA).location()).as("a folder of its own").startsWith(warehouse.root() + "/_wal-");
        assertThat(files(warehouse.root() + "/_wal")).isEmpty();
    }

    @Test
    void testOneTableUnderTwoNamesIsRefused()
    {
        Table table = create(LOGS);
        String location = metadata(table).metadataFileLocation();
        assertThatThrownBy(() -> catalog.registerTable(SPANS, location))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("already exists as otel.logs");
        assertThat(files(location)).as("what was registered is not ours to delete").isEmpty();
        assertThat(io.newInputFile(location).exists()).isTrue();
        catalog.dropTable(LOGS, false);
        assertThat(catalog.registerTable(SPANS, location).schema().asStruct()).isEqualTo(SCHEMA.asStruct());
    }

    @Test
    void testDropOnlyAsItIsKnown()
    {
        create(LOGS);
        String known = catalog.state().object(LOGS).orElseThrow().metadataLocation();
        catalog.loadTable(LOGS).updateProperties().set("a", "1").commit();
        assertThatThrownBy(() -> catalog.dropAt(LOGS, known)).isInstanceOf(CommitFailedException.class).hasMessageContaining("Cannot drop otel.logs: its metadata is no longer ");
        assertThat(catalog.tableExists(LOGS)).isTrue();
        String now = catalog.state().object(LOGS).orElseThrow().metadataLocation();
        catalog.dropAt(LOGS, now);
        assertThat(catalog.tableExists(LOGS)).isFalse();
        assertThat(io.newInputFile(now).exists()).isTrue();
        assertThatThrownBy(() -> catalog.dropAt(LOGS, now)).isInstanceOf(CommitFailedException.class);
    }

    @Test
    void testPurgeDeletesAfterTheDrop()
    {
        create(LOGS);
        catalog.loadTable(LOGS).updateProperties().set("a", "1").commit();
        String folder = catalog.loadTable(LOGS).location();
        assertThat(catalog.dropTable(LOGS, true)).isTrue();
        assertThat(files(folder)).isEmpty();
        assertThat(catalog.dropTable(LOGS, true)).isFalse();

        create(LOGS);
        io.deleteFile(catalog.state().object(LOGS).orElseThrow().metadataLocation());
        assertThat(catalog.dropTable(LOGS, true)).as("a broken table can be dropped").isTrue();
    }

    @Test
    void testGuardedTableNeedsAGuard()
    {
        CommitGuard guard = (base, next) -> base == null ? next : TableMetadata.buildFrom(next)
                                                                  .setProperties(Map.of(CommitGuard.GUARDED_PROPERTY, base.properties().getOrDefault(CommitGuard.GUARDED_PROPERTY, "none")))
                                                                  .build();
        ObjectStoreCatalog guarded = open(new CommitGuards(List.of(guard)), Map.of());
        guarded.createNamespace(OTEL);
        guarded.buildTable(LOGS, SCHEMA).withProperty(CommitGuard.GUARDED_PROPERTY, "v0").create();

        assertThatThrownBy(() -> catalog.loadTable(LOGS).updateProperties().set("a", "1").commit())
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("no commit guard is on the class path");
        assertThatThrownBy(() -> catalog.buildTable(SPANS, SCHEMA).withProperty(CommitGuard.GUARDED_PROPERTY, "v0").create()).isInstanceOf(ValidationException.class);
        assertThatThrownBy(() -> catalog.commitTransaction(List.of(setProperty(LOGS, "a", "1")))).isInstanceOf(ValidationException.class);
        long filesBefore = files(catalog.loadTable(LOGS).location()).size();

        guarded.loadTable(LOGS).updateProperties().set(CommitGuard.GUARDED_PROPERTY, "stolen").set("a", "1").commit();
        assertThat(catalog.loadTable(LOGS).properties()).containsEntry(CommitGuard.GUARDED_PROPERTY, "v0").containsEntry("a", "1");
        guarded.commitTransaction(List.of(setProperty(LOGS, CommitGuard.GUARDED_PROPERTY, "stolen")));
        assertThat(catalog.loadTable(LOGS).properties()).containsEntry(CommitGuard.GUARDED_PROPERTY, "v0");
        assertThat(files(catalog.loadTable(LOGS).location())).hasSize((int) filesBefore + 2);

        // the pair that engines use which write the file themselves
        TableMetadata base = metadata(guarded.loadTable(LOGS));
        TableMetadata unguarded = TableMetadata.buildFrom(base).setProperties(Map.of(CommitGuard.GUARDED_PROPERTY, "stolen")).build();
        assertThatThrownBy(() -> guarded.commitTable(LOGS, base, unguarded, base.location() + "/metadata/x.metadata.json"))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("was not guarded");
        assertThat(guarded.guard(base, unguarded).properties()).containsEntry(CommitGuard.GUARDED_PROPERTY, "v0");
        // what leaves the catalog, or only its name, needs no guard
        catalog.renameTable(LOGS, SPANS);
        assertThat(catalog.dropTable(SPANS, false)).isTrue();
    }

    /**
     * A table that this process follows: one look for what others committed, one metadata file, one record.
     */
    @Test
    void testRequestsOfACommit()
            throws InterruptedException
    {
        create(LOGS);
        TracingObjectStore traced = new TracingObjectStore(store);
        Warehouse same = new Warehouse(warehouse.root(), traced);
        Table table = ObjectStoreCatalog.open("test", same, new ObjectStoreFileIO(same), Map.of(), CatalogEnvironment.system(), new CommitGuards(List.of())).loadTable(LOGS);
        table.updateProperties().set("a", "1").commit();
        Thread.sleep(1100); // who saw others commit within a second looks at the slot while its record is under way
        traced.takeRequests();
        table.updateProperties().set("a", "2").commit();
        assertThat(traced.takeRequests().stream().map(StoreRequest::operation)).containsExactly(StoreOperation.GET, StoreOperation.PUT, StoreOperation.PUT_IF_ABSENT);

        // what is current is what anybody would read
        TableMetadata current = ((BaseTable) table).operations().current();
        assertThat(traced.takeRequests()).isEmpty();
        assertThat(TableMetadataParser.toJson(current)).isEqualTo(TableMetadataParser.toJson(metadata(catalog.loadTable(LOGS))));
        assertThat(current.metadataFileLocation()).isEqualTo(metadata(catalog.loadTable(LOGS)).metadataFileLocation());
        assertThat(current.changes()).isEmpty();
        catalog.loadTable(LOGS).updateProperties().set("b", "1").commit();
        table.updateProperties().set("a", "3").commit();
        assertThat(catalog.loadTable(LOGS).properties()).containsEntry("a", "3").containsEntry("b", "1");
    }

    private TableCommit setProperty(TableIdentifier identifier, String key, String value)
    {
        Transaction transaction = catalog.loadTable(identifier).newTransaction();
        TableMetadata base = metadata(catalog.loadTable(identifier));
        assertThat(transaction.table().location()).isEqualTo(base.location());
        return TableCommit.create(identifier, base, TableMetadata.buildFrom(base).setProperties(Map.of(key, value)).build());
    }

    @Test
    void testTransactionOverSeveralTables()
    {
        create(LOGS);
        create(SPANS);
        long before = catalog.state().version();
        List<TableCommit> commits = List.of(setProperty(LOGS, "n", "1"), setProperty(SPANS, "n", "1"));
        // a change that the requirements allow is no conflict
        catalog.loadTable(LOGS).updateProperties().set("other", "1").commit();
        catalog.commitTransaction(commits);
        assertThat(catalog.state().version()).isEqualTo(before + 2);
        assertThat(catalog.loadTable(LOGS).properties()).containsEntry("n", "1").containsEntry("other", "1");
        assertThat(catalog.loadTable(SPANS).properties()).containsEntry("n", "1");
        assertThat(catalog.loadTable(LOGS, catalog.stateAt(before + 1)).properties()).doesNotContainKey("n");
        assertThat(catalog.loadTable(SPANS, catalog.stateAt(before + 1)).properties()).doesNotContainKey("n");
    }

    @Test
    void testTransactionFailsAsAWhole()
    {
        create(LOGS);
        create(SPANS);
        List<TableCommit> commits = List.of(setProperty(LOGS, "n", "1"), schemaChange(SPANS, "late"));
        catalog.loadTable(SPANS).updateSchema().addColumn("early", Types.StringType.get()).commit();
        long before = catalog.state().version();
        List<String> files = files(warehouse.root() + "/otel");
        assertThatThrownBy(() -> catalog.commitTransaction(commits)).isInstanceOf(CommitFailedException.class).hasMessageContaining("Requirement failed");
        assertThat(catalog.state().version()).isEqualTo(before);
        assertThat(catalog.loadTable(LOGS).properties()).doesNotContainKey("n");
        assertThat(files(warehouse.root() + "/otel")).as("what was written for it is deleted").isEqualTo(files);
        assertThatThrownBy(() -> catalog.commitTransaction(List.of(commits.get(0), commits.get(0)))).hasMessageContaining("is in it twice");
    }

    private TableCommit schemaChange(TableIdentifier identifier, String column)
    {
        TableMetadata base = metadata(catalog.loadTable(identifier));
        Schema next = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()), Types.NestedField.optional(2, column, Types.StringType.get()));
        return TableCommit.create(identifier, base, base.updateSchema(next));
    }

    @Test
    void testTransactionOnce()
    {
        create(LOGS);
        List<TableCommit> commits = List.of(setProperty(LOGS, "n", "1"));
        catalog.commitTransaction("request-1", "digest-1", commits);
        long version = catalog.state().version();
        List<String> files = files(warehouse.root() + "/otel");
        open(new CommitGuards(List.of()), new HashMap<>()).commitTransaction("request-1", "digest-1", commits);
        assertThat(catalog.state().version()).isEqualTo(version);
        assertThat(files(warehouse.root() + "/otel")).isEqualTo(files);
        assertThatThrownBy(() -> catalog.commitTransaction("request-1", "digest-2", commits)).isInstanceOf(UnprocessableEntityException.class);
    }

    @Test
    void testRequestOnce()
    {
        create(LOGS);
        Map<String, String> before = catalog.loadTable(LOGS).properties();
        catalog.forRequest("request-1", "digest-1").loadTable(LOGS).updateProperties().set("n", "1").commit();
        long version = catalog.state().version();
        List<String> files = files(warehouse.root() + "/otel");
        assertThat(catalog.committed("request-1", "digest-1").orElseThrow().version()).isEqualTo(version);
        assertThat(catalog.committed("request-2", "digest-1")).isEmpty();

        // sent again, to another process: prepared anew, and not used
        ObjectStoreCatalog other = open(new CommitGuards(List.of()), new HashMap<>());
        Table again = other.forRequest("request-1", "digest-1").loadTable(LOGS);
        assertThatThrownBy(() -> again.updateProperties().set("n", "again").commit())
                .isInstanceOf(CommittedBeforeException.class)
                .hasMessage("Request request-1 was committed before, in catalog version " + version);
        assertThat(other.state().version()).isEqualTo(version);
        assertThat(files(warehouse.root() + "/otel")).isEqualTo(files);
        Table different = other.forRequest("request-1", "digest-2").loadTable(LOGS);
        assertThatThrownBy(() -> different.updateProperties().set("n", "2").commit()).isInstanceOf(UnprocessableEntityException.class);
        assertThatThrownBy(() -> other.committed("request-1", "digest-2")).isInstanceOf(UnprocessableEntityException.class);
        assertThat(files(warehouse.root() + "/otel")).isEqualTo(files);
        assertThat(catalog.loadTable(LOGS).properties()).containsEntry("n", "1").containsAllEntriesOf(before);
    }

    @Test
    void testPropertiesOfANamespaceInOneStep()
    {
        catalog.createNamespace(OTEL, Map.of("a", "1", "b", "1"));
        long version = catalog.state().version();
        catalog.editProperties(OTEL, Map.of("a", "2", "c", "1"), Set.of("b", "x"));
        assertThat(catalog.state().version()).isEqualTo(version + 1);
        assertThat(catalog.loadNamespaceMetadata(OTEL)).isEqualTo(Map.of("a", "2", "c", "1"));
        assertThatThrownBy(() -> catalog.editProperties(Namespace.of("none"), Map.of(), Set.of("b"))).isInstanceOf(NoSuchNamespaceException.class);
    }

    @Test
    void testTransactionOnceWhoseCleanUpFails()
    {
        create(LOGS);
        FileIO undeletable = new FileIO()
        {
            @Override
            public InputFile newInputFile(String path)
            {
                return io.newInputFile(path);
            }

            @Override
            public OutputFile newOutputFile(String path)
            {
                return io.newOutputFile(path);
            }

            @Override
            public void deleteFile(String path)
            {
                throw new UncheckedIOException(new IOException("the store does not answer"));
            }
        };
        List<TableCommit> commits = List.of(setProperty(LOGS, "n", "1"));
        // the other process commits between our preparation and our commit, so our file is not used
        CommitGuard late = new CommitGuard()
        {
            private boolean done;

            @Override
            public TableMetadata check(@Nullable TableMetadata base, TableMetadata next)
            {
                if (!done) {
                    done = true;
                    catalog.commitTransaction("request-1", "digest-1", commits);
                }
                return next;
            }
        };
        ObjectStoreCatalog second = ObjectStoreCatalog.open("test", warehouse, undeletable, Map.of(), CatalogEnvironment.system(), new CommitGuards(List.of(late)));
        second.commitTransaction("request-1", "digest-1", commits);
        assertThat(second.loadTable(LOGS).properties()).containsEntry("n", "1");
    }

    @Test
    void testConcurrentCommitDeletesOnlyItsOwnMetadata()
    {
        Table first = create(LOGS);
        Table second = catalog.loadTable(LOGS);
        second.refresh();
        first.updateProperties().set("a", "1").commit();
        BaseTable stale = (BaseTable) second;
        TableMetadata base = stale.operations().current();
        assertThatThrownBy(() -> catalog.commitTable(LOGS, base, TableMetadata.buildFrom(base).setProperties(Map.of("b", "1")).build(), base.location() + "/metadata/x"))
                .isInstanceOf(CommitFailedException.class)
                .hasMessageContaining("Cannot commit to table otel.logs");
        second.updateProperties().set("b", "1").commit();
        assertThat(catalog.loadTable(LOGS).properties()).containsEntry("a", "1").containsEntry("b", "1");
        assertThat(files(second.location() + "/metadata")).hasSize(3);
        assertThat(Optional.of(metadata(second).metadataFileLocation())).isEqualTo(catalog.state().object(LOGS).map(CatalogObject::metadataLocation));
    }
}

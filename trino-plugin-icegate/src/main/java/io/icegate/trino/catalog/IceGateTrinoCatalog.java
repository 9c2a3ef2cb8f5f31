package io.icegate.trino.catalog;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.airlift.log.Logger;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.ObjectKind;
import io.icegate.trino.config.Guards;
import io.trino.filesystem.TrinoFileSystemFactory;
import io.trino.metastore.TableInfo;
import io.trino.metastore.TableInfo.ExtendedRelationType;
import io.trino.plugin.iceberg.IcebergUtil;
import io.trino.plugin.iceberg.catalog.AbstractTrinoCatalog;
import io.trino.plugin.iceberg.fileio.ForwardingFileIoFactory;
import io.trino.spi.TrinoException;
import io.trino.spi.catalog.CatalogName;
import io.trino.spi.connector.CatalogSchemaTableName;
import io.trino.spi.connector.ColumnMetadata;
import io.trino.spi.connector.ConnectorMaterializedViewDefinition;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorViewDefinition;
import io.trino.spi.connector.RelationColumnsMetadata;
import io.trino.spi.connector.RelationCommentMetadata;
import io.trino.spi.connector.SchemaNotFoundException;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.connector.TableNotFoundException;
import io.trino.spi.security.TrinoPrincipal;
import io.trino.spi.type.TypeManager;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.ValidationException;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static com.google.common.collect.ImmutableSet.toImmutableSet;
import static io.trino.plugin.iceberg.IcebergSchemaProperties.SUPPORTED_SCHEMA_PROPERTIES;
import static io.trino.spi.StandardErrorCode.ALREADY_EXISTS;
import static io.trino.spi.StandardErrorCode.NOT_SUPPORTED;
import static io.trino.spi.StandardErrorCode.SCHEMA_NOT_EMPTY;
import static java.util.Objects.requireNonNull;

/**
 * The catalog of one transaction. Tables are loaded from one version of the catalog, that of the first look; a table that
 * this transaction has changed is loaded anew. Commits always go against the newest version.
 */
public final class IceGateTrinoCatalog
        extends AbstractTrinoCatalog
{
    private static final Logger log = Logger.get(IceGateTrinoCatalog.class);
    private static final Pattern STORAGE_TABLE = Pattern.compile("st_[0-9a-f]{32}");
    /**
     * Key in the summary of a storage table's snapshot, which Trino writes.
     */
    private static final String MATERIALIZED_VIEW_SOURCES = "dependsOnTables";
    private static final Pattern SOURCE = Pattern.compile("(.+)\\.([^.]+)=\\d*");
    private static final Pattern METADATA_FILE = Pattern.compile("/metadata/[^/]*$");

    private final CatalogName catalogName;
    private final IceGateTableOperationsProvider operationsProvider;
    private final ObjectStoreCatalog catalog;
    private final boolean hideStorageTables;
    private final CatalogVersion version;
    private final IceGateViews views;
    private final Map<SchemaTableName, TableMetadata> tables = new ConcurrentHashMap<>();

    IceGateTrinoCatalog(
            CatalogName catalogName,
            TypeManager typeManager,
            IceGateTableOperationsProvider operationsProvider,
            TrinoFileSystemFactory fileSystemFactory,
            ForwardingFileIoFactory fileIoFactory,
            ObjectStoreCatalog catalog,
            boolean hideStorageTables,
            Guards guards)
    {
        super(catalogName, true, typeManager, operationsProvider, fileSystemFactory, fileIoFactory);
        this.catalogName = requireNonNull(catalogName, "catalogName is null");
        this.operationsProvider = requireNonNull(operationsProvider, "operationsProvider is null");
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.hideStorageTables = hideStorageTables;
        this.version = new CatalogVersion(catalog, guards);
        this.views = new IceGateViews(catalogName, catalog, version, typeManager);
    }

    public String name()
    {
        return catalogName.toString();
    }

    /**
     * A table as it was when its metadata was read. Commits to it still go against the newest version.
     */
    public BaseTable table(ConnectorSession session, SchemaTableName name, TableMetadata metadata)
    {
        return IcebergUtil.getIcebergTableWithMetadata(this, operationsProvider, session, name, metadata);
    }

    /**
     * Refuses to add files that belong to the WAL or to another table.
     */
    public void verifyAdoptable(SchemaTableName table, String tableLocation, String location)
    {
        try {
            catalog.verifyAdoptable(existing(table), tableLocation, location);
        }
        catch (ValidationException e) {
            throw new TrinoException(NOT_SUPPORTED, e.getMessage(), e);
        }
    }

    /**
     * The metadata of a table, for a session that has none of the connector's properties.
     */
    public TableMetadata metadata(ConnectorSession session, SchemaTableName name)
    {
        return operationsProvider.read(session.getIdentity(), name, version.state());
    }

    /**
     * The UUID of a table; empty when there is none of the name.
     */
    public Optional<UUID> tableUuid(SchemaTableName name)
    {
        return names().relation(name).flatMap(identifier -> version.state().object(identifier, ObjectKind.TABLE)).map(CatalogObject::uuid);
    }

    /**
     * A table that can be read but not changed, for a session that has none of the connector's properties.
     */
    public BaseTable readOnlyTable(ConnectorSession session, SchemaTableName name)
    {
        return operationsProvider.table(session.getIdentity(), name, version.state());
    }

    /**
     * A table as it is now, whatever this transaction has pinned.
     */
    public BaseTable newestTable(ConnectorSession session, SchemaTableName name)
    {
        return IcebergUtil.loadIcebergTable(this, operationsProvider, session, name);
    }

    /**
     * Lets this transaction see a table as it is now.
     */
    public void repin(ConnectorSession session, SchemaTableName name)
    {
        tables.put(name, newestTable(session, name).operations().refresh());
    }

    @Override
    public BaseTable loadTable(ConnectorSession session, SchemaTableName name)
    {
        TableMetadata metadata = tables.computeIfAbsent(name, table ->
                operationsProvider.createTableOperations(this, session, table.getSchemaName(), table.getTableName(), Optional.empty(), Optional.empty()).read(version.state()));
        return table(session, name, metadata);
    }

    @Override
    protected void invalidateTableCache(SchemaTableName name)
    {
        tables.remove(name);
        version.forget();
    }

    private CatalogNames names()
    {
        return new CatalogNames(version.state());
    }

    private TableIdentifier existing(SchemaTableName name)
    {
        return names().relation(name).orElseThrow(() -> new TableNotFoundException(name));
    }

    private Namespace existingNamespace(String name)
    {
        return names().namespace(name).orElseThrow(() -> new SchemaNotFoundException(name));
    }

    @Override
    public boolean namespaceExists(ConnectorSession session, String namespace)
    {
        return names().namespace(namespace).isPresent();
    }

    @Override
    public List<String> listNamespaces(ConnectorSession session)
    {
        return version.state().namespaces().stream()
                .map(CatalogNames::schemaName)
                .distinct()
                .collect(toImmutableList());
    }

    @Override
    public Optional<String> getNamespaceSeparator()
    {
        return Optional.of(CatalogNames.NAMESPACE_SEPARATOR);
    }

    @Override
    public Map<String, Object> loadNamespaceMetadata(ConnectorSession session, String namespace)
    {
        Map<String, String> properties = version.state().properties(existingNamespace(namespace));
        return ImmutableMap.copyOf(Maps.filterKeys(properties, SUPPORTED_SCHEMA_PROPERTIES::contains));
    }

    @Override
    public Optional<TrinoPrincipal> getNamespacePrincipal(ConnectorSession session, String namespace)
    {
        return Optional.empty();
    }

    @Override
    public void createNamespace(ConnectorSession session, String namespace, Map<String, Object> properties, TrinoPrincipal owner)
    {
        try {
            catalog.createNamespace(CatalogNames.newNamespace(namespace), ImmutableMap.copyOf(Maps.transformValues(properties, String.class::cast)));
        }
        catch (AlreadyExistsException e) {
            throw new TrinoException(ALREADY_EXISTS, e.getMessage(), e);
        }
        version.forget();
    }

    @Override
    public void dropNamespace(ConnectorSession session, String namespace)
    {
        try {
            if (!catalog.dropNamespace(existingNamespace(namespace))) {
                throw new SchemaNotFoundException(namespace);
            }
        }
        catch (NamespaceNotEmptyException e) {
            throw new TrinoException(SCHEMA_NOT_EMPTY, e.getMessage(), e);
        }
        version.forget();
    }

    @Override
    public void setNamespacePrincipal(ConnectorSession session, String namespace, TrinoPrincipal principal)
    {
        throw notSupported("set the owner of a schema");
    }

    @Override
    public void renameNamespace(ConnectorSession session, String source, String target)
    {
        throw notSupported("rename a schema");
    }

    @Override
    public List<TableInfo> listTables(ConnectorSession session, Optional<String> namespace)
    {
        CatalogState state = version.state();
        ImmutableMap.Builder<SchemaTableName, TableInfo> relations = ImmutableMap.builder();
        visibleTables(namespaces(namespace)).forEach(table -> relations.put(table, new TableInfo(table, ExtendedRelationType.TABLE)));
        namespaces(namespace).flatMap(schema -> state.views(schema).stream()).forEach(view -> views.relationType(view).ifPresent(type -> {
            SchemaTableName name = sqlName(view);
            relations.put(name, new TableInfo(name, type));
        }));
        return ImmutableList.copyOf(relations.buildKeepingLast().values());
    }

    /**
     * All tables but those that hold the rows of materialized views, as Trino's own catalogs show them. Only names that look
     * like storage are looked up among the views.
     */
    private List<SchemaTableName> visibleTables(Stream<Namespace> namespaces)
    {
        List<SchemaTableName> tables = namespaces
                .flatMap(namespace -> version.state().tables(namespace).stream())
                .map(IceGateTrinoCatalog::sqlName)
                .distinct()
                .collect(toImmutableList());
        if (!hideStorageTables || tables.stream().noneMatch(table -> STORAGE_TABLE.matcher(table.getTableName()).matches())) {
            return tables;
        }
        Set<SchemaTableName> storage = version.state().namespaces().stream()
                .flatMap(namespace -> version.state().views(namespace).stream())
                .flatMap(view -> views.storageTable(sqlName(view)).stream())
                .collect(toImmutableSet());
        return tables.stream().filter(table -> !storage.contains(table)).collect(toImmutableList());
    }

    private static SchemaTableName sqlName(TableIdentifier identifier)
    {
        return new SchemaTableName(CatalogNames.schemaName(identifier.namespace()), identifier.name());
    }

    private Stream<Namespace> namespaces(Optional<String> namespace)
    {
        return namespace.map(name -> names().namespace(name).stream()).orElseGet(() -> version.state().namespaces().stream());
    }

    @Override
    public List<SchemaTableName> listIcebergTables(ConnectorSession session, List<String> filter)
    {
        Stream<Namespace> namespaces = filter.isEmpty() ? namespaces(Optional.empty()) : filter.stream().flatMap(name -> namespaces(Optional.of(name)));
        return visibleTables(namespaces);
    }

    @Override
    public Optional<Iterator<RelationColumnsMetadata>> streamRelationColumns(ConnectorSession session, Optional<String> namespace, UnaryOperator<Set<SchemaTableName>> relationFilter, Predicate<SchemaTableName> isRedirected)
    {
        return Optional.empty();
    }

    @Override
    public Optional<Iterator<RelationCommentMetadata>> streamRelationComments(ConnectorSession session, Optional<String> namespace, UnaryOperator<Set<SchemaTableName>> relationFilter, Predicate<SchemaTableName> isRedirected)
    {
        return Optional.empty();
    }

    @Override
    public Map<SchemaTableName, List<ColumnMetadata>> tryGetColumnMetadata(ConnectorSession session, List<SchemaTableName> tables)
    {
        return ImmutableMap.of();
    }

    @Override
    public Transaction newCreateTableTransaction(ConnectorSession session, SchemaTableName name, Schema schema, PartitionSpec partitionSpec, SortOrder sortOrder, Optional<String> location, Map<String, String> properties)
    {
        return newCreateTableTransaction(session, name, schema, partitionSpec, sortOrder, location, properties, Optional.of(session.getUser()));
    }

    @Override
    public Transaction newCreateOrReplaceTableTransaction(ConnectorSession session, SchemaTableName name, Schema schema, PartitionSpec partitionSpec, SortOrder sortOrder, String location, Map<String, String> properties)
    {
        return newCreateOrReplaceTableTransaction(session, name, schema, partitionSpec, sortOrder, location, properties, Optional.of(session.getUser()));
    }

    @Override
    public void registerTable(ConnectorSession session, SchemaTableName name, TableMetadata metadata)
    {
        try {
            catalog.registerTable(names().relationOrNew(name), metadata.metadataFileLocation());
        }
        catch (AlreadyExistsException e) {
            throw new TrinoException(ALREADY_EXISTS, e.getMessage(), e);
        }
        invalidateTableCache(name);
    }

    @Override
    public void unregisterTable(ConnectorSession session, SchemaTableName name)
    {
        if (!catalog.dropTable(existing(name), false)) {
            throw new TableNotFoundException(name);
        }
        invalidateTableCache(name);
    }

    /**
     * Deletes the folder of the table. Segments lie elsewhere and are collected by the table's UUID.
     */
    @Override
    public void dropTable(ConnectorSession session, SchemaTableName name)
    {
        String location = loadTable(session, name).location();
        unregisterTable(session, name);
        deleteFolder(session, name, location);
    }

    @Override
    public void dropCorruptedTable(ConnectorSession session, SchemaTableName name)
    {
        String metadataLocation = version.state().object(existing(name))
                .filter(object -> object.kind() == ObjectKind.TABLE)
                .map(CatalogObject::metadataLocation)
                .orElseThrow(() -> new TableNotFoundException(name));
        unregisterTable(session, name);
        deleteFolder(session, name, METADATA_FILE.matcher(metadataLocation).replaceFirst(""));
    }

    /**
     * Deletes the folder of a table that left the catalog, unless another table or view has files in it by now.
     */
    private void deleteFolder(ConnectorSession session, SchemaTableName name, String location)
    {
        Optional<TableIdentifier> owner = catalog.findByLocation(location);
        if (owner.isPresent()) {
            log.warn("drop table=%s folder=%s outcome=kept: %s lies there", name, location, owner.orElseThrow());
            return;
        }
        deleteTableDirectory(fileSystemFactory.create(session), name, location);
    }

    @Override
    public void renameTable(ConnectorSession session, SchemaTableName from, SchemaTableName to)
    {
        rename(from, to, () -> catalog.renameTable(existing(from), names().relationOrNew(to)));
    }

    private void rename(SchemaTableName from, SchemaTableName to, Runnable rename)
    {
        try {
            rename.run();
        }
        catch (NoSuchNamespaceException e) {
            throw new SchemaNotFoundException(to.getSchemaName(), e);
        }
        catch (AlreadyExistsException e) {
            throw new TrinoException(ALREADY_EXISTS, e.getMessage(), e);
        }
        invalidateTableCache(from);
        invalidateTableCache(to);
    }

    @Override
    public String defaultTableLocation(ConnectorSession session, SchemaTableName name)
    {
        return catalog.newLocation(names().relationOrNew(name));
    }

    @Override
    public void setTablePrincipal(ConnectorSession session, SchemaTableName name, TrinoPrincipal principal)
    {
        throw notSupported("set the owner of a table");
    }

    @Override
    public Optional<CatalogSchemaTableName> redirectTable(ConnectorSession session, SchemaTableName name, String hiveCatalogName)
    {
        return Optional.empty();
    }

    @Override
    public void createView(ConnectorSession session, SchemaTableName name, ConnectorViewDefinition definition, Map<String, Object> properties, boolean replace)
    {
        existingNamespace(name.getSchemaName());
        views.create(name, definition, properties, replace, defaultTableLocation(session, name));
    }

    @Override
    public Optional<ConnectorViewDefinition> getView(ConnectorSession session, SchemaTableName name)
    {
        return views.view(name);
    }

    @Override
    public Map<String, Object> getViewProperties(ConnectorSession session, SchemaTableName name)
    {
        return views.properties(name);
    }

    @Override
    public void updateViewComment(ConnectorSession session, SchemaTableName name, Optional<String> comment)
    {
        views.setComment(name, comment);
    }

    @Override
    public void updateViewColumnComment(ConnectorSession session, SchemaTableName name, String columnName, Optional<String> comment)
    {
        views.setColumnComment(name, columnName, comment);
    }

    @Override
    public void renameView(ConnectorSession session, SchemaTableName source, SchemaTableName target)
    {
        rename(source, target, () -> catalog.renameView(existing(source), names().relationOrNew(target)));
    }

    @Override
    public void setViewPrincipal(ConnectorSession session, SchemaTableName name, TrinoPrincipal principal)
    {
        throw notSupported("set the owner of a view");
    }

    @Override
    public void dropView(ConnectorSession session, SchemaTableName name)
    {
        views.drop(name);
    }

    @Override
    public void createMaterializedView(ConnectorSession session, SchemaTableName name, ConnectorMaterializedViewDefinition definition, Map<String, Object> properties, boolean replace, boolean ignoreExisting)
    {
        Optional<SchemaTableName> before = views.storageTable(name);
        if (before.isPresent() && !replace) {
            if (ignoreExisting) {
                return;
            }
            throw new TrinoException(ALREADY_EXISTS, "Materialized view already exists: " + name);
        }
        SchemaTableName storage = createMaterializedViewStorageTable(session, name, definition, properties);
        version.forget();
        try {
            views.createMaterialized(name, definition, storage, replace, defaultTableLocation(session, name));
        }
        catch (RuntimeException e) {
            dropTable(session, storage);
            throw e;
        }
        before.ifPresent(table -> dropTable(session, table));
    }

    @Override
    protected Optional<ConnectorMaterializedViewDefinition> doGetMaterializedView(ConnectorSession session, SchemaTableName name)
    {
        return views.storageTable(name).map(storage -> {
            IceGateViews.Materialized view = views.materialized(name);
            return getMaterializedViewDefinition(view.owner(), view.definition(), storage);
        });
    }

    @Override
    public Optional<BaseTable> getMaterializedViewStorageTable(ConnectorSession session, SchemaTableName name)
    {
        return views.storageTable(name).map(storage -> loadTable(session, storage));
    }

    /**
     * The tables of this catalog that the rows of a materialized view came from, as its last refresh wrote them down.
     */
    public List<SchemaTableName> materializedViewSources(ConnectorSession session, SchemaTableName name)
    {
        return getMaterializedViewStorageTable(session, name)
                .map(BaseTable::currentSnapshot)
                .map(snapshot -> snapshot.summary().getOrDefault(MATERIALIZED_VIEW_SOURCES, ""))
                .map(sources -> Splitter.on(',').omitEmptyStrings().splitToStream(sources)
                        .map(SOURCE::matcher)
                        .filter(Matcher::matches)
                        .map(source -> new SchemaTableName(source.group(1), source.group(2)))
                        .collect(toImmutableList()))
                .orElse(ImmutableList.of());
    }

    @Override
    public void updateMaterializedViewColumnComment(ConnectorSession session, SchemaTableName name, String columnName, Optional<String> comment)
    {
        ConnectorMaterializedViewDefinition definition = doGetMaterializedView(session, name).orElseThrow(() -> new TableNotFoundException(name));
        views.setMaterializedColumnComment(name, definition, columnName, comment);
    }

    @Override
    public void dropMaterializedView(ConnectorSession session, SchemaTableName name)
    {
        SchemaTableName storage = views.storageTable(name).orElseThrow(() -> new TableNotFoundException(name));
        views.drop(name);
        if (names().relation(storage).isPresent()) {
            dropTable(session, storage);
        }
    }

    @Override
    public void renameMaterializedView(ConnectorSession session, SchemaTableName source, SchemaTableName target)
    {
        renameView(session, source, target);
    }

    private static TrinoException notSupported(String action)
    {
        return new TrinoException(NOT_SUPPORTED, "Cannot %s: the icegate catalog has no owners and its schemas keep their names".formatted(action));
    }
}

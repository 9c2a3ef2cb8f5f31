package io.icegate.catalog;

import io.icegate.catalog.log.CatalogCommitResult;
import io.icegate.catalog.log.CatalogEnvironment;
import io.icegate.catalog.log.CatalogFormat;
import io.icegate.catalog.log.CatalogLog;
import io.icegate.catalog.log.ChangeScope;
import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogChanges;
import io.icegate.catalog.state.CatalogCommit;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.Folders;
import io.icegate.catalog.state.ObjectKind;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.StoreSelfCheck;
import io.icegate.objectstore.Warehouse;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.CloseableGroup;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.view.BaseMetastoreViewCatalog;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewOperations;
import org.apache.iceberg.view.ViewUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * Iceberg catalog that needs an object store and no other service. Any number of processes may open it at once; {@link
 * CatalogLog} orders their commits.
 *
 * <p>It opens as an ordinary {@code catalog-impl}. {@code warehouse} names the folder, bucket or store; {@link
 * Warehouses#open} lists the properties of the store; {@code io-impl} replaces the default {@link ObjectStoreFileIO}.
 *
 * <p>{@code catalog.at-version} or {@code catalog.at-timestamp} (ISO 8601 or milliseconds) opens the catalog as it was then,
 * for reading only.
 *
 * <p>A table or view created without a location gets a folder of its own, and no two share one ({@link #newLocation}).
 *
 * <p>Every change, of one table or of many, is atomic and durable when the call returns. After {@link
 * CommitStateUnknownException} it may have happened, or may still happen. Any other exception means that it did not happen
 * and will not. Reads see every change that was acknowledged before them.
 */
public final class ObjectStoreCatalog
        extends BaseMetastoreViewCatalog
        implements SupportsNamespaces, Closeable
{
    private static final Logger log = LoggerFactory.getLogger(ObjectStoreCatalog.class);

    private @Nullable Parts parts;
    /**
     * Shares the parts of a catalog that closes them.
     */
    private boolean isView;

    /**
     * Creates a closed catalog for Iceberg, which calls {@link #initialize} next.
     */
    public ObjectStoreCatalog() {}

    private record Parts(String name, Map<String, String> properties, Warehouse warehouse, FileIO io, CatalogLog log, CommitGuards guards, CatalogLocations locations, Optional<CatalogPin> pin, Optional<RequestKey> request, CloseableGroup closeables)
    {
        private Parts forRequest(RequestKey key)
        {
            return new Parts(name, properties, warehouse, io, log, guards, locations, pin, Optional.of(key), closeables);
        }

        private Parts at(CatalogPin at)
        {
            return new Parts(name, properties, warehouse, io, log, guards, locations, Optional.of(at), request, closeables);
        }

        private Parts withIo(FileIO other)
        {
            return new Parts(name, properties, warehouse, other, log, guards, locations, pin, request, closeables);
        }
    }

    /**
     * Names a request that may come again.
     */
    private record RequestKey(String id, Optional<String> digest) {}

    /**
     * Opens a catalog on a warehouse and a FileIO that stay the caller's to close. No request is made.
     */
    public static ObjectStoreCatalog open(String name, Warehouse warehouse, FileIO io, Map<String, String> properties)
    {
        return open(name, warehouse, io, properties, CatalogEnvironment.system(), CommitGuards.load());
    }

    static ObjectStoreCatalog open(String name, Warehouse warehouse, FileIO io, Map<String, String> properties, CatalogEnvironment environment, CommitGuards guards)
    {
        ObjectStoreCatalog catalog = new ObjectStoreCatalog();
        catalog.start(name, warehouse, io, properties, environment, guards, new CloseableGroup());
        return catalog;
    }

    @Override
    public void initialize(String name, Map<String, String> properties)
    {
        String location = properties.get(CatalogProperties.WAREHOUSE_LOCATION);
        if (location == null) {
            throw new IllegalArgumentException("Cannot open catalog %s: property '%s' is missing".formatted(name, CatalogProperties.WAREHOUSE_LOCATION));
        }
        Warehouse warehouse = Warehouses.open(location, properties);
        String ioClass = properties.get(CatalogProperties.FILE_IO_IMPL);
        FileIO io = ioClass == null || ioClass.equals(ObjectStoreFileIO.class.getName())
                ? new ObjectStoreFileIO(warehouse, properties)
                : CatalogUtil.loadFileIO(ioClass, properties, null);
        CloseableGroup closeables = new CloseableGroup();
        closeables.addCloseable(io);
        closeables.addCloseable(warehouse.store());
        start(name, warehouse, io, properties, CatalogEnvironment.system(), CommitGuards.load(), closeables);
    }

    private void start(String name, Warehouse warehouse, FileIO io, Map<String, String> properties, CatalogEnvironment environment, CommitGuards guards, CloseableGroup closeables)
    {
        if (parts != null) {
            throw new IllegalStateException("Cannot open catalog %s: it is already open".formatted(name));
        }
        Duration retention = Warehouses.isLocal(warehouse.root()) ? CatalogFormat.RETENTION_LOCAL : CatalogFormat.RETENTION;
        CatalogLog catalogLog = new CatalogLog(warehouse.store(), environment, () -> ProgramName.of(properties), id -> CatalogFormat.create(id, retention), () -> StoreSelfCheck.verify(warehouse.store()));
        closeables.setSuppressCloseFailure(true);
        parts = new Parts(
                requireNonNull(name, "name is null"),
                Map.copyOf(properties),
                warehouse,
                requireNonNull(io, "io is null"),
                catalogLog,
                guards,
                new CatalogLocations(warehouse.root()),
                CatalogPin.fromProperties(properties),
                Optional.empty(),
                closeables);
    }

    private Parts parts()
    {
        if (parts == null) {
            throw new IllegalStateException("Cannot use the catalog: it was not initialized");
        }
        return parts;
    }

    @Override
    public String name()
    {
        return parts().name;
    }

    @Override
    protected Map<String, String> properties()
    {
        return parts().properties;
    }

    public Warehouse warehouse()
    {
        return parts().warehouse;
    }

    public FileIO io()
    {
        return parts().io;
    }

    /**
     * Whether there is a catalog in the warehouse. The first use of any other method creates one.
     */
    public boolean exists()
    {
        return parts().log.exists();
    }

    /**
     * The version after which {@link #changes} begin; what was before is collected.
     */
    public long floor()
    {
        return parts().log.floor();
    }

    /**
     * Reads the newest state. It holds every change that any process acknowledged before this call. Costs one request when this
     * process is up to date, and never reads the metadata of tables.
     */
    public CatalogState state()
    {
        Parts open = parts();
        return open.pin.isPresent() ? open.pin.orElseThrow().state(open.log) : open.log.state();
    }

    /**
     * The newest state that this process has seen, without a request; empty before its first. Others may have committed since.
     */
    public Optional<CatalogState> lastState()
    {
        Parts open = parts();
        return open.pin.isPresent() ? Optional.of(state()) : open.log.lastState();
    }

    /**
     * Reads the state at a version. The state of a version never changes.
     *
     * @throws IllegalArgumentException when the version does not exist yet
     * @throws NotFoundException when its records were collected
     */
    public CatalogState stateAt(long version)
    {
        return parts().log.stateAt(version);
    }

    /**
     * The last state whose time is not after the given one.
     *
     * @throws NotFoundException when its records were collected
     */
    public CatalogState stateAsOf(Instant time)
    {
        return parts().log.stateAsOf(time);
    }

    /**
     * Reads what was committed after a version, oldest first, in portions. Go on with the last version of a portion. Costs
     * one request when there is nothing new.
     *
     * @throws IllegalArgumentException when the version does not exist yet
     * @throws NotFoundException when the next record was collected: read {@link #state} anew
     */
    public List<CatalogCommit> changes(long fromVersion)
    {
        return parts().log.changes(fromVersion);
    }

    /**
     * Deletes what the log no longer needs, see {@link CatalogLog#collect}, and metadata files in this warehouse that were
     * replaced longer ago than the retention.
     *
     * @return how many objects of the log were deleted
     */
    public long collectLog()
    {
        return parts().log.collect(this::deleteMetadata);
    }

    private void deleteMetadata(Set<String> locations)
    {
        new PurgeFileIO(io(), location -> Folders.isInside(location, warehouse().root())).deleteFiles(locations);
    }

    /**
     * The name of a table now.
     */
    public Optional<TableIdentifier> findTable(UUID uuid)
    {
        return state().tableByUuid(uuid);
    }

    /**
     * A table as it is in the given state; it can be read but not changed.
     *
     * @throws NoSuchTableException when it does not exist there
     */
    public Table loadTable(TableIdentifier identifier, CatalogState pinned)
    {
        CatalogObject table = pinned.object(identifier, ObjectKind.TABLE)
                .orElseThrow(() -> new NoSuchTableException("Table does not exist: %s", identifier));
        return new BaseTable(new StaticTableOperations(table.metadataLocation(), io()), fullTableName(name(), identifier));
    }

    /**
     * Returns what to commit in place of {@code next}. Engines that write metadata files themselves call this first, then
     * write the file, then call {@link #commitTable}. The other methods of this class include both calls.
     *
     * @param base what the commit replaces; null for a new table
     * @throws org.apache.iceberg.exceptions.ValidationException when the commit breaks a rule; never retried
     * @throws CommitFailedException when the table was created anew meanwhile
     */
    public TableMetadata guard(@Nullable TableMetadata base, TableMetadata next)
    {
        if (base != null && !Objects.equals(base.uuid(), next.uuid())) {
            throw new CommitFailedException("Cannot commit to table at %s: its UUID would change from %s to %s", next.location(), base.uuid(), next.uuid());
        }
        parts().locations.folders(next.location(), next.properties());
        return parts().guards.check(base, next);
    }

    /**
     * Moves a table to a metadata file that was written before. Deletes no file, even when it fails.
     *
     * @param base what the file was built from; null to create or register the table
     * @param guardedNext content of the file, as {@link #guard} returned it
     * @throws org.apache.iceberg.exceptions.ValidationException when its location, or where its properties put files, is at,
     *         in or around that of another table or view
     * @throws CommitFailedException when the table moved meanwhile: build again
     * @throws CommitStateUnknownException when it may be committed: keep all files
     */
    public void commitTable(TableIdentifier identifier, @Nullable TableMetadata base, TableMetadata guardedNext, String metadataLocation)
    {
        parts().guards.verifyChecked(base, guardedNext);
        CatalogObject after = tableObject(guardedNext, metadataLocation);
        Optional<String> before = base == null ? Optional.empty() : Optional.of(base.metadataFileLocation());
        commit(ChangeScope.MOVED, state -> CatalogChanges.put(state, identifier, after, before));
    }

    CatalogObject tableObject(TableMetadata metadata, String metadataLocation)
    {
        UUID uuid = CatalogChanges.uuid(ObjectKind.TABLE, metadataLocation, String.valueOf(metadata.uuid()));
        return new CatalogObject(ObjectKind.TABLE, uuid, metadataLocation, parts().locations.folders(metadata.location(), metadata.properties()));
    }

    /**
     * As {@link #commitTable}, for a view.
     */
    public void commitView(TableIdentifier identifier, @Nullable ViewMetadata base, ViewMetadata next, String metadataLocation)
    {
        UUID uuid = CatalogChanges.uuid(ObjectKind.VIEW, metadataLocation, next.uuid());
        CatalogObject after = new CatalogObject(ObjectKind.VIEW, uuid, metadataLocation, parts().locations.folders(next.location(), next.properties()));
        Optional<String> before = base == null ? Optional.empty() : Optional.of(requireNonNull(base.metadataFileLocation(), "metadataFileLocation is null"));
        commit(ChangeScope.MOVED, state -> CatalogChanges.put(state, identifier, after, before));
    }

    /**
     * Changes several tables in one step, which others see as a whole or not at all. The requirements of each commit are
     * checked against the newest table, so a concurrent change that they allow is no conflict. A table that must not exist
     * ({@code AssertTableDoesNotExist}) is created.
     *
     * @throws CommitFailedException when a requirement fails: nothing was changed
     * @throws CommitStateUnknownException when it may be committed: keep all files
     */
    public void commitTransaction(List<TableCommit> commits)
    {
        newTransaction(commits).commit(parts().log.newId().toString(), Optional.empty());
    }

    /**
     * As above, and only once: the same id, sent again within the idempotency window by any process, has no second effect.
     *
     * @param id chosen by the caller, at most 128 characters
     * @param digest of the request; the same id with another digest is refused
     * @throws org.apache.iceberg.exceptions.UnprocessableEntityException when the id was used for another request
     */
    public void commitTransaction(String id, String digest, List<TableCommit> commits)
    {
        newTransaction(commits).commit(id, Optional.of(digest));
    }

    /**
     * Changes one table, which exists, as {@link #commitTransaction(List)} does.
     *
     * @return what the table became, or is when the updates change nothing
     */
    public TableMetadata updateTable(TableCommit commit)
    {
        TablesTransaction transaction = newTransaction(List.of(commit));
        Optional<RequestKey> request = parts().request;
        String id = request.map(RequestKey::id).orElseGet(() -> parts().log.newId().toString());
        CatalogCommitResult result = transaction.commit(id, request.flatMap(RequestKey::digest));
        if (result.isRepetition()) {
            throw new CommittedBeforeException(id, result.version());
        }
        return transaction.current(commit.identifier());
    }

    private TablesTransaction newTransaction(List<TableCommit> commits)
    {
        verifyChangeable();
        return new TablesTransaction(this, parts().log, io(), commits);
    }

    /**
     * This catalog for one request that changes one thing and may come again: every commit through the returned catalog is the
     * transaction of this id, so it happens once, whichever process is asked. When it had happened before, {@link
     * CommittedBeforeException} is thrown.
     *
     * @param id chosen by the caller, at most 128 characters
     * @param digest of the request; the same id with another digest is refused
     * @return what shares everything with this catalog, and is not to be closed
     */
    public ObjectStoreCatalog forRequest(String id, String digest)
    {
        return view(parts().forRequest(new RequestKey(id, Optional.of(digest))));
    }

    /**
     * This catalog, with another FileIO for metadata.
     *
     * @param io stays the caller's to close
     * @return what shares everything else with this catalog, and is not to be closed
     */
    public ObjectStoreCatalog withIo(FileIO io)
    {
        return view(parts().withIo(requireNonNull(io, "io is null")));
    }

    /**
     * This catalog as it was at a version or time, for reading only.
     *
     * @param properties {@code catalog.at-version} or {@code catalog.at-timestamp}, as {@link #initialize} takes them
     * @return what shares everything else with this catalog, and is not to be closed; it says at the first use whether the state is there
     * @throws IllegalArgumentException when they name no version or time
     */
    public ObjectStoreCatalog at(Map<String, String> properties)
    {
        return view(parts().at(CatalogPin.fromProperties(properties).orElseThrow(() -> new IllegalArgumentException("Cannot read the catalog as it was: neither version nor time is given"))));
    }

    /**
     * This catalog as it is in a state, for reading only.
     *
     * @return what shares everything else with this catalog, and is not to be closed
     */
    public ObjectStoreCatalog at(CatalogState state)
    {
        return view(parts().at(CatalogPin.of(state)));
    }

    private static ObjectStoreCatalog view(Parts parts)
    {
        ObjectStoreCatalog view = new ObjectStoreCatalog();
        view.parts = parts;
        view.isView = true;
        return view;
    }

    /**
     * What the request of this id changed; empty when it changed nothing within the idempotency window.
     *
     * @throws org.apache.iceberg.exceptions.UnprocessableEntityException when the id was used for a request of another digest
     */
    public Optional<CatalogCommitResult> committed(String id, String digest)
    {
        return parts().log.committed(id, Optional.of(digest));
    }

    /**
     * How long the id of a request is remembered at least.
     */
    public Duration idempotencyWindow()
    {
        return parts().log.idempotencyWindow();
    }

    private CatalogCommitResult commit(Function<CatalogState, List<CatalogChange>> change)
    {
        return commit(ChangeScope.CATALOG, change);
    }

    private CatalogCommitResult commit(ChangeScope scope, Function<CatalogState, List<CatalogChange>> change)
    {
        verifyChangeable();
        Parts open = parts();
        if (open.request.isEmpty()) {
            return open.log.commit(open.log.newId().toString(), Optional.empty(), scope, change);
        }
        RequestKey request = open.request.orElseThrow();
        CatalogCommitResult result = open.log.commit(request.id(), request.digest(), scope, change);
        if (result.isRepetition()) {
            throw new CommittedBeforeException(request.id(), result.version());
        }
        return result;
    }

    private void verifyChangeable()
    {
        parts().pin.ifPresent(pin -> {
            throw new UnsupportedOperationException("Cannot change catalog %s: it was opened with %s".formatted(name(), pin));
        });
    }

    /**
     * Deletes the metadata file if the commit failed for certain.
     */
    void commitOrDelete(Optional<String> written, Runnable commit)
    {
        try {
            commit.run();
        }
        catch (CommitStateUnknownException e) {
            throw e;
        }
        catch (RuntimeException e) {
            written.ifPresent(location -> deleteAfterFailure(location, e));
            throw e;
        }
    }

    private void deleteAfterFailure(String location, RuntimeException failure)
    {
        try {
            io().deleteFile(location);
        }
        catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    protected TableOperations newTableOps(TableIdentifier identifier)
    {
        return newTableOperations(identifier, this::state);
    }

    ObjectStoreTableOperations newTableOperations(TableIdentifier identifier, Supplier<CatalogState> state)
    {
        return new ObjectStoreTableOperations(this, identifier, fullTableName(name(), identifier), io(), state);
    }

    @Override
    protected ViewOperations newViewOps(TableIdentifier identifier)
    {
        return new ObjectStoreViewOperations(this, identifier, ViewUtil.fullViewName(name(), identifier), io());
    }

    @Override
    protected String defaultWarehouseLocation(TableIdentifier identifier)
    {
        return newLocation(identifier);
    }

    /**
     * Chooses the location of a table or view that is created without one: a new folder inside that of the namespace, never
     * returned twice. Engines that choose locations themselves take them from here.
     */
    public String newLocation(TableIdentifier identifier)
    {
        return parts().locations.unique(state(), identifier, parts().log.newId());
    }

    /**
     * Finds the table or view that now owns a folder at, in or around the location. An engine that deletes the folder of a
     * dropped table calls this after the drop, and deletes only if the answer is empty.
     */
    public Optional<TableIdentifier> findByLocation(String location)
    {
        return state().folderOwner(CatalogLocations.canonical(location));
    }

    /**
     * Refuses to let a table take the files of a folder for its own when they belong to the WAL or to another table or view.
     * A table deletes what no snapshot of it needs, so the first expiry would destroy them.
     *
     * @param tableLocation of the table that files are added to
     * @param location where these files are
     */
    public void verifyAdoptable(TableIdentifier table, String tableLocation, String location)
    {
        String folder = CatalogLocations.canonical(location);
        if (Folders.isInside(folder, CatalogLocations.canonical(tableLocation))) {
            return;
        }
        Optional<String> owner = parts().locations.overlappingReserved(folder).or(() -> state().folderOwner(folder).map(TableIdentifier::toString));
        if (owner.isPresent()) {
            throw new ValidationException("Cannot add files of %s to table %s: they belong to %s, and %s would delete them with its snapshots; INSERT copies their rows", location, table, owner.orElseThrow(), table);
        }
    }

    @Override
    public List<TableIdentifier> listTables(Namespace namespace)
    {
        CatalogState state = state();
        verifyListed(state, namespace, "tables");
        return state.tables(namespace);
    }

    @Override
    public List<TableIdentifier> listViews(Namespace namespace)
    {
        CatalogState state = state();
        verifyListed(state, namespace, "views");
        return state.views(namespace);
    }

    private static void verifyListed(CatalogState state, Namespace namespace, String what)
    {
        if (!namespace.isEmpty() && !state.namespaceExists(namespace)) {
            throw new NoSuchNamespaceException("Cannot list %s for namespace. Namespace does not exist: %s", what, namespace);
        }
    }

    /**
     * Drops the table first and then, with purge, deletes its files. A crash in between leaves garbage, never a broken table.
     * Files in the folder of another table or view stay, even if the dropped metadata names them, and so do segments of
     * another table.
     */
    @Override
    public boolean dropTable(TableIdentifier identifier, boolean purge)
    {
        Optional<String> dropped = drop(identifier, ObjectKind.TABLE);
        if (purge) {
            dropped.ifPresent(location -> purge(identifier, location));
        }
        return dropped.isPresent();
    }

    private void purge(TableIdentifier identifier, String location)
    {
        TableMetadata last;
        try {
            last = TableMetadataParser.read(io(), location);
        }
        catch (NotFoundException e) {
            log.warn("purge table={} metadata={} outcome=missing: its files stay", identifier, location, e);
            return;
        }
        CatalogState others = state();
        CatalogUtil.dropTableData(new PurgeFileIO(io(), file -> isPurgeable(others, last, CatalogLocations.canonical(file))), last);
    }

    private boolean isPurgeable(CatalogState others, TableMetadata dropped, String file)
    {
        return others.folderOwner(file).isEmpty() && parts().locations.mayOwn(String.valueOf(dropped.uuid()), file);
    }

    @Override
    public boolean dropView(TableIdentifier identifier)
    {
        return drop(identifier, ObjectKind.VIEW).isPresent();
    }

    /**
     * Drops a table or view without its files, but only as somebody knows it.
     *
     * @param metadataLocation that it must have
     * @throws CommitFailedException when it has another one, or is gone: nothing was dropped
     */
    public void dropAt(TableIdentifier identifier, String metadataLocation)
    {
        commit(state -> {
            CatalogObject present = state.object(identifier)
                    .filter(object -> object.metadataLocation().equals(metadataLocation))
                    .orElseThrow(() -> new CommitFailedException("Cannot drop %s: its metadata is no longer %s", identifier, metadataLocation));
            return CatalogChanges.drop(state, identifier, present.kind());
        });
    }

    private Optional<String> drop(TableIdentifier identifier, ObjectKind kind)
    {
        return commit(state -> CatalogChanges.drop(state, identifier, kind)).changes().stream()
                .map(ObjectChange.class::cast)
                .findFirst()
                .flatMap(ObjectChange::before);
    }

    @Override
    public void renameTable(TableIdentifier from, TableIdentifier to)
    {
        rename(from, to, ObjectKind.TABLE);
    }

    @Override
    public void renameView(TableIdentifier from, TableIdentifier to)
    {
        rename(from, to, ObjectKind.VIEW);
    }

    private void rename(TableIdentifier from, TableIdentifier to, ObjectKind kind)
    {
        if (!from.equals(to)) {
            commit(state -> CatalogChanges.rename(state, from, to, kind));
        }
    }

    @Override
    public void createNamespace(Namespace namespace, Map<String, String> metadata)
    {
        CatalogLocations.verifyName(namespace);
        Map<String, String> properties = Map.copyOf(metadata);
        commit(state -> CatalogChanges.createNamespace(state, namespace, properties));
    }

    @Override
    public boolean namespaceExists(Namespace namespace)
    {
        return state().namespaceExists(namespace);
    }

    @Override
    public boolean dropNamespace(Namespace namespace)
    {
        return !commit(state -> CatalogChanges.dropNamespace(state, namespace)).changes().isEmpty();
    }

    @Override
    public boolean setProperties(Namespace namespace, Map<String, String> properties)
    {
        Map<String, String> added = Map.copyOf(properties);
        commit(state -> CatalogChanges.editNamespace(state, namespace, before -> {
            before.putAll(added);
            return before;
        }));
        return true;
    }

    @Override
    public boolean removeProperties(Namespace namespace, Set<String> properties)
    {
        Set<String> removed = Set.copyOf(properties);
        commit(state -> CatalogChanges.editNamespace(state, namespace, before -> {
            before.keySet().removeAll(removed);
            return before;
        }));
        return true;
    }

    /**
     * Sets and removes properties of a namespace in one step.
     *
     * @throws NoSuchNamespaceException when it does not exist
     */
    public void editProperties(Namespace namespace, Map<String, String> updates, Set<String> removals)
    {
        Map<String, String> added = Map.copyOf(updates);
        Set<String> removed = Set.copyOf(removals);
        commit(state -> CatalogChanges.editNamespace(state, namespace, before -> {
            before.keySet().removeAll(removed);
            before.putAll(added);
            return before;
        }));
    }

    @Override
    public Map<String, String> loadNamespaceMetadata(Namespace namespace)
    {
        CatalogState state = state();
        CatalogChanges.verifyNamespace(state, namespace);
        return Collections.unmodifiableMap(new HashMap<>(state.properties(namespace))); // callers ask containsKey(null)
    }

    @Override
    public List<Namespace> listNamespaces(Namespace namespace)
    {
        List<Namespace> inside = state().namespaces().stream()
                .filter(other -> CatalogChanges.isInside(other, namespace))
                .toList();
        if (!namespace.isEmpty() && inside.isEmpty()) {
            throw new NoSuchNamespaceException("Namespace does not exist: %s", namespace);
        }
        return inside.stream()
                .filter(other -> other.length() > namespace.length())
                .map(other -> Namespace.of(Arrays.copyOf(other.levels(), namespace.length() + 1)))
                .distinct()
                .toList();
    }

    @Override
    public void close()
            throws IOException
    {
        if (parts != null && !isView) {
            parts.log.close();
            parts.closeables.close();
            super.close();
        }
    }
}

package io.icegate.trino.metadata;

import com.google.common.collect.ImmutableList;
import io.airlift.json.JsonCodec;
import io.airlift.slice.Slice;
import io.airlift.units.Duration;
import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.icegate.trino.config.Guards;
import io.icegate.trino.config.IceGateSessionProperties;
import io.icegate.trino.config.RowLevelChanges;
import io.icegate.trino.live.HeldTables;
import io.icegate.trino.live.LiveStatistics;
import io.icegate.trino.live.WalPin;
import io.icegate.trino.live.WalReads;
import io.icegate.trino.live.WalTable;
import io.icegate.trino.live.WatermarkTable;
import io.icegate.trino.split.TimeFilters;
import io.icegate.wal.lease.StatementHolds;
import io.trino.metastore.HiveMetastoreFactory;
import io.trino.plugin.base.classloader.ClassLoaderSafeSystemTable;
import io.trino.plugin.iceberg.CommitTaskData;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergFileSystemFactory;
import io.trino.plugin.iceberg.IcebergMetadata;
import io.trino.plugin.iceberg.IcebergMetadataColumn;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.plugin.iceberg.TableStatisticsReader;
import io.trino.plugin.iceberg.TableStatisticsWriter;
import io.trino.plugin.iceberg.TableType;
import io.trino.plugin.iceberg.delete.DeletionVectorWriter;
import io.trino.plugin.iceberg.procedure.IcebergTableProcedureId;
import io.trino.spi.TrinoException;
import io.trino.spi.catalog.CatalogName;
import io.trino.spi.connector.BeginTableExecuteResult;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ColumnMetadata;
import io.trino.spi.connector.ColumnPosition;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorAnalyzeMetadata;
import io.trino.spi.connector.ConnectorExpressionEvaluator;
import io.trino.spi.connector.ConnectorMaterializedViewDefinition;
import io.trino.spi.connector.ConnectorMergeTableHandle;
import io.trino.spi.connector.ConnectorOutputMetadata;
import io.trino.spi.connector.ConnectorOutputTableHandle;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTableExecuteHandle;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.ConnectorTableLayout;
import io.trino.spi.connector.ConnectorTableMetadata;
import io.trino.spi.connector.ConnectorTableProperties;
import io.trino.spi.connector.ConnectorTableVersion;
import io.trino.spi.connector.Constraint;
import io.trino.spi.connector.ConstraintApplicationResult;
import io.trino.spi.connector.MaterializedViewFreshness;
import io.trino.spi.connector.MaterializedViewFreshness.Freshness;
import io.trino.spi.connector.RetryMode;
import io.trino.spi.connector.SaveMode;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.connector.SystemTable;
import io.trino.spi.predicate.TupleDomain;
import io.trino.spi.statistics.ComputedStatistics;
import io.trino.spi.statistics.TableStatistics;
import io.trino.spi.type.Type;
import io.trino.spi.type.TypeManager;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Predicate;

import static com.google.common.base.Verify.verify;
import static io.icegate.trino.config.Guard.ANALYZE;
import static io.icegate.trino.config.Guard.EMPTY_TABLE_PREDICATE;
import static io.icegate.trino.config.Guard.ENFORCED_PREDICATE;
import static io.icegate.trino.config.Guard.MATERIALIZED_VIEW_FRESHNESS;
import static io.icegate.trino.config.Guard.MATERIALIZED_VIEW_REFRESH;
import static io.icegate.trino.config.Guard.METADATA_DELETE;
import static io.icegate.trino.config.Guard.OPTIMIZE;
import static io.icegate.trino.config.Guard.PIN_IN_EXECUTE;
import static io.icegate.trino.config.Guard.REPLACE_TABLE;
import static io.icegate.trino.config.Guard.ROW_LEVEL_CHANGES;
import static io.icegate.trino.config.Guard.TABLE_STATISTICS;
import static io.icegate.trino.config.Guard.TIME_FILTER;
import static io.icegate.trino.config.Guard.TIME_TRAVEL;
import static io.icegate.trino.config.Guard.TRUNCATE;
import static io.icegate.trino.config.IceGateErrorCode.ICEGATE_PIN_LOST;
import static io.icegate.trino.metadata.Refusals.changingRows;
import static io.icegate.trino.metadata.Refusals.explained;
import static io.trino.spi.StandardErrorCode.NOT_SUPPORTED;
import static java.util.Comparator.naturalOrder;
import static java.util.Objects.requireNonNull;

/**
 * Trino's Iceberg metadata, and with it the guards: each override below stands at a place where Trino would answer, or
 * change a table, from the snapshot alone. One instance lives as long as a transaction and holds its pins.
 */
final class IceGateMetadata
        extends IcebergMetadata
{
    private static final List<String> SNAPSHOT_TABLE_SUFFIXES = ImmutableList.of("$files", "$partitions");
    private static final String WAL_TABLE_SUFFIX = "$wal";
    private static final String WATERMARK_TABLE_SUFFIX = "$watermark";
    /**
     * Argument of the one table procedure that takes files from elsewhere.
     */
    private static final String ADD_FILES_LOCATION = "location";
    private static final String OPTIMIZE_PROCEDURE = IcebergTableProcedureId.OPTIMIZE.name();

    private final IceGateTrinoCatalog catalog;
    private final WalReads walReads;
    private final HeldTables heldTables;
    private final Guards guards;
    private final LiveStatistics liveStatistics;
    private final Map<SchemaTableName, WalPin> pins = new ConcurrentHashMap<>();
    private final Map<String, WalPin> pinsByToken = new ConcurrentHashMap<>();
    private final Map<UUID, StatementHolds.Share> held = new ConcurrentHashMap<>();
    private final Set<SchemaTableName> changed = ConcurrentHashMap.newKeySet(); // by this transaction, or about to be
    private final Set<SchemaTableName> refreshSources = ConcurrentHashMap.newKeySet();
    private volatile boolean refreshingMaterializedView;

    IceGateMetadata(
            CatalogName catalogName,
            TypeManager typeManager,
            JsonCodec<CommitTaskData> commitTaskCodec,
            IceGateTrinoCatalog catalog,
            IcebergFileSystemFactory fileSystemFactory,
            TableStatisticsReader tableStatisticsReader,
            TableStatisticsWriter tableStatisticsWriter,
            DeletionVectorWriter deletionVectorWriter,
            Optional<HiveMetastoreFactory> metastoreFactory,
            boolean addFilesProcedureEnabled,
            Predicate<String> allowedExtraProperties,
            ExecutorService icebergScanExecutor,
            Executor metadataFetchingExecutor,
            ExecutorService icebergPlanningExecutor,
            ExecutorService icebergFileDeleteExecutor,
            int materializedViewRefreshMaxSnapshotsToExpire,
            Duration materializedViewRefreshSnapshotRetentionPeriod,
            ConnectorExpressionEvaluator evaluator,
            WalReads walReads,
            HeldTables heldTables,
            Guards guards)
    {
        super(catalogName, typeManager, commitTaskCodec, catalog, fileSystemFactory, tableStatisticsReader, tableStatisticsWriter, deletionVectorWriter, metastoreFactory, addFilesProcedureEnabled, allowedExtraProperties, icebergScanExecutor, metadataFetchingExecutor, icebergPlanningExecutor, icebergFileDeleteExecutor, materializedViewRefreshMaxSnapshotsToExpire, materializedViewRefreshSnapshotRetentionPeriod, evaluator);
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.walReads = requireNonNull(walReads, "walReads is null");
        this.heldTables = requireNonNull(heldTables, "heldTables is null");
        this.guards = requireNonNull(guards, "guards is null");
        this.liveStatistics = new LiveStatistics(typeManager);
    }

    /**
     * The table of a pin: its metadata is the one the pin was taken with, whatever has been committed since.
     */
    BaseTable table(ConnectorSession session, SchemaTableName name, WalPin pin)
    {
        return catalog.table(session, name, pin.metadata());
    }

    /**
     * The live segments that a scan of this handle must read; empty when it reads the snapshot alone.
     */
    Optional<WalPin> livePart(IcebergTableHandle table)
    {
        Optional<String> token = WalPin.token(table);
        if (token.isEmpty()) {
            return Optional.empty();
        }
        if (guards.on(OPTIMIZE) && table.isRecordScannedFiles()) {
            return Optional.empty();
        }
        WalPin pin = pinsByToken.get(token.orElseThrow());
        if (pin == null) {
            throw new TrinoException(ICEGATE_PIN_LOST, "Cannot read the live rows of %s: no pin %s in this transaction".formatted(table.getSchemaTableName(), token.orElseThrow()));
        }
        return Optional.of(pin);
    }

    private WalPin pin(ConnectorSession session, SchemaTableName name)
    {
        return pins.computeIfAbsent(name, table -> {
            WalPin pin = walReads.pin(catalog.loadTable(session, table).operations().current());
            pinsByToken.put(pin.token(), pin);
            return pin;
        });
    }

    @Override
    public ConnectorTableHandle getTableHandle(ConnectorSession session, SchemaTableName tableName, Optional<ConnectorTableVersion> startVersion, Optional<ConnectorTableVersion> endVersion)
    {
        ConnectorTableHandle handle = super.getTableHandle(session, tableName, startVersion, endVersion);
        if (guards.on(TIME_TRAVEL) && endVersion.isPresent()) {
            return handle;
        }
        if (!(handle instanceof IcebergTableHandle table) || table.getTableType() != TableType.DATA || !walReads.isWalTable(table.getStorageProperties()) || !IceGateSessionProperties.isLiveRows(session)) {
            return handle;
        }
        if (refreshingMaterializedView) {
            return refreshSource(session, table);
        }
        WalPin pin = pin(session, table.getSchemaTableName());
        return pin.isEmpty() ? handle : TableHandles.withPin(table, pin);
    }

    @Override
    public Optional<SystemTable> getSystemTable(ConnectorSession session, SchemaTableName tableName)
    {
        for (String suffix : SNAPSHOT_TABLE_SUFFIXES) {
            if (tableName.getTableName().endsWith(suffix)) {
                return super.getSystemTable(session, tableName)
                        .map(table -> hasSnapshot(session, base(tableName, suffix)) ? table : new EmptySystemTable(table.getTableMetadata()));
            }
        }
        if (tableName.getTableName().endsWith(WAL_TABLE_SUFFIX)) {
            return walSystemTable(session, base(tableName, WAL_TABLE_SUFFIX), pin -> new WalTable(tableName, pin));
        }
        if (tableName.getTableName().endsWith(WATERMARK_TABLE_SUFFIX)) {
            return walSystemTable(session, base(tableName, WATERMARK_TABLE_SUFFIX), pin -> new WatermarkTable(tableName, pin, walReads));
        }
        return super.getSystemTable(session, tableName);
    }

    private Optional<SystemTable> walSystemTable(ConnectorSession session, SchemaTableName base, Function<WalPin, SystemTable> systemTable)
    {
        if (!(super.getTableHandle(session, base, Optional.empty(), Optional.empty()) instanceof IcebergTableHandle table) || !walReads.isWalTable(table.getStorageProperties())) {
            return Optional.empty();
        }
        return Optional.of(new ClassLoaderSafeSystemTable(systemTable.apply(pin(session, base)), getClass().getClassLoader()));
    }

    private static SchemaTableName base(SchemaTableName systemTable, String suffix)
    {
        String name = systemTable.getTableName();
        return new SchemaTableName(systemTable.getSchemaName(), name.substring(0, name.length() - suffix.length()));
    }

    private boolean hasSnapshot(ConnectorSession session, SchemaTableName tableName)
    {
        return super.getTableHandle(session, tableName, Optional.empty(), Optional.empty()) instanceof IcebergTableHandle table && table.getSnapshotId().isPresent();
    }

    @Override
    public ConnectorTableProperties getTableProperties(ConnectorSession session, ConnectorTableHandle tableHandle)
    {
        IcebergTableHandle table = (IcebergTableHandle) tableHandle;
        if (guards.on(EMPTY_TABLE_PREDICATE) && table.getSnapshotId().isEmpty() && livePart(table).isPresent()) {
            return new ConnectorTableProperties(table.getEnforcedPredicate().transformKeys(ColumnHandle.class::cast), Optional.empty(), Optional.empty(), ImmutableList.of());
        }
        return super.getTableProperties(session, tableHandle);
    }

    @Override
    public TableStatistics getTableStatistics(ConnectorSession session, ConnectorTableHandle tableHandle)
    {
        TableStatistics statistics = super.getTableStatistics(session, tableHandle);
        IcebergTableHandle table = (IcebergTableHandle) tableHandle;
        Optional<WalPin> live = livePart(table);
        if (!guards.on(TABLE_STATISTICS) || live.isEmpty() || statistics.getRowCount().isUnknown()) {
            return statistics;
        }
        return liveStatistics.union(statistics, table, live.orElseThrow());
    }

    @Override
    public Optional<ConstraintApplicationResult<ConnectorTableHandle>> applyFilter(ConnectorSession session, ConnectorTableHandle tableHandle, Constraint constraint)
    {
        return filterByPartition(session, tableHandle, constraint).map(result -> filterByTime(session, result, constraint));
    }

    private Optional<ConstraintApplicationResult<ConnectorTableHandle>> filterByPartition(ConnectorSession session, ConnectorTableHandle tableHandle, Constraint constraint)
    {
        Optional<ConstraintApplicationResult<ConnectorTableHandle>> result = super.applyFilter(session, tableHandle, constraint);
        IcebergTableHandle before = (IcebergTableHandle) tableHandle;
        if (!guards.on(ENFORCED_PREDICATE) || result.isEmpty() || livePart(before).isEmpty()) {
            return result;
        }
        IcebergTableHandle after = (IcebergTableHandle) result.orElseThrow().getHandle();
        if (after.getEnforcedPredicate().isNone()) {
            return result;
        }
        // a segment holds rows of many partitions, so pruning files enforces nothing about columns of the data
        TupleDomain<IcebergColumnHandle> data = after.getEnforcedPredicate().filter((column, _) -> !IcebergMetadataColumn.isMetadataColumnId(column.getId()));
        TupleDomain<IcebergColumnHandle> metadata = after.getEnforcedPredicate().filter((column, _) -> IcebergMetadataColumn.isMetadataColumnId(column.getId()));
        IcebergTableHandle demoted = TableHandles.withPredicates(after, after.getUnenforcedPredicate().intersect(data), metadata);
        if (demoted.equals(before)) {
            return Optional.empty();
        }
        return Optional.of(new ConstraintApplicationResult<>(
                demoted,
                result.orElseThrow().getRemainingFilter().intersect(data.transformKeys(ColumnHandle.class::cast)),
                result.orElseThrow().getRemainingExpression().orElse(constraint.getExpression()),
                false));
    }

    /**
     * Takes from Trino what the scan itself enforces, but only where rows are read and nothing else follows: a DELETE
     * without a filter drops whole files, and OPTIMIZE replaces files by what was read of them.
     */
    private ConstraintApplicationResult<ConnectorTableHandle> filterByTime(ConnectorSession session, ConstraintApplicationResult<ConnectorTableHandle> result, Constraint constraint)
    {
        IcebergTableHandle table = (IcebergTableHandle) result.getHandle();
        if (!IceGateSessionProperties.isFilterTimes(session) || !isReadOnly(table)) {
            return result;
        }
        TupleDomain<ColumnHandle> remaining = result.getRemainingFilter().filter((column, domain) -> !TimeFilters.enforces(table, (IcebergColumnHandle) column, domain));
        if (remaining.equals(result.getRemainingFilter())) {
            return result;
        }
        return new ConstraintApplicationResult<>(
                TableHandles.withTimeFilter(table),
                remaining,
                result.getRemainingExpression().orElse(constraint.getExpression()),
                result.isPrecalculateStatistics());
    }

    private boolean isReadOnly(IcebergTableHandle table)
    {
        return table.getTableType() == TableType.DATA
                && walReads.isWalTable(table.getStorageProperties())
                && !table.isRecordScannedFiles()
                && !table.getForAnalyze().orElse(false)
                && !(guards.on(TIME_FILTER) && changed.contains(table.getSchemaTableName()));
    }

    @Override
    public Optional<ConnectorTableHandle> applyDelete(ConnectorSession session, ConnectorTableHandle handle)
    {
        IcebergTableHandle table = (IcebergTableHandle) handle;
        if (guards.on(METADATA_DELETE) && livePart(table).isPresent()) {
            return Optional.empty();
        }
        if (guards.on(TIME_FILTER) && TimeFilters.isApplied(table)) {
            return Optional.empty();
        }
        return super.applyDelete(session, handle);
    }

    /**
     * The first that Trino asks of a statement which changes rows and not of others, right after it took the handle.
     */
    @Override
    public ColumnHandle getMergeRowIdColumnHandle(ConnectorSession session, ConnectorTableHandle tableHandle)
    {
        changed.add(((IcebergTableHandle) tableHandle).getSchemaTableName());
        hold(session, (IcebergTableHandle) tableHandle);
        return super.getMergeRowIdColumnHandle(session, tableHandle);
    }

    /**
     * Keeps maintenance away from the table's files until the statement ends.
     */
    private void hold(ConnectorSession session, IcebergTableHandle table)
    {
        if (table.getTableType() == TableType.DATA && walReads.isWalTable(table.getStorageProperties())) {
            held.computeIfAbsent(catalog.loadTable(session, table.getSchemaTableName()).uuid(), heldTables::hold);
        }
    }

    @Override
    public void cleanupQuery(ConnectorSession session)
    {
        held.values().forEach(StatementHolds.Share::close);
        super.cleanupQuery(session);
    }

    @Override
    public ConnectorMergeTableHandle beginMerge(ConnectorSession session, ConnectorTableHandle tableHandle, Map<Integer, Collection<ColumnHandle>> updateCaseColumns, RetryMode retryMode)
    {
        IcebergTableHandle table = (IcebergTableHandle) tableHandle;
        if (!guards.on(ROW_LEVEL_CHANGES) || !drain(session, table, "change rows of")) {
            return super.beginMerge(session, tableHandle, updateCaseColumns, retryMode);
        }
        Snapshot snapshot = catalog.loadTable(session, table.getSchemaTableName()).currentSnapshot();
        OptionalLong snapshotId = snapshot == null ? OptionalLong.empty() : OptionalLong.of(snapshot.snapshotId());
        return super.beginMerge(session, TableHandles.withoutPin(table, snapshotId), updateCaseColumns, retryMode);
    }

    @Override
    public void finishMerge(ConnectorSession session, ConnectorMergeTableHandle mergeTableHandle, List<ConnectorTableHandle> sourceTableHandles, Collection<Slice> fragments, Collection<ComputedStatistics> computedStatistics)
    {
        IcebergTableHandle table = (IcebergTableHandle) mergeTableHandle.getTableHandle();
        changingRows(table.getSchemaTableName(), () -> super.finishMerge(session, mergeTableHandle, sourceTableHandles, fragments, computedStatistics));
    }

    @Override
    public void truncateTable(ConnectorSession session, ConnectorTableHandle tableHandle)
    {
        if (guards.on(TRUNCATE)) {
            drain(session, (IcebergTableHandle) tableHandle, "truncate");
        }
        super.truncateTable(session, tableHandle);
    }

    @Override
    public ConnectorOutputTableHandle beginCreateTable(ConnectorSession session, ConnectorTableMetadata tableMetadata, Optional<ConnectorTableLayout> layout, RetryMode retryMode, boolean replace)
    {
        if (guards.on(REPLACE_TABLE) && replace && super.getTableHandle(session, tableMetadata.getTable(), Optional.empty(), Optional.empty()) instanceof IcebergTableHandle table) {
            drain(session, table, "replace");
        }
        return explained(() -> super.beginCreateTable(session, tableMetadata, layout, retryMode, replace));
    }

    @Override
    public Optional<ConnectorTableExecuteHandle> getTableHandleForExecute(ConnectorSession session, ConnectorAccessControl accessControl, ConnectorTableHandle tableHandle, String procedureName, Map<String, Object> executeProperties, RetryMode retryMode)
    {
        IcebergTableHandle table = (IcebergTableHandle) tableHandle;
        changed.add(table.getSchemaTableName());
        if (executeProperties.get(ADD_FILES_LOCATION) instanceof String location) {
            catalog.verifyAdoptable(table.getSchemaTableName(), table.getTableLocation(), location);
        }
        if (procedureName.equals(OPTIMIZE_PROCEDURE)) {
            hold(session, table);
        }
        ConnectorTableHandle source = guards.on(PIN_IN_EXECUTE) ? TableHandles.withoutPin(table) : tableHandle;
        return super.getTableHandleForExecute(session, accessControl, source, procedureName, executeProperties, retryMode);
    }

    /**
     * Files would be replaced by the rows that a filter left of them.
     */
    @Override
    public BeginTableExecuteResult<ConnectorTableExecuteHandle, ConnectorTableHandle> beginTableExecute(ConnectorSession session, ConnectorTableExecuteHandle tableExecuteHandle, ConnectorTableHandle updatedSourceTableHandle)
    {
        verify(!guards.on(TIME_FILTER) || !TimeFilters.isApplied((IcebergTableHandle) updatedSourceTableHandle), "the scan of a table that is rewritten filters rows");
        return super.beginTableExecute(session, tableExecuteHandle, updatedSourceTableHandle);
    }

    @Override
    public ConnectorAnalyzeMetadata getStatisticsCollectionMetadata(ConnectorSession session, ConnectorTableHandle tableHandle, Map<String, Object> analyzeProperties)
    {
        ConnectorTableHandle source = guards.on(ANALYZE) && tableHandle instanceof IcebergTableHandle table ? TableHandles.withoutPin(table) : tableHandle;
        return super.getStatisticsCollectionMetadata(session, source, analyzeProperties);
    }

    /**
     * Trino asks this before it looks at the query of the view.
     */
    @Override
    public boolean delegateMaterializedViewRefreshToConnector(ConnectorSession session, SchemaTableName viewName)
    {
        refreshingMaterializedView = guards.on(MATERIALIZED_VIEW_REFRESH);
        return super.delegateMaterializedViewRefreshToConnector(session, viewName);
    }

    /**
     * The snapshot that a refresh reads and records. Live rows are committed first: the view gets them all, and its next
     * refresh knows that it has them.
     */
    private ConnectorTableHandle refreshSource(ConnectorSession session, IcebergTableHandle table)
    {
        SchemaTableName name = table.getSchemaTableName();
        if (!refreshSources.add(name) || !drain(session, table, "refresh a materialized view of")) {
            return table;
        }
        return requireNonNull(super.getTableHandle(session, name, Optional.empty(), Optional.empty()), "handle of a table that was just committed is null");
    }

    /**
     * A view is not fresh while rows of its tables wait.
     */
    @Override
    public MaterializedViewFreshness getMaterializedViewFreshness(ConnectorSession session, SchemaTableName name, boolean considerGracePeriod)
    {
        MaterializedViewFreshness freshness = super.getMaterializedViewFreshness(session, name, considerGracePeriod);
        if (!guards.on(MATERIALIZED_VIEW_FRESHNESS) || freshness.getFreshness() != Freshness.FRESH) {
            return freshness;
        }
        return catalog.materializedViewSources(session, name).stream()
                .map(source -> getTableHandle(session, source, Optional.empty(), Optional.empty()))
                .filter(IcebergTableHandle.class::isInstance)
                .flatMap(source -> livePart((IcebergTableHandle) source).stream())
                .map(WalPin::oldest)
                .min(naturalOrder())
                .map(oldest -> new MaterializedViewFreshness(Freshness.STALE, Optional.of(oldest)))
                .orElse(freshness);
    }

    /**
     * Commits the waiting rows of a table, so that a change of the table reaches them. Afterwards this transaction sees the
     * table as it is now; scans that carry an older pin keep it.
     *
     * @return false when there was nothing to commit
     */
    private boolean drain(ConnectorSession session, IcebergTableHandle table, String action)
    {
        SchemaTableName name = table.getSchemaTableName();
        if (table.getTableType() != TableType.DATA || !walReads.isWalTable(table.getStorageProperties())) {
            return false;
        }
        WalPin pin = pin(session, name);
        if (pin.isEmpty()) {
            return false;
        }
        if (walReads.rowLevelChanges() == RowLevelChanges.FAIL) {
            throw new TrinoException(NOT_SUPPORTED, "Cannot %s table %s: %s of its rows are not committed yet; CALL %s.system.commit_wal('%s', '%s') first".formatted(
                    action, name, pin.rows(), catalog.name(), name.getSchemaName(), name.getTableName()));
        }
        walReads.drain(catalog.newestTable(session, name));
        catalog.repin(session, name);
        pins.remove(name);
        return true;
    }

    @Override
    public Optional<ConnectorOutputMetadata> finishCreateTable(ConnectorSession session, ConnectorOutputTableHandle tableHandle, Collection<Slice> fragments, Collection<ComputedStatistics> computedStatistics)
    {
        return explained(() -> super.finishCreateTable(session, tableHandle, fragments, computedStatistics));
    }

    @Override
    public void createTable(ConnectorSession session, ConnectorTableMetadata tableMetadata, SaveMode saveMode)
    {
        explained(() -> super.createTable(session, tableMetadata, saveMode));
    }

    @Override
    public void createMaterializedView(ConnectorSession session, SchemaTableName name, ConnectorMaterializedViewDefinition definition, Map<String, Object> properties, boolean replace, boolean ignoreExisting)
    {
        explained(() -> super.createMaterializedView(session, name, definition, properties, replace, ignoreExisting));
    }

    @Override
    public Map<String, Long> executeTableExecute(ConnectorSession session, ConnectorTableExecuteHandle tableExecuteHandle)
    {
        return explained(() -> super.executeTableExecute(session, tableExecuteHandle));
    }

    @Override
    public void setTableProperties(ConnectorSession session, ConnectorTableHandle tableHandle, Map<String, Optional<Object>> properties)
    {
        explained(() -> super.setTableProperties(session, tableHandle, properties));
    }

    @Override
    public void addColumn(ConnectorSession session, ConnectorTableHandle tableHandle, ColumnMetadata column, ColumnPosition position)
    {
        explained(() -> super.addColumn(session, tableHandle, column, position));
    }

    @Override
    public void addField(ConnectorSession session, ConnectorTableHandle tableHandle, List<String> parentPath, String fieldName, Type type, boolean ignoreExisting)
    {
        explained(() -> super.addField(session, tableHandle, parentPath, fieldName, type, ignoreExisting));
    }

    @Override
    public void dropColumn(ConnectorSession session, ConnectorTableHandle tableHandle, ColumnHandle column)
    {
        explained(() -> super.dropColumn(session, tableHandle, column));
    }

    @Override
    public void dropField(ConnectorSession session, ConnectorTableHandle tableHandle, ColumnHandle column, List<String> fieldPath)
    {
        explained(() -> super.dropField(session, tableHandle, column, fieldPath));
    }

    @Override
    public void renameColumn(ConnectorSession session, ConnectorTableHandle tableHandle, ColumnHandle source, String target)
    {
        explained(() -> super.renameColumn(session, tableHandle, source, target));
    }

    @Override
    public void renameField(ConnectorSession session, ConnectorTableHandle tableHandle, List<String> fieldPath, String target)
    {
        explained(() -> super.renameField(session, tableHandle, fieldPath, target));
    }

    @Override
    public void setColumnType(ConnectorSession session, ConnectorTableHandle tableHandle, ColumnHandle column, Type type)
    {
        explained(() -> super.setColumnType(session, tableHandle, column, type));
    }

    @Override
    public void setFieldType(ConnectorSession session, ConnectorTableHandle tableHandle, List<String> fieldPath, Type type)
    {
        explained(() -> super.setFieldType(session, tableHandle, fieldPath, type));
    }

    @Override
    public void dropNotNullConstraint(ConnectorSession session, ConnectorTableHandle tableHandle, ColumnHandle column)
    {
        explained(() -> super.dropNotNullConstraint(session, tableHandle, column));
    }
}

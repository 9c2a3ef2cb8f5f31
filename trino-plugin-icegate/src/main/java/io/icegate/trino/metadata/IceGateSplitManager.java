package io.icegate.trino.metadata;

import com.google.common.collect.ImmutableMap;
import com.google.common.util.concurrent.ListeningExecutorService;
import com.google.inject.Inject;
import io.airlift.log.Logger;
import io.icegate.trino.config.IceGateSessionProperties;
import io.icegate.trino.live.UnionScan;
import io.icegate.trino.live.WalPin;
import io.icegate.trino.split.SmallFilesSplitSource;
import io.icegate.trino.split.TimeFilters;
import io.trino.filesystem.cache.SplitAffinityProvider;
import io.trino.plugin.base.classloader.ClassLoaderSafeConnectorSplitSource;
import io.trino.plugin.base.metrics.LongCount;
import io.trino.plugin.iceberg.ForIcebergSplitManager;
import io.trino.plugin.iceberg.ForIcebergSplitSource;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergFileSystemFactory;
import io.trino.plugin.iceberg.IcebergSplitManager;
import io.trino.plugin.iceberg.IcebergSplitSource;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.plugin.iceberg.IcebergTablePartitioning;
import io.trino.plugin.iceberg.IcebergTransactionManager;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ConnectorExpressionEvaluator;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorSplitManager;
import io.trino.spi.connector.ConnectorSplitSource;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.connector.Constraint;
import io.trino.spi.function.table.ConnectorTableFunctionHandle;
import io.trino.spi.metrics.Metric;
import io.trino.spi.metrics.Metrics;
import io.trino.spi.type.TypeManager;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.metrics.InMemoryMetricsReporter;
import org.apache.iceberg.types.TypeUtil;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;

import static com.google.common.collect.ImmutableSet.toImmutableSet;
import static io.icegate.trino.config.IceGateErrorCode.ICEGATE_WAL_CORRUPT;
import static io.trino.plugin.iceberg.IcebergSessionProperties.getMinimumAssignedSplitWeight;
import static java.util.Objects.requireNonNull;
import static org.apache.iceberg.util.SnapshotUtil.schemaFor;

/**
 * Splits of a snapshot together with live segments; without live segments, Trino's own split manager does everything.
 */
public final class IceGateSplitManager
        implements ConnectorSplitManager
{
    private static final Logger log = Logger.get(IceGateSplitManager.class);

    private final IcebergSplitManager delegate;
    private final IcebergTransactionManager transactionManager;
    private final TypeManager typeManager;
    private final IcebergFileSystemFactory fileSystemFactory;
    private final ListeningExecutorService splitSourceExecutor;
    private final ExecutorService planningExecutor;
    private final SplitAffinityProvider splitAffinityProvider;
    private final ConnectorExpressionEvaluator evaluator;

    @Inject
    IceGateSplitManager(
            IcebergSplitManager delegate,
            IcebergTransactionManager transactionManager,
            TypeManager typeManager,
            IcebergFileSystemFactory fileSystemFactory,
            @ForIcebergSplitSource ListeningExecutorService splitSourceExecutor,
            @ForIcebergSplitManager ExecutorService planningExecutor,
            SplitAffinityProvider splitAffinityProvider,
            ConnectorExpressionEvaluator evaluator)
    {
        this.delegate = requireNonNull(delegate, "delegate is null");
        this.transactionManager = requireNonNull(transactionManager, "transactionManager is null");
        this.typeManager = requireNonNull(typeManager, "typeManager is null");
        this.fileSystemFactory = requireNonNull(fileSystemFactory, "fileSystemFactory is null");
        this.splitSourceExecutor = requireNonNull(splitSourceExecutor, "splitSourceExecutor is null");
        this.planningExecutor = requireNonNull(planningExecutor, "planningExecutor is null");
        this.splitAffinityProvider = requireNonNull(splitAffinityProvider, "splitAffinityProvider is null");
        this.evaluator = requireNonNull(evaluator, "evaluator is null");
    }

    @Override
    public ConnectorSplitSource getSplits(ConnectorTransactionHandle transaction, ConnectorSession session, ConnectorTableHandle handle, Set<ColumnHandle> dynamicFilterColumns, Constraint constraint)
    {
        IcebergTableHandle table = (IcebergTableHandle) handle;
        ConnectorSplitSource splits = splits(transaction, session, table.withProjectedColumns(TimeFilters.withFilteredColumns(table)), dynamicFilterColumns, constraint);
        // by buckets, Trino asks each split for the one that it is in
        return table.getTablePartitioning().map(IcebergTablePartitioning::active).orElse(false) ? splits : new SmallFilesSplitSource(splits);
    }

    private ConnectorSplitSource splits(ConnectorTransactionHandle transaction, ConnectorSession session, IcebergTableHandle table, Set<ColumnHandle> dynamicFilterColumns, Constraint constraint)
    {
        IceGateMetadata metadata = (IceGateMetadata) transactionManager.get(transaction, session.getIdentity());
        Optional<WalPin> live = metadata.livePart(table);
        if (live.isEmpty()) {
            return delegate.getSplits(transaction, session, table, dynamicFilterColumns, constraint);
        }
        WalPin pin = live.orElseThrow();
        requireWhole(session, table, pin);
        BaseTable icebergTable = metadata.table(session, table.getSchemaTableName(), pin);
        InMemoryMetricsReporter reporter = new InMemoryMetricsReporter();
        UnionScan.Counts counts = new UnionScan.Counts();
        UnionScan scan = unionScan(table, icebergTable, pin, reporter, counts);
        return new ClassLoaderSafeConnectorSplitSource(
                new IcebergSplitSource(
                        fileSystemFactory,
                        session,
                        table,
                        icebergTable,
                        scan,
                        table.getMaxScannedFileSize(),
                        constraint,
                        typeManager,
                        table.isRecordScannedFiles(),
                        getMinimumAssignedSplitWeight(session),
                        splitAffinityProvider,
                        reporter,
                        splitSourceExecutor,
                        dynamicFilterColumns,
                        evaluator)
                {
                    @Override
                    public Metrics getMetrics()
                    {
                        return withLiveFiles(super.getMetrics(), counts);
                    }
                },
                getClass().getClassLoader());
    }

    @Override
    public ConnectorSplitSource getSplits(ConnectorTransactionHandle transaction, ConnectorSession session, ConnectorTableFunctionHandle function)
    {
        return delegate.getSplits(transaction, session, function);
    }

    /**
     * Rows that were acknowledged and cannot be read must not be missed in silence.
     */
    private static void requireWhole(ConnectorSession session, IcebergTableHandle table, WalPin pin)
    {
        String corruption = pin.corruption();
        if (corruption.isEmpty()) {
            return;
        }
        if (!IceGateSessionProperties.isSkipCorruptSegments(session)) {
            throw new TrinoException(ICEGATE_WAL_CORRUPT, ("Cannot read all rows of table %s: %s. Restore the object, or read without the rows behind it: " +
                    "set the catalog's session property skip_corrupt_segments to true").formatted(table.getSchemaTableName(), corruption));
        }
        log.warn("query=%s table=%s: rows are left out: %s", session.getQueryId(), table.getSchemaTableName(), corruption);
    }

    private UnionScan unionScan(IcebergTableHandle table, BaseTable icebergTable, WalPin pin, InMemoryMetricsReporter reporter, UnionScan.Counts counts)
    {
        Set<Integer> fieldIds = table.getProjectedColumns().stream()
                .map(IcebergColumnHandle::getId)
                .collect(toImmutableSet());
        TableScan committed = icebergTable.newScan();
        Schema snapshotSchema = icebergTable.schema();
        if (table.getSnapshotId().isPresent()) {
            committed = committed.useSnapshot(table.getSnapshotId().getAsLong());
            snapshotSchema = schemaFor(icebergTable, table.getSnapshotId().getAsLong());
        }
        committed = committed.project(select(snapshotSchema, fieldIds))
                .planWith(planningExecutor)
                .metricsReporter(reporter);
        return new UnionScan(committed, snapshotSchema, select(icebergTable.schema(), fieldIds), icebergTable, pin.files(), counts);
    }

    private static Schema select(Schema schema, Set<Integer> fieldIds)
    {
        return TypeUtil.select(schema, fieldIds.stream().filter(id -> schema.findField(id) != null).collect(toImmutableSet()));
    }

    private static Metrics withLiveFiles(Metrics committed, UnionScan.Counts counts)
    {
        return new Metrics(ImmutableMap.<String, Metric<?>>builder()
                .putAll(committed.getMetrics())
                .put("liveFiles", new LongCount(counts.planned().get()))
                .put("skippedLiveFiles", new LongCount(counts.pruned().get()))
                .buildOrThrow());
    }
}

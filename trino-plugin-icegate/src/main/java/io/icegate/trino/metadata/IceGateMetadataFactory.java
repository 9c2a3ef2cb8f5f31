package io.icegate.trino.metadata;

import com.google.common.collect.ImmutableList;
import com.google.inject.Inject;
import io.airlift.concurrent.BoundedExecutor;
import io.airlift.json.JsonCodec;
import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.icegate.trino.config.Guards;
import io.icegate.trino.live.HeldTables;
import io.icegate.trino.live.WalReads;
import io.trino.metastore.HiveMetastoreFactory;
import io.trino.metastore.RawHiveMetastoreFactory;
import io.trino.plugin.iceberg.CommitTaskData;
import io.trino.plugin.iceberg.ForIcebergFileDelete;
import io.trino.plugin.iceberg.ForIcebergMetadata;
import io.trino.plugin.iceberg.ForIcebergPlanning;
import io.trino.plugin.iceberg.ForIcebergSplitManager;
import io.trino.plugin.iceberg.IcebergConfig;
import io.trino.plugin.iceberg.IcebergFileSystemFactory;
import io.trino.plugin.iceberg.IcebergMetadata;
import io.trino.plugin.iceberg.IcebergMetadataFactory;
import io.trino.plugin.iceberg.TableStatisticsReader;
import io.trino.plugin.iceberg.TableStatisticsWriter;
import io.trino.plugin.iceberg.catalog.TrinoCatalogFactory;
import io.trino.plugin.iceberg.delete.DeletionVectorWriter;
import io.trino.spi.catalog.CatalogName;
import io.trino.spi.connector.ConnectorExpressionEvaluator;
import io.trino.spi.security.ConnectorIdentity;
import io.trino.spi.type.TypeManager;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Predicate;

import static com.google.common.util.concurrent.MoreExecutors.directExecutor;

/**
 * One {@link IceGateMetadata}, and with it one catalog, per transaction.
 */
public final class IceGateMetadataFactory
        extends IcebergMetadataFactory
{
    private final Function<ConnectorIdentity, IceGateMetadata> create;

    @Inject
    IceGateMetadataFactory(
            CatalogName catalogName,
            TypeManager typeManager,
            JsonCodec<CommitTaskData> commitTaskCodec,
            TrinoCatalogFactory catalogFactory,
            IcebergFileSystemFactory fileSystemFactory,
            TableStatisticsReader tableStatisticsReader,
            TableStatisticsWriter tableStatisticsWriter,
            DeletionVectorWriter deletionVectorWriter,
            @RawHiveMetastoreFactory Optional<HiveMetastoreFactory> metastoreFactory,
            @ForIcebergSplitManager ExecutorService icebergScanExecutor,
            @ForIcebergMetadata ExecutorService metadataExecutor,
            @ForIcebergPlanning ExecutorService icebergPlanningExecutor,
            @ForIcebergFileDelete ExecutorService icebergFileDeleteExecutor,
            IcebergConfig config,
            ConnectorExpressionEvaluator evaluator,
            WalReads walReads,
            HeldTables heldTables,
            Guards guards)
    {
        super(catalogName, typeManager, commitTaskCodec, catalogFactory, fileSystemFactory, tableStatisticsReader, tableStatisticsWriter, deletionVectorWriter, metastoreFactory, icebergScanExecutor, metadataExecutor, icebergPlanningExecutor, icebergFileDeleteExecutor, config, evaluator);
        List<String> extraProperties = config.getAllowedExtraProperties();
        Predicate<String> allowedExtraProperties = extraProperties.equals(ImmutableList.of("*")) ? _ -> true : ImmutableList.copyOf(extraProperties)::contains;
        Executor metadataFetchingExecutor = config.getMetadataParallelism() == 1 ? directExecutor() : new BoundedExecutor(metadataExecutor, config.getMetadataParallelism());
        create = identity -> new IceGateMetadata(
                catalogName,
                typeManager,
                commitTaskCodec,
                (IceGateTrinoCatalog) catalogFactory.create(identity),
                fileSystemFactory,
                tableStatisticsReader,
                tableStatisticsWriter,
                deletionVectorWriter,
                metastoreFactory,
                config.isAddFilesProcedureEnabled(),
                allowedExtraProperties,
                icebergScanExecutor,
                metadataFetchingExecutor,
                icebergPlanningExecutor,
                icebergFileDeleteExecutor,
                config.getMaterializedViewRefreshMaxSnapshotsToExpire(),
                config.getMaterializedViewRefreshSnapshotRetentionPeriod(),
                evaluator,
                walReads,
                heldTables,
                guards);
    }

    @Override
    public IcebergMetadata create(ConnectorIdentity identity)
    {
        return create.apply(identity);
    }
}

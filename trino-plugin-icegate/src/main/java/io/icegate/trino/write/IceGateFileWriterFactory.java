package io.icegate.trino.write;

import com.google.inject.Inject;
import io.trino.filesystem.Location;
import io.trino.filesystem.TrinoFileSystem;
import io.trino.plugin.base.metrics.FileFormatDataSourceStats;
import io.trino.plugin.hive.orc.OrcWriterConfig;
import io.trino.plugin.hive.parquet.ParquetWriterConfig;
import io.trino.plugin.iceberg.IcebergConfig;
import io.trino.plugin.iceberg.IcebergFileFormat;
import io.trino.plugin.iceberg.IcebergFileWriter;
import io.trino.plugin.iceberg.IcebergFileWriterFactory;
import io.trino.spi.NodeVersion;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.type.TypeManager;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;

import java.util.Map;

/**
 * Trino's file writers, opened late. An open Parquet writer of our tables holds six megabytes of bloom filters, which
 * Trino does not account for, and a write into 500 partitions would open 500 of them.
 */
public final class IceGateFileWriterFactory
        extends IcebergFileWriterFactory
{
    @Inject
    IceGateFileWriterFactory(
            TypeManager typeManager,
            NodeVersion nodeVersion,
            FileFormatDataSourceStats readStats,
            IcebergConfig icebergConfig,
            OrcWriterConfig orcWriterConfig,
            ParquetWriterConfig parquetWriterConfig)
    {
        super(typeManager, nodeVersion, readStats, icebergConfig, orcWriterConfig, parquetWriterConfig);
    }

    @Override
    public IcebergFileWriter createDataFileWriter(
            TrinoFileSystem fileSystem,
            Location outputPath,
            Schema icebergSchema,
            ConnectorSession session,
            IcebergFileFormat fileFormat,
            MetricsConfig metricsConfig,
            Map<String, String> storageProperties)
    {
        return new LazyFileWriter(() -> super.createDataFileWriter(fileSystem, outputPath, icebergSchema, session, fileFormat, metricsConfig, storageProperties));
    }
}

package io.icegate.trino.write;

import com.google.common.collect.Maps;
import com.google.inject.Inject;
import io.trino.filesystem.Location;
import io.trino.filesystem.TrinoFileSystem;
import io.trino.parquet.writer.ParquetWriterOptions;
import io.trino.plugin.base.metrics.FileFormatDataSourceStats;
import io.trino.plugin.hive.orc.OrcWriterConfig;
import io.trino.plugin.hive.parquet.ParquetWriterConfig;
import io.trino.plugin.iceberg.IcebergConfig;
import io.trino.plugin.iceberg.IcebergFileFormat;
import io.trino.plugin.iceberg.IcebergFileWriter;
import io.trino.plugin.iceberg.IcebergFileWriterFactory;
import io.trino.plugin.iceberg.IcebergUtil;
import io.trino.spi.NodeVersion;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.type.TypeManager;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableProperties;

import java.util.Map;

/**
 * Trino's file writers, opened late. An open Parquet writer of our tables holds six megabytes of bloom filters, which
 * Trino does not account for, and a write into 500 partitions would open 500 of them. The filters of a file with ten rows
 * would take 64 kB each, which is all of its size.
 */
public final class IceGateFileWriterFactory
        extends IcebergFileWriterFactory
{
    /**
     * A column's filter is built in several sizes at once, the largest of which is this, each other half of the one before.
     */
    private static final long FILTER_BYTES = 2 * ParquetWriterOptions.DEFAULT_MAX_BLOOM_FILTER_SIZE.toBytes();

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
        Map<String, String> withoutFilters = Maps.filterKeys(storageProperties, key -> !key.startsWith(TableProperties.PARQUET_BLOOM_FILTER_COLUMN_ENABLED_PREFIX));
        long filters = fileFormat == IcebergFileFormat.PARQUET ? IcebergUtil.getParquetBloomFilterColumns(storageProperties).size() : 0;
        return new LazyFileWriter(
                () -> super.createDataFileWriter(fileSystem, outputPath, icebergSchema, session, fileFormat, metricsConfig, withoutFilters),
                () -> super.createDataFileWriter(fileSystem, outputPath, icebergSchema, session, fileFormat, metricsConfig, storageProperties),
                filters * FILTER_BYTES);
    }
}

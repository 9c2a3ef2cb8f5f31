package io.icegate.trino.metadata;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.icegate.trino.live.WalPin;
import io.icegate.trino.split.TimeFilters;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.spi.predicate.TupleDomain;

import java.util.Map;
import java.util.OptionalLong;

/**
 * Copies of Trino's table handle with one thing changed.
 */
final class TableHandles
{
    private TableHandles() {}

    static IcebergTableHandle withPin(IcebergTableHandle table, WalPin pin)
    {
        return withProperty(table, WalPin.TOKEN_PROPERTY, pin.token());
    }

    static IcebergTableHandle withTimeFilter(IcebergTableHandle table)
    {
        return withProperty(table, TimeFilters.APPLIED_PROPERTY, "");
    }

    private static IcebergTableHandle withProperty(IcebergTableHandle table, String key, String value)
    {
        Map<String, String> properties = ImmutableMap.<String, String>builder()
                .putAll(table.getStorageProperties())
                .put(key, value)
                .buildKeepingLast();
        return copy(table, table.getSnapshotId(), table.getUnenforcedPredicate(), table.getEnforcedPredicate(), properties);
    }

    static IcebergTableHandle withoutPin(IcebergTableHandle table)
    {
        return withoutPin(table, table.getSnapshotId());
    }

    static IcebergTableHandle withoutPin(IcebergTableHandle table, OptionalLong snapshotId)
    {
        Map<String, String> properties = ImmutableMap.copyOf(Maps.filterKeys(table.getStorageProperties(), key -> !key.equals(WalPin.TOKEN_PROPERTY)));
        return copy(table, snapshotId, table.getUnenforcedPredicate(), table.getEnforcedPredicate(), properties);
    }

    static IcebergTableHandle withPredicates(IcebergTableHandle table, TupleDomain<IcebergColumnHandle> unenforced, TupleDomain<IcebergColumnHandle> enforced)
    {
        return copy(table, table.getSnapshotId(), unenforced, enforced, table.getStorageProperties());
    }

    private static IcebergTableHandle copy(
            IcebergTableHandle table,
            OptionalLong snapshotId,
            TupleDomain<IcebergColumnHandle> unenforced,
            TupleDomain<IcebergColumnHandle> enforced,
            Map<String, String> storageProperties)
    {
        return new IcebergTableHandle(
                table.getSchemaName(),
                table.getTableName(),
                table.getTableType(),
                snapshotId,
                table.getTableSchemaJson(),
                table.getSpecId(),
                table.getPartitionSpecJsons(),
                table.getFormatVersion(),
                unenforced,
                enforced,
                table.getLimit(),
                table.getProjectedColumns(),
                table.getNameMappingJson(),
                table.getTableLocation(),
                storageProperties,
                table.getTablePartitioning(),
                table.isRecordScannedFiles(),
                table.getMaxScannedFileSize(),
                table.getConstraintColumns(),
                table.getForAnalyze());
    }
}

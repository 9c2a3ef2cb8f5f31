package io.icegate.trino.split;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergMetadataColumn;
import io.trino.plugin.iceberg.IcebergSplit;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.predicate.Domain;

import java.util.List;
import java.util.Map;
import java.util.Set;

import static io.trino.spi.type.TimestampWithTimeZoneType.TIMESTAMP_TZ_MICROS;

/**
 * Conditions on time columns that the scan of a table enforces row by row, so that Trino need not. They are those of the
 * handle's unenforced predicate, by which files are pruned as ever; a mark among its storage properties, which Trino copies
 * and sends to workers, says that they are enforced.
 */
public final class TimeFilters
{
    /**
     * Key of the mark; never a property of the table.
     */
    public static final String APPLIED_PROPERTY = "icegate.time-filter";

    private TimeFilters() {}

    /**
     * Whether the scan of a handle that is marked returns only rows whose value of this column is in the domain.
     */
    public static boolean enforces(IcebergTableHandle table, IcebergColumnHandle column, Domain domain)
    {
        return isFiltered(column) && domain.contains(table.getUnenforcedPredicate().getDomain(column, column.getType()));
    }

    public static boolean isApplied(IcebergTableHandle table)
    {
        return table.getStorageProperties().containsKey(APPLIED_PROPERTY);
    }

    /**
     * The columns that the scan filters by, whether the query has them or not: their bounds tell for which files it need not.
     */
    public static Set<IcebergColumnHandle> withFilteredColumns(IcebergTableHandle table)
    {
        return ImmutableSet.copyOf(Sets.union(table.getProjectedColumns(), filters(table).keySet()));
    }

    /**
     * What rows of a file are filtered by, which is nothing when its bounds lie within.
     */
    static List<TimeFilter> filters(IcebergTableHandle table, IcebergSplit file, List<ColumnHandle> columns)
    {
        ImmutableList.Builder<TimeFilter> filters = ImmutableList.builder();
        int added = columns.size();
        for (Map.Entry<IcebergColumnHandle, Domain> filter : filters(table).entrySet()) {
            IcebergColumnHandle column = filter.getKey();
            if (filter.getValue().contains(file.fileStatisticsDomain().getDomain(column, column.getType()))) {
                continue;
            }
            int channel = columns.indexOf(column);
            filters.add(new TimeFilter(column, channel < 0 ? added++ : channel, TimeRanges.of(filter.getValue())));
        }
        return filters.build();
    }

    private static Map<IcebergColumnHandle, Domain> filters(IcebergTableHandle table)
    {
        if (!isApplied(table)) {
            return ImmutableMap.of();
        }
        return table.getUnenforcedPredicate().filter((column, _) -> isFiltered(column)).getDomains().orElse(ImmutableMap.of());
    }

    private static boolean isFiltered(IcebergColumnHandle column)
    {
        return column.isBaseColumn() && !IcebergMetadataColumn.isMetadataColumnId(column.getId()) && column.getType().equals(TIMESTAMP_TZ_MICROS);
    }

    /**
     * @param channel of the column in the pages that are read
     */
    record TimeFilter(IcebergColumnHandle column, int channel, TimeRanges ranges) {}
}

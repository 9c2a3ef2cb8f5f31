package io.icegate.trino.live;

import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergStatistics;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.statistics.ColumnStatistics;
import io.trino.spi.statistics.DoubleRange;
import io.trino.spi.statistics.Estimate;
import io.trino.spi.statistics.TableStatistics;
import io.trino.spi.type.TypeManager;
import org.apache.iceberg.types.Types.NestedField;

import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Adds live rows to the statistics of a snapshot. The footers of live segments carry the same bounds and counts as data
 * files, so the union is as good as it will be after the commit. Distinct values are those of the snapshot.
 */
public final class LiveStatistics
{
    private final TypeManager typeManager;

    public LiveStatistics(TypeManager typeManager)
    {
        this.typeManager = requireNonNull(typeManager, "typeManager is null");
    }

    public TableStatistics union(TableStatistics committed, IcebergTableHandle table, WalPin pin)
    {
        List<NestedField> columns = table.getProjectedColumns().stream()
                .map(column -> pin.metadata().schema().findField(column.getId()))
                .filter(column -> column != null && column.type().isPrimitiveType())
                .toList();
        IcebergStatistics.Builder builder = new IcebergStatistics.Builder(columns, typeManager);
        pin.files().forEach(live -> builder.acceptDataFile(live.file(), requireNonNull(pin.metadata().spec(live.file().specId()), "spec of a live segment is null")));
        IcebergStatistics live = builder.build();
        double committedRows = committed.getRowCount().getValue();
        TableStatistics.Builder union = TableStatistics.builder().setRowCount(Estimate.of(committedRows + pin.rows()));
        for (IcebergColumnHandle column : table.getProjectedColumns()) {
            union.setColumnStatistics(column, union(committedColumn(committed, column), committedRows, column, live));
        }
        return union.build();
    }

    private static ColumnStatistics committedColumn(TableStatistics committed, ColumnHandle column)
    {
        return committed.getColumnStatistics().getOrDefault(column, ColumnStatistics.empty());
    }

    private static ColumnStatistics union(ColumnStatistics committed, double committedRows, IcebergColumnHandle column, IcebergStatistics live)
    {
        Optional<DoubleRange> liveRange = liveRange(column, live);
        Optional<Long> liveNulls = Optional.ofNullable(live.nullCounts().get(column.getId()));
        double committedNulls = committedRows == 0 ? 0 : committed.getNullsFraction().getValue() * committedRows;
        ColumnStatistics.Builder union = ColumnStatistics.builder()
                .setDistinctValuesCount(committed.getDistinctValuesCount())
                .setDataSize(committed.getDataSize());
        if (liveNulls.isPresent() && !Double.isNaN(committedNulls)) {
            union.setNullsFraction(Estimate.of((committedNulls + liveNulls.orElseThrow()) / (committedRows + live.recordCount())));
        }
        boolean noneCommitted = committedNulls == committedRows;
        boolean noneLive = liveNulls.isPresent() && liveNulls.orElseThrow() == live.recordCount();
        if (noneCommitted) {
            union.setRange(liveRange);
        }
        else if (noneLive) {
            union.setRange(committed.getRange());
        }
        else if (liveRange.isPresent() && committed.getRange().isPresent()) {
            union.setRange(DoubleRange.union(liveRange.orElseThrow(), committed.getRange().orElseThrow()));
        }
        return union.build();
    }

    private static Optional<DoubleRange> liveRange(IcebergColumnHandle column, IcebergStatistics live)
    {
        Object min = live.minValues().get(column.getId());
        Object max = live.maxValues().get(column.getId());
        return min == null || max == null ? Optional.empty() : DoubleRange.from(column.getType(), min, max);
    }
}

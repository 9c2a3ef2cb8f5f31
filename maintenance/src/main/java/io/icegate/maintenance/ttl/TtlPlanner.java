package io.icegate.maintenance.ttl;

import io.icegate.wal.table.TableTtl;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.ResidualEvaluator;
import org.apache.iceberg.expressions.StrictMetricsEvaluator;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds files of which every row is due, by partition values and bounds of columns alone. What they do not prove is kept: a file
 * in which some row is young, one without bounds, and one of several tenants until the row of the longest-lived is due. Segments,
 * which mix tenants and days, are merged into files of their partitions long before.
 */
public final class TtlPlanner
{
    private static final String TENANT_COLUMN = "tenant_id";
    private static final String TIME_COLUMN = "timestamp";
    /**
     * The others are left to the next plan.
     */
    private static final int FILES_MAX = 50_000;

    private record Rule(int specId, Instant before) {}

    /**
     * Plans for the current snapshot.
     *
     * @throws IllegalArgumentException when a property of the table is none, or the table has no event time
     */
    public TtlPlan plan(Table table, Instant now)
    {
        TableTtl ttl = TableTtl.of(table.properties());
        Optional<Duration> shortest = ttl.keepsShortest();
        if (shortest.isEmpty() || table.currentSnapshot() == null) {
            return new TtlPlan(List.of());
        }
        NestedField time = timeColumn(table);
        NestedField tenant = table.schema().findField(TENANT_COLUMN);
        List<DataFile> due = new ArrayList<>();
        Map<Rule, ResidualEvaluator> residuals = new HashMap<>();
        List<String> columns = Stream.of(Optional.of(time), Optional.ofNullable(tenant)).flatMap(Optional::stream).map(NestedField::name).toList();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().filter(isBefore(time, now.minus(shortest.orElseThrow()))).includeColumnStats(columns).planFiles()) {
            for (FileScanTask task : tasks) {
                PartitionSpec spec = task.spec();
                Optional<Duration> kept = tenant == null ? ttl.keepsLongest() : tenant(spec, task.file(), tenant).map(ttl::keeps).orElseGet(ttl::keepsLongest);
                if (kept.isPresent() && isDue(table, task.file(), residuals.computeIfAbsent(
                        new Rule(spec.specId(), now.minus(kept.orElseThrow())),
                        rule -> ResidualEvaluator.of(spec, isBefore(time, rule.before()), true)))) {
                    due.add(task.file().copyWithoutStats());
                }
                if (due.size() == FILES_MAX) {
                    break;
                }
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot find what is due in table %s: %s".formatted(table.name(), e.getMessage()), e);
        }
        return new TtlPlan(due);
    }

    /**
     * True when the partition, the bounds, or both together prove it for every row.
     */
    private static boolean isDue(Table table, DataFile file, ResidualEvaluator rule)
    {
        Expression left = rule.residualFor(file.partition());
        return left.op() == Expression.Operation.TRUE || new StrictMetricsEvaluator(table.schema(), left).eval(file);
    }

    private static Expression isBefore(NestedField time, Instant instant)
    {
        return Expressions.lessThan(time.name(), ChronoUnit.MICROS.between(Instant.EPOCH, instant));
    }

    /**
     * Returns the time that the table is partitioned by, else the column of that name.
     */
    private static NestedField timeColumn(Table table)
    {
        for (PartitionField field : table.spec().fields()) {
            NestedField source = table.schema().findField(field.sourceId());
            if (source != null && source.type().typeId() == TypeID.TIMESTAMP && !field.transform().isVoid()) {
                return source;
            }
        }
        NestedField column = table.schema().findField(TIME_COLUMN);
        if (column == null || column.type().typeId() != TypeID.TIMESTAMP) {
            throw new IllegalArgumentException("Cannot apply %s: the table is not partitioned by a time and has no column %s".formatted(TableTtl.PROPERTY, TIME_COLUMN));
        }
        return column;
    }

    /**
     * Returns the tenant of all rows of a file; empty when there are several or nothing tells.
     */
    private static Optional<String> tenant(PartitionSpec spec, DataFile file, NestedField column)
    {
        List<PartitionField> fields = spec.fields();
        for (int position = 0; position < fields.size(); position++) {
            PartitionField field = fields.get(position);
            if (field.sourceId() == column.fieldId() && field.transform().isIdentity()) {
                return Optional.ofNullable(file.partition().get(position, Object.class)).map(Object::toString);
            }
        }
        // a bound that is shortened never equals the other one
        Optional<String> lower = bound(file.lowerBounds(), column);
        return lower.isPresent() && lower.equals(bound(file.upperBounds(), column)) ? lower : Optional.empty();
    }

    private static Optional<String> bound(@Nullable Map<Integer, ByteBuffer> bounds, NestedField column)
    {
        return Optional.ofNullable(bounds)
                .map(all -> all.get(column.fieldId()))
                .map(bytes -> Conversions.fromByteBuffer(Types.StringType.get(), bytes))
                .map(Object::toString);
    }
}

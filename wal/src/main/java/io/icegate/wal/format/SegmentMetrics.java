package io.icegate.wal.format;

import io.icegate.wal.SegmentFooter;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.MetricsModes;
import org.apache.iceberg.MetricsModes.MetricsMode;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.util.BinaryUtil;
import org.apache.iceberg.util.UnicodeUtil;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Statistics;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Iceberg's metrics out of the footer, for top-level primitive columns. Both formats write these bounds in the same bytes.
 */
public final class SegmentMetrics
{
    private final Map<Integer, Long> sizes = new HashMap<>();
    private final Map<Integer, Long> values = new HashMap<>();
    private final Map<Integer, Long> nulls = new HashMap<>();
    private final Map<Integer, ByteBuffer> lower = new HashMap<>();
    private final Map<Integer, ByteBuffer> upper = new HashMap<>();
    private final Set<Integer> unbounded = new HashSet<>();

    private SegmentMetrics() {}

    static Metrics of(FileMetaData metadata)
    {
        Map<String, SchemaElement> columns = topLevelPrimitives(metadata.getSchema());
        SegmentMetrics metrics = new SegmentMetrics();
        for (RowGroup group : metadata.getRow_groups()) {
            for (ColumnChunk chunk : group.getColumns()) {
                ColumnMetaData column = chunk.getMeta_data();
                SchemaElement element = columns.get(column.getPath_in_schema().get(0));
                if (element != null) {
                    metrics.add(element, column);
                }
            }
        }
        metrics.lower.keySet().removeAll(metrics.unbounded);
        metrics.upper.keySet().removeAll(metrics.unbounded);
        return new Metrics(metadata.getNum_rows(), metrics.sizes, metrics.values, metrics.nulls, Map.of(), metrics.lower, metrics.upper);
    }

    private static Map<String, SchemaElement> topLevelPrimitives(List<SchemaElement> schema)
    {
        Map<String, SchemaElement> columns = new HashMap<>();
        int depthFirst = 1;
        for (int column = 0; column < schema.get(0).getNum_children(); column++) {
            SchemaElement element = schema.get(depthFirst);
            if (element.isSetType()) {
                columns.put(element.getName(), element);
            }
            depthFirst = next(schema, depthFirst);
        }
        return columns;
    }

    private static int next(List<SchemaElement> schema, int index)
    {
        int next = index + 1;
        for (int child = 0; child < schema.get(index).getNum_children(); child++) {
            next = next(schema, next);
        }
        return next;
    }

    private void add(SchemaElement element, ColumnMetaData column)
    {
        int id = element.getField_id();
        sizes.merge(id, column.getTotal_compressed_size(), Long::sum);
        values.merge(id, column.getNum_values(), Long::sum);
        Statistics statistics = column.getStatistics();
        nulls.merge(id, statistics.getNull_count(), Long::sum);
        if (statistics.getNull_count() == column.getNum_values()) {
            return;
        }
        if (!statistics.isSetMin_value() || !statistics.isSetMax_value()) {
            unbounded.add(id);
            return;
        }
        lower.merge(id, ByteBuffer.wrap(statistics.getMin_value()), (left, right) -> compare(element, left, right) <= 0 ? left : right);
        upper.merge(id, ByteBuffer.wrap(statistics.getMax_value()), (left, right) -> compare(element, left, right) >= 0 ? left : right);
    }

    private static int compare(SchemaElement element, ByteBuffer left, ByteBuffer right)
    {
        return switch (element.getType()) {
            case INT32 -> Integer.compare(Integer.reverseBytes(left.getInt(0)), Integer.reverseBytes(right.getInt(0)));
            case INT64 -> Long.compare(Long.reverseBytes(left.getLong(0)), Long.reverseBytes(right.getLong(0)));
            case BYTE_ARRAY -> Comparators.unsignedBytes().compare(left, right);
            case BOOLEAN, INT96, FLOAT, DOUBLE, FIXED_LEN_BYTE_ARRAY -> throw new IllegalArgumentException("column '%s' has bounds of type %s".formatted(element.getName(), element.getType()));
        };
    }

    static DataFile toDataFile(SegmentFooter footer, PartitionSpec unpartitioned, MetricsConfig config, String location)
    {
        if (!unpartitioned.isUnpartitioned()) {
            throw new IllegalArgumentException("Cannot describe segment %s: spec %s is partitioned".formatted(location, unpartitioned.specId()));
        }
        return DataFiles.builder(unpartitioned)
                .withPath(location)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(footer.size())
                .withMetrics(select(footer.metrics(), unpartitioned.schema(), config))
                .withSplitOffsets(footer.splitOffsets())
                .build();
    }

    /**
     * What a table wants to know of one of its files.
     */
    public static Metrics of(FileMetaData metadata, Schema schema, MetricsConfig config)
    {
        return select(of(metadata), schema, config);
    }

    private static Metrics select(Metrics metrics, Schema schema, MetricsConfig config)
    {
        SegmentMetrics selected = new SegmentMetrics();
        for (int id : metrics.valueCounts().keySet()) {
            Type type = schema.findType(id);
            if (type == null) {
                // dropped from the table since
                continue;
            }
            MetricsMode mode = config.columnMode(schema.findColumnName(id));
            if (mode.equals(MetricsModes.None.get())) {
                continue;
            }
            copy(metrics.columnSizes(), selected.sizes, id);
            copy(metrics.valueCounts(), selected.values, id);
            copy(metrics.nullValueCounts(), selected.nulls, id);
            if (mode.equals(MetricsModes.Counts.get())) {
                continue;
            }
            ByteBuffer low = metrics.lowerBounds().get(id);
            ByteBuffer high = metrics.upperBounds().get(id);
            if (mode instanceof MetricsModes.Truncate truncate) {
                low = truncateLower(low, type, truncate.length());
                high = truncateUpper(high, type, truncate.length());
            }
            put(selected.lower, id, low);
            put(selected.upper, id, high);
        }
        return new Metrics(metrics.recordCount(), selected.sizes, selected.values, selected.nulls, Map.of(), selected.lower, selected.upper);
    }

    private static <T> void copy(Map<Integer, T> from, Map<Integer, T> to, int id)
    {
        put(to, id, from.get(id));
    }

    private static <T> void put(Map<Integer, T> map, int id, @Nullable T value)
    {
        if (value != null) {
            map.put(id, value);
        }
    }

    private static @Nullable ByteBuffer truncateLower(@Nullable ByteBuffer bound, Type type, int length)
    {
        if (bound == null) {
            return null;
        }
        if (type.typeId() == TypeID.STRING) {
            return text(UnicodeUtil.truncateStringMin(text(bound, type), length), type);
        }
        return type.typeId() == TypeID.BINARY ? BinaryUtil.truncateBinaryMin(bound, length) : bound;
    }

    private static @Nullable ByteBuffer truncateUpper(@Nullable ByteBuffer bound, Type type, int length)
    {
        if (bound == null) {
            return null;
        }
        if (type.typeId() == TypeID.STRING) {
            return text(UnicodeUtil.truncateStringMax(text(bound, type), length), type);
        }
        return type.typeId() == TypeID.BINARY ? BinaryUtil.truncateBinaryMax(bound, length) : bound;
    }

    private static String text(ByteBuffer bound, Type type)
    {
        return Conversions.fromByteBuffer(type, bound).toString();
    }

    private static @Nullable ByteBuffer text(@Nullable String bound, Type type)
    {
        return bound == null ? null : Conversions.toByteBuffer(type, bound);
    }
}

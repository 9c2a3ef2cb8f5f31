package io.icegate.wal.format;

import io.icegate.schema.Attributes;
import io.icegate.schema.Exemplar;
import io.icegate.schema.MetricRow;
import io.icegate.schema.MetricValues;
import io.icegate.schema.PointValue;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.wal.BatchId;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import static java.util.Objects.requireNonNull;

/**
 * Data points for tests, and data points out of what a reader found.
 */
@SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
public final class MetricRows
{
    private static final long[] LONGS = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 0xFFFF_FFFFL};
    private static final double[] DOUBLES = {0.0, -0.0, 0.1, 1e300, Double.MIN_VALUE, Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY};

    private MetricRows() {}

    /**
     * A batch of rows with every kind and extreme.
     */
    public static MetricBatch random(Random random, BatchId id, String tenant, int rows)
    {
        List<MetricRow> result = new ArrayList<>();
        ResourceValues resource = LogRows.resource(random);
        ScopeValues scope = LogRows.scope(random);
        MetricValues metric = metric(random);
        for (int i = 0; i < rows; i++) {
            if (random.nextInt(10) == 0) {
                resource = LogRows.resource(random);
            }
            if (random.nextInt(5) == 0) {
                scope = LogRows.scope(random);
            }
            if (random.nextInt(3) == 0) {
                metric = metric(random);
            }
            result.add(row(random, resource, scope, metric));
        }
        return new MetricBatch(id, tenant, result, rows * 200L);
    }

    /**
     * A batch of rows that have nothing which may be absent.
     */
    public static MetricBatch bare(BatchId id, String tenant, int rows)
    {
        long micros = LogRows.micros(LogRows.NOW);
        MetricValues metric = new MetricValues(MetricValues.Type.GAUGE, null, null, null, Attributes.EMPTY, null, null);
        return new MetricBatch(id, tenant, IntStream.range(0, rows)
                .mapToObj(i -> new MetricRow(ResourceValues.EMPTY, ScopeValues.EMPTY, metric, micros + i, micros, 0, 0, 0, Attributes.EMPTY, PointValue.Missing.INSTANCE, List.of(), null))
                .toList(), rows * 100L);
    }

    private static MetricValues metric(Random random)
    {
        MetricValues.Type type = MetricValues.Type.values()[random.nextInt(5)];
        boolean summed = type == MetricValues.Type.SUM;
        boolean temporal = summed || type == MetricValues.Type.HISTOGRAM || type == MetricValues.Type.EXPONENTIAL_HISTOGRAM;
        return new MetricValues(
                type,
                LogRows.optionalText(random),
                LogRows.optionalText(random),
                LogRows.optionalText(random),
                LogRows.attributes(random, 3),
                temporal ? (Integer) (random.nextBoolean() ? random.nextInt() : random.nextInt(3)) : null,
                summed ? (Boolean) random.nextBoolean() : null);
    }

    private static MetricRow row(Random random, ResourceValues resource, ScopeValues scope, MetricValues metric)
    {
        return new MetricRow(
                resource,
                scope,
                metric,
                LogRows.micros(LogRows.NOW) - random.nextInt(1_000_000_000),
                LogRows.micros(LogRows.NOW),
                number(random),
                number(random),
                random.nextInt() & 0xFFFF_FFFFL,
                LogRows.attributes(random, 6),
                value(random, metric.type()),
                metric.type() == MetricValues.Type.SUMMARY ? List.of() : IntStream.range(0, Math.max(0, random.nextInt(6) - 2)).mapToObj(i -> exemplar(random)).toList(),
                random.nextInt(20) == 0 ? LogRows.bytes(random, random.nextInt(100)) : null);
    }

    private static PointValue value(Random random, MetricValues.Type type)
    {
        return switch (type) {
            case GAUGE, SUM -> numberValue(random);
            case HISTOGRAM -> new PointValue.Histogram(
                    number(random),
                    optional(random),
                    optional(random),
                    optional(random),
                    longs(random),
                    random.ints(random.nextInt(4)).mapToDouble(i -> real(random)).toArray());
            case EXPONENTIAL_HISTOGRAM -> new PointValue.ExponentialHistogram(
                    number(random),
                    optional(random),
                    optional(random),
                    optional(random),
                    random.nextInt(),
                    number(random),
                    real(random),
                    random.nextBoolean() ? null : new PointValue.Buckets(random.nextInt(), longs(random)),
                    random.nextBoolean() ? null : new PointValue.Buckets(random.nextInt(), longs(random)));
            case SUMMARY -> new PointValue.Summary(
                    number(random),
                    real(random),
                    IntStream.range(0, random.nextInt(4)).mapToObj(i -> new PointValue.Quantile(real(random), real(random))).toList());
        };
    }

    private static PointValue.Number numberValue(Random random)
    {
        return switch (random.nextInt(3)) {
            case 0 -> new PointValue.Real(real(random));
            case 1 -> new PointValue.Int(number(random));
            default -> PointValue.Missing.INSTANCE;
        };
    }

    private static Exemplar exemplar(Random random)
    {
        return new Exemplar(number(random), numberValue(random), id(random, 16), id(random, 8), LogRows.attributes(random, 4));
    }

    private static @Nullable String id(Random random, int length)
    {
        return random.nextInt(3) == 0 ? null : HexFormat.of().formatHex(LogRows.bytes(random, length));
    }

    private static long number(Random random)
    {
        return random.nextBoolean() ? random.nextLong() : LONGS[random.nextInt(LONGS.length)];
    }

    private static long[] longs(Random random)
    {
        return random.ints(random.nextInt(5)).mapToLong(i -> number(random)).toArray();
    }

    private static double real(Random random)
    {
        return DOUBLES[random.nextInt(DOUBLES.length)];
    }

    private static @Nullable Double optional(Random random)
    {
        return random.nextInt(3) == 0 ? null : (Double) real(random);
    }

    /**
     * All columns of a row but the tenant, as a comparable value.
     */
    public static List<@Nullable Object> values(MetricRow row)
    {
        List<@Nullable Object> values = new ArrayList<>();
        values.add(row.resource());
        values.add(row.scope());
        values.add(row.metric());
        values.add(row.timestampMicros());
        values.add(row.startTimeUnixNano());
        values.add(row.timeUnixNano());
        values.add(row.flags());
        values.add(row.attributes());
        values.add(value(row.value()));
        values.add(row.exemplars());
        values.add(row.residual() == null ? null : ByteBuffer.wrap(row.residual()));
        return values;
    }

    private static Object value(PointValue value)
    {
        if (value instanceof PointValue.Histogram histogram) {
            return Arrays.asList(
                    histogram.count(),
                    histogram.sum(),
                    histogram.min(),
                    histogram.max(),
                    Arrays.toString(histogram.bucketCounts()),
                    Arrays.toString(histogram.explicitBounds()));
        }
        if (value instanceof PointValue.ExponentialHistogram histogram) {
            return Arrays.asList(
                    histogram.count(),
                    histogram.sum(),
                    histogram.min(),
                    histogram.max(),
                    histogram.scale(),
                    histogram.zeroCount(),
                    histogram.zeroThreshold(),
                    value(histogram.positive()),
                    value(histogram.negative()));
        }
        return value;
    }

    private static String value(PointValue.@Nullable Buckets buckets)
    {
        return buckets == null ? "none" : buckets.offset() + Arrays.toString(buckets.counts());
    }

    /**
     * The row that a reader found, by column names. Columns of other kinds must be null.
     */
    public static MetricRow fromRecord(Record row)
    {
        MetricValues.Type type = Arrays.stream(MetricValues.Type.values())
                .filter(candidate -> candidate.text().equals(row.getField("metric_type")))
                .findFirst()
                .orElseThrow();
        List<String> columns = columns(type);
        for (String column : List.of("value_double", "value_int", "count", "sum", "min", "max", "bucket_counts", "explicit_bounds", "scale", "zero_count", "zero_threshold", "positive", "negative", "quantile_values")) {
            if (!columns.contains(column)) {
                LogRows.same(null, row.getField(column));
            }
        }
        return new MetricRow(
                LogRows.resource(row),
                LogRows.scope(row),
                new MetricValues(
                        type,
                        (String) row.getField("metric_name"),
                        (String) row.getField("description"),
                        (String) row.getField("unit"),
                        LogRows.attributes(row, "metadata", "metadata_types"),
                        (Integer) row.getField("aggregation_temporality"),
                        (Boolean) row.getField("is_monotonic")),
                LogRows.micros(row.getField("timestamp")),
                LogRows.micros(row.getField("ingest_time")),
                (Long) row.getField("start_time_unix_nano"),
                (Long) row.getField("time_unix_nano"),
                (Long) row.getField("flags"),
                LogRows.attributes(row, "attributes", "attribute_types"),
                value(type, row),
                ((List<?>) row.getField("exemplars")).stream().map(exemplar -> exemplar((Record) exemplar)).toList(),
                LogRows.bytes(row.getField("otlp_residual")));
    }

    private static List<String> columns(MetricValues.Type type)
    {
        return switch (type) {
            case GAUGE, SUM -> List.of("value_double", "value_int");
            case HISTOGRAM -> List.of("count", "sum", "min", "max", "bucket_counts", "explicit_bounds");
            case EXPONENTIAL_HISTOGRAM -> List.of("count", "sum", "min", "max", "scale", "zero_count", "zero_threshold", "positive", "negative");
            case SUMMARY -> List.of("count", "sum", "quantile_values");
        };
    }

    private static PointValue value(MetricValues.Type type, Record row)
    {
        return switch (type) {
            case GAUGE, SUM -> numberValue(row);
            case HISTOGRAM -> new PointValue.Histogram(
                    (Long) row.getField("count"),
                    (Double) row.getField("sum"),
                    (Double) row.getField("min"),
                    (Double) row.getField("max"),
                    longs(row.getField("bucket_counts")),
                    ((List<?>) row.getField("explicit_bounds")).stream().mapToDouble(Double.class::cast).toArray());
            case EXPONENTIAL_HISTOGRAM -> new PointValue.ExponentialHistogram(
                    (Long) row.getField("count"),
                    (Double) row.getField("sum"),
                    (Double) row.getField("min"),
                    (Double) row.getField("max"),
                    (Integer) row.getField("scale"),
                    (Long) row.getField("zero_count"),
                    (Double) row.getField("zero_threshold"),
                    buckets((Record) row.getField("positive")),
                    buckets((Record) row.getField("negative")));
            case SUMMARY -> new PointValue.Summary(
                    (Long) row.getField("count"),
                    (Double) row.getField("sum"),
                    ((List<?>) row.getField("quantile_values")).stream()
                            .map(Record.class::cast)
                            .map(quantile -> new PointValue.Quantile((Double) quantile.getField("quantile"), (Double) quantile.getField("value")))
                            .toList());
        };
    }

    private static PointValue.Number numberValue(Record row)
    {
        Double real = (Double) row.getField("value_double");
        Long integer = (Long) row.getField("value_int");
        if (real != null) {
            LogRows.same(null, integer);
            return new PointValue.Real(real);
        }
        return integer == null ? PointValue.Missing.INSTANCE : new PointValue.Int(integer);
    }

    private static PointValue.@Nullable Buckets buckets(@Nullable Record buckets)
    {
        return buckets == null ? null : new PointValue.Buckets((Integer) buckets.getField("offset"), longs(buckets.getField("bucket_counts")));
    }

    private static long[] longs(Object list)
    {
        return ((List<?>) requireNonNull(list)).stream().mapToLong(Long.class::cast).toArray();
    }

    private static Exemplar exemplar(Record exemplar)
    {
        return new Exemplar(
                (Long) exemplar.getField("time_unix_nano"),
                numberValue(exemplar),
                (String) exemplar.getField("trace_id"),
                (String) exemplar.getField("span_id"),
                LogRows.attributes(exemplar, "filtered_attributes", "attribute_types"));
    }
}

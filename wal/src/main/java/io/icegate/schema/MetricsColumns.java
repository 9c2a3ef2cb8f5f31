package io.icegate.schema;

import io.icegate.schema.Column.Bounds;
import io.icegate.schema.Column.Encoding;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The metrics table: the common columns, then those of data points of every kind. Columns of the other kinds are null in a row.
 */
final class MetricsColumns
{
    private static final String METRIC_NAME = "metric_name";

    private MetricsColumns() {}

    static TableShape shape()
    {
        List<Column> columns = new ArrayList<>(CommonColumns.columns("data point", "Time of the data point, else when the measuring began"));
        columns.addAll(metric());
        columns.addAll(point());
        return new TableShape("metrics", columns, CommonColumns.PARTITIONS, List.of(METRIC_NAME, CommonColumns.SERVICE_NAME, CommonColumns.TIMESTAMP), Map.of());
    }

    private static List<Column> metric()
    {
        return List.of(
                Column.optional(METRIC_NAME, Types.StringType.get(), "Name of the metric").withBounds(Bounds.FULL),
                Column.optional("description", Types.StringType.get(), "What the metric means"),
                Column.optional("unit", Types.StringType.get(), "Unit of the values, in UCUM"),
                Column.required("metric_type", Types.StringType.get(), "gauge, sum, histogram, exponential_histogram or summary").withBounds(Bounds.FULL),
                CommonColumns.attributes("metadata", "metric"),
                CommonColumns.attributeTypes("metadata_types", "metric"),
                Column.optional("aggregation_temporality", Types.IntegerType.get(), "1 delta, 2 cumulative, 0 unspecified; null for gauge and summary"),
                Column.optional("is_monotonic", Types.BooleanType.get(), "True when a sum never falls; null when it is no sum"));
    }

    private static List<Column> point()
    {
        return List.of(
                Column.required("start_time_unix_nano", Types.LongType.get(), "When the measuring began, in nanoseconds since 1970, 0 when unknown").withBounds(Bounds.FULL),
                Column.required("time_unix_nano", Types.LongType.get(), "Time of the data point in nanoseconds since 1970, 0 when unknown")
                        .withBounds(Bounds.FULL)
                        .withEncoding(Encoding.PLAIN),
                Column.required("flags", Types.LongType.get(), "Flags of OTLP; 1 says that nothing was recorded"),
                Column.optional("value_double", Types.DoubleType.get(), "Value of a gauge or sum that is a double").withEncoding(Encoding.PLAIN),
                Column.optional("value_int", Types.LongType.get(), "Value of a gauge or sum that is an integer").withEncoding(Encoding.PLAIN),
                Column.optional("count", Types.LongType.get(), "Number of measurements in a histogram or summary").withEncoding(Encoding.PLAIN),
                Column.optional("sum", Types.DoubleType.get(), "Sum of the measurements in a histogram or summary").withEncoding(Encoding.PLAIN),
                Column.optional("min", Types.DoubleType.get(), "Smallest measurement in a histogram").withEncoding(Encoding.PLAIN),
                Column.optional("max", Types.DoubleType.get(), "Largest measurement in a histogram").withEncoding(Encoding.PLAIN),
                Column.optional("bucket_counts", list(Types.LongType.get()), "Measurements per bucket of a histogram; one bucket more than explicit_bounds"),
                Column.optional("explicit_bounds", list(Types.DoubleType.get()), "Bounds between the buckets of a histogram"),
                Column.optional("scale", Types.IntegerType.get(), "Buckets of an exponential histogram end at powers of 2^(2^-scale)"),
                Column.optional("zero_count", Types.LongType.get(), "Measurements of an exponential histogram that count as zero"),
                Column.optional("zero_threshold", Types.DoubleType.get(), "What an exponential histogram counts as zero"),
                Column.optional("positive", buckets(), "Buckets of an exponential histogram above zero"),
                Column.optional("negative", buckets(), "Buckets of an exponential histogram below zero"),
                Column.optional("quantile_values", quantiles(), "Quantiles of a summary"),
                Column.required("exemplars", exemplars(), "Measurements shown as examples, with the span each was made in").withEncoding(Encoding.PLAIN));
    }

    private static Type list(Type element)
    {
        return Types.ListType.ofRequired(1, element);
    }

    private static Type buckets()
    {
        return Types.StructType.of(
                NestedField.required(1, "offset", Types.IntegerType.get()),
                NestedField.required(2, "bucket_counts", Types.ListType.ofRequired(3, Types.LongType.get())));
    }

    private static Type quantiles()
    {
        return Types.ListType.ofRequired(1, Types.StructType.of(
                NestedField.required(2, "quantile", Types.DoubleType.get()),
                NestedField.required(3, "value", Types.DoubleType.get())));
    }

    private static Type exemplars()
    {
        return Types.ListType.ofRequired(1, Types.StructType.of(
                NestedField.required(2, "time_unix_nano", Types.LongType.get()),
                NestedField.optional(3, "value_double", Types.DoubleType.get()),
                NestedField.optional(4, "value_int", Types.LongType.get()),
                NestedField.optional(5, "trace_id", Types.StringType.get()),
                NestedField.optional(6, "span_id", Types.StringType.get()),
                NestedField.required(7, "filtered_attributes", Types.MapType.ofOptional(8, 9, Types.StringType.get(), Types.StringType.get())),
                NestedField.optional(10, "attribute_types", Types.StringType.get())));
    }
}

package io.icegate.alerting.rule;

import com.google.common.collect.ImmutableMap;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the query of a rule reads by an unqualified name: the rows of its tenant and its window. Columns are those of {@code docs/format/schema.md}.
 */
public enum Relation
{
    LOGS("logs", "", Columns.LOGS),
    SPANS("spans", "", Columns.SPANS),
    METRICS("metrics", "", Columns.METRICS),
    /**
     * The rows of {@link #LOGS} with a name. The condition of the view of that name stands here, so that a rule works where nobody has made the view.
     */
    EVENTS("logs", "event_name IS NOT NULL", Columns.LOGS);

    private final String table;
    private final String condition;
    private final Map<String, String> columns;

    Relation(String table, String condition, Map<String, String> columns)
    {
        this.table = table;
        this.condition = condition;
        this.columns = columns;
    }

    /**
     * The relation of a name, in any case.
     */
    public static Optional<Relation> of(String name)
    {
        return Arrays.stream(values()).filter(relation -> relation.text().equals(name.toLowerCase(Locale.ROOT))).findFirst();
    }

    /**
     * As queries name it.
     */
    public String text()
    {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The table that holds its rows, whose watermark tells what has arrived.
     */
    public String table()
    {
        return table;
    }

    /**
     * What is true of its rows among those of the table; empty for all of them.
     */
    Optional<String> condition()
    {
        return condition.isEmpty() ? Optional.empty() : Optional.of(condition);
    }

    /**
     * Whether alert events are among its rows.
     */
    boolean holdsEvents()
    {
        return table.equals("logs");
    }

    /**
     * Names and Trino types, in the table's order.
     */
    public Map<String, String> columns()
    {
        return columns;
    }

    /**
     * Its own class, because constants of the enum cannot use its fields before they exist.
     */
    private static final class Columns
    {
        private static final String VARCHAR = "varchar";
        private static final String BIGINT = "bigint";
        private static final String INTEGER = "integer";
        private static final String DOUBLE = "double";
        private static final String TIME = "timestamp(6) with time zone";
        private static final String MAP = "map(varchar, varchar)";
        private static final String EXEMPLARS = "array(row(time_unix_nano bigint, value_double double, value_int bigint, trace_id varchar, span_id varchar, " +
                "filtered_attributes map(varchar, varchar), attribute_types varchar))";
        private static final String BUCKETS = "row(offset integer, bucket_counts array(bigint))";

        private static final Map<String, String> COMMON = ImmutableMap.<String, String>builder()
                .put("tenant_id", VARCHAR)
                .put("timestamp", TIME)
                .put("ingest_time", TIME)
                .put("service_name", VARCHAR)
                .put("service_namespace", VARCHAR)
                .put("service_instance_id", VARCHAR)
                .put("attributes", MAP)
                .put("attribute_types", VARCHAR)
                .put("scope_name", VARCHAR)
                .put("scope_version", VARCHAR)
                .put("scope_attributes", MAP)
                .put("scope_attribute_types", VARCHAR)
                .put("scope_dropped_attributes_count", BIGINT)
                .put("scope_schema_url", VARCHAR)
                .put("resource_attributes", MAP)
                .put("resource_attribute_types", VARCHAR)
                .put("resource_dropped_attributes_count", BIGINT)
                .put("resource_schema_url", VARCHAR)
                .put("resource_entity_refs", "array(row(schema_url varchar, type varchar, id_keys array(varchar), description_keys array(varchar)))")
                .put("otlp_residual", "varbinary")
                .buildOrThrow();

        private static final Map<String, String> LOGS = ImmutableMap.<String, String>builder()
                .putAll(COMMON)
                .put("time_unix_nano", BIGINT)
                .put("observed_time_unix_nano", BIGINT)
                .put("severity_number", INTEGER)
                .put("severity_text", VARCHAR)
                .put("event_name", VARCHAR)
                .put("body", VARCHAR)
                .put("body_type", VARCHAR)
                .put("trace_id", VARCHAR)
                .put("span_id", VARCHAR)
                .put("flags", BIGINT)
                .put("dropped_attributes_count", BIGINT)
                .buildOrThrow();

        private static final Map<String, String> SPANS = ImmutableMap.<String, String>builder()
                .putAll(COMMON)
                .put("trace_id", VARCHAR)
                .put("span_id", VARCHAR)
                .put("parent_span_id", VARCHAR)
                .put("trace_state", VARCHAR)
                .put("flags", BIGINT)
                .put("name", VARCHAR)
                .put("kind", INTEGER)
                .put("start_time_unix_nano", BIGINT)
                .put("end_time_unix_nano", BIGINT)
                .put("duration_nanos", BIGINT)
                .put("status_code", INTEGER)
                .put("status_message", VARCHAR)
                .put("events", "array(row(time_unix_nano bigint, name varchar, attributes map(varchar, varchar), attribute_types varchar, dropped_attributes_count bigint))")
                .put("links", "array(row(trace_id varchar, span_id varchar, trace_state varchar, attributes map(varchar, varchar), attribute_types varchar, " +
                        "dropped_attributes_count bigint, flags bigint))")
                .put("dropped_attributes_count", BIGINT)
                .put("dropped_events_count", BIGINT)
                .put("dropped_links_count", BIGINT)
                .buildOrThrow();

        private static final Map<String, String> METRICS = ImmutableMap.<String, String>builder()
                .putAll(COMMON)
                .put("metric_name", VARCHAR)
                .put("description", VARCHAR)
                .put("unit", VARCHAR)
                .put("metric_type", VARCHAR)
                .put("metadata", MAP)
                .put("metadata_types", VARCHAR)
                .put("aggregation_temporality", INTEGER)
                .put("is_monotonic", "boolean")
                .put("start_time_unix_nano", BIGINT)
                .put("time_unix_nano", BIGINT)
                .put("flags", BIGINT)
                .put("value_double", DOUBLE)
                .put("value_int", BIGINT)
                .put("count", BIGINT)
                .put("sum", DOUBLE)
                .put("min", DOUBLE)
                .put("max", DOUBLE)
                .put("bucket_counts", "array(bigint)")
                .put("explicit_bounds", "array(double)")
                .put("scale", INTEGER)
                .put("zero_count", BIGINT)
                .put("zero_threshold", DOUBLE)
                .put("positive", BUCKETS)
                .put("negative", BUCKETS)
                .put("quantile_values", "array(row(quantile double, value double))")
                .put("exemplars", EXEMPLARS)
                .buildOrThrow();
    }

    public static List<String> names()
    {
        return Arrays.stream(values()).map(Relation::text).toList();
    }
}

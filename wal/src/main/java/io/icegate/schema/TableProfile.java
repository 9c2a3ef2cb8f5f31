package io.icegate.schema;

import io.icegate.wal.OffsetVector;
import org.apache.iceberg.types.Types.NestedField;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Table properties of docs/format/schema.md.
 */
final class TableProfile
{
    private static final String METRICS_COLUMN = "write.metadata.metrics.column.";
    /**
     * Columns with bounds. Of the other top-level columns only values and nulls are counted, nested ones have nothing.
     */
    private static final Set<String> BOUNDED = Set.of(
            "tenant_id",
            "timestamp",
            "ingest_time",
            "time_unix_nano",
            "observed_time_unix_nano",
            "service_name",
            "service_namespace",
            "severity_number",
            "event_name",
            "trace_id");
    private static final Set<String> BLOOM_FILTERED = Set.of("trace_id", "span_id", "service_instance_id");
    private static final Map<String, String> FIXED = Map.ofEntries(
            Map.entry("format-version", "2"),
            Map.entry("write.format.default", "parquet"),
            Map.entry("write.parquet.compression-codec", "zstd"),
            Map.entry("write.parquet.compression-level", "3"),
            Map.entry("write.parquet.row-group-size-bytes", "134217728"),
            Map.entry("write.parquet.page-version", "v2"),
            Map.entry("write.parquet.page-size-bytes", "1048576"),
            Map.entry("write.parquet.page-row-limit", "20000"),
            Map.entry("write.target-file-size-bytes", "536870912"),
            Map.entry("write.distribution-mode", "range"),
            Map.entry("write.metadata.metrics.default", "none"),
            Map.entry("write.metadata.compression-codec", "gzip"),
            Map.entry("write.metadata.delete-after-commit.enabled", "true"),
            Map.entry("write.metadata.previous-versions-max", "100"),
            Map.entry("history.expire.max-snapshot-age-ms", "7200000"),
            Map.entry("history.expire.min-snapshots-to-keep", "10"),
            // every engine's commits meet the commit loop
            Map.entry("commit.retry.num-retries", "100"),
            Map.entry("commit.retry.max-wait-ms", "2000"),
            // serializable fails beside a live commit loop
            Map.entry("write.delete.isolation-level", "snapshot"),
            Map.entry("write.update.isolation-level", "snapshot"),
            Map.entry("write.merge.isolation-level", "snapshot"),
            Map.entry(OffsetVector.PROPERTY, OffsetVector.EMPTY.text()));

    private TableProfile() {}

    static Map<String, String> properties(SignalTable table)
    {
        TreeMap<String, String> properties = new TreeMap<>(FIXED);
        for (NestedField column : table.schema().columns()) {
            if (column.type().isPrimitiveType()) {
                properties.put(METRICS_COLUMN + column.name(), BOUNDED.contains(column.name()) ? "full" : "counts");
            }
            if (BLOOM_FILTERED.contains(column.name())) {
                properties.put("write.parquet.bloom-filter-enabled.column." + column.name(), "true");
                properties.put("write.parquet.bloom-filter-fpp.column." + column.name(), "0.01");
            }
        }
        return Collections.unmodifiableMap(properties);
    }
}

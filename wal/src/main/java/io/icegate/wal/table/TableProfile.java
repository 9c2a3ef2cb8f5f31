package io.icegate.wal.table;

import io.icegate.schema.Column;
import io.icegate.schema.TableShape;
import io.icegate.wal.OffsetVector;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The properties that tables get when they are created, see docs/format/schema.md.
 */
public final class TableProfile
{
    private static final String METRICS_COLUMN = "write.metadata.metrics.column.";
    private static final int TRUNCATED_LENGTH = 32;
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
            // states of the catalog's log name them: the catalog deletes them with its records
            Map.entry("write.metadata.delete-after-commit.enabled", "false"),
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

    /**
     * Returns the properties of a new table.
     */
    public static Map<String, String> properties(TableShape shape)
    {
        TreeMap<String, String> properties = new TreeMap<>(FIXED);
        for (Column column : shape.columns()) {
            metrics(column.bounds()).ifPresent(mode -> properties.put(METRICS_COLUMN + column.name(), mode));
            if (column.bloomFilter()) {
                properties.put("write.parquet.bloom-filter-enabled.column." + column.name(), "true");
                properties.put("write.parquet.bloom-filter-fpp.column." + column.name(), "0.01");
            }
        }
        properties.putAll(shape.properties());
        return Collections.unmodifiableMap(properties);
    }

    /**
     * Empty where the default, which is none, is right.
     */
    private static Optional<String> metrics(Column.Bounds bounds)
    {
        return switch (bounds) {
            case FULL -> Optional.of("full");
            case TRUNCATED -> Optional.of("truncate(%s)".formatted(TRUNCATED_LENGTH));
            case COUNTS -> Optional.of("counts");
            case NONE -> Optional.empty();
        };
    }
}

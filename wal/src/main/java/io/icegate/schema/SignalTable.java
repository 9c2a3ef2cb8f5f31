package io.icegate.schema;

import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The tables that hold telemetry: the one definition of their columns, partitioning and properties.
 */
@SuppressWarnings("ImmutableEnumChecker") // the schema is immutable, only not annotated so
public enum SignalTable
{
    LOGS("logs", LogsSchema.create(), List.of(LogsSchema.SERVICE_NAME, LogsSchema.TIMESTAMP));

    private final String tableName;
    private final Schema schema;
    private final List<String> sortColumns;

    SignalTable(String tableName, Schema schema, List<String> sortColumns)
    {
        this.tableName = tableName;
        this.schema = schema;
        this.sortColumns = sortColumns;
    }

    public String tableName()
    {
        return tableName;
    }

    /**
     * Columns in order. The ids are placeholders: every table has its own, in its metadata.
     */
    public Schema schema()
    {
        return schema;
    }

    List<String> sortColumns()
    {
        return sortColumns;
    }

    /**
     * Properties of a new table.
     */
    public Map<String, String> properties()
    {
        return TableProfile.properties(this);
    }

    /**
     * Creates the table, and the namespace, or brings an existing table to the wanted state: adds what is missing of
     * columns, partition fields, sort order and properties, and changes nothing that is there. Safe when several processes
     * do it at once. The offset vector of an existing table is never touched, not even when it is missing.
     *
     * @throws IllegalStateException when the existing table has a column of another type
     */
    public Table createOrUpdate(Catalog catalog, Namespace namespace)
    {
        return new TableBootstrap(catalog, this, TableIdentifier.of(namespace, tableName)).run();
    }

    /**
     * The unpartitioned spec of a table, which every segment is written in, looked up by content.
     *
     * @throws IllegalStateException when the table has none
     */
    public static PartitionSpec unpartitionedSpec(Table table)
    {
        return unpartitionedSpec(table.name(), table.specs().values());
    }

    /**
     * As {@link #unpartitionedSpec(Table)}.
     */
    public static PartitionSpec unpartitionedSpec(TableMetadata metadata)
    {
        return unpartitionedSpec(metadata.location(), metadata.specs());
    }

    private static PartitionSpec unpartitionedSpec(String table, Collection<PartitionSpec> specs)
    {
        return specs.stream()
                .filter(PartitionSpec::isUnpartitioned)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Cannot find the unpartitioned spec of table %s: it has none".formatted(table)));
    }
}

package io.icegate.schema;

import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * What a table that takes segments looks like: the one definition of its columns, partitions, sort order and properties.
 * Plain data, so that a shape can come from code or from a declaration that is read at run time.
 *
 * @param name of the table within its namespace
 * @param columns in order
 * @param partitions fields of the default partition spec; segments always have the unpartitioned one
 * @param sortColumns of the default sort order, all ascending
 * @param properties beside those that every such table has
 * @param views that are made beside the table
 */
public record TableShape(String name, List<Column> columns, List<Partition> partitions, List<String> sortColumns, Map<String, String> properties, List<View> views)
{
    /**
     * A view of some rows of the table with all its columns.
     *
     * @param name within the namespace of the table
     * @param condition in SQL that every engine understands
     */
    public record View(String name, String condition)
    {
        public View
        {
            requireNonNull(name, "name is null");
            requireNonNull(condition, "condition is null");
        }
    }

    /**
     * One partition field.
     *
     * @param transform as Iceberg writes it: {@code identity}, {@code day}, {@code bucket[16]}
     */
    public record Partition(String column, String transform)
    {
        public Partition
        {
            requireNonNull(column, "column is null");
            requireNonNull(transform, "transform is null");
        }
    }

    /**
     * A table without views.
     */
    public TableShape(String name, List<Column> columns, List<Partition> partitions, List<String> sortColumns, Map<String, String> properties)
    {
        this(name, columns, partitions, sortColumns, properties, List.of());
    }

    public TableShape
    {
        requireNonNull(name, "name is null");
        columns = List.copyOf(columns);
        partitions = List.copyOf(partitions);
        sortColumns = List.copyOf(sortColumns);
        properties = Map.copyOf(properties);
        views = List.copyOf(views);
        Map<String, Column> byName = new HashMap<>();
        for (Column column : columns) {
            if (byName.put(column.name(), column) != null) {
                throw new IllegalArgumentException("Cannot describe table %s: column '%s' is there twice".formatted(name, column.name()));
            }
        }
        for (Partition partition : partitions) {
            requireColumn(name, byName, partition.column());
        }
        for (String column : sortColumns) {
            requireColumn(name, byName, column);
        }
    }

    private static void requireColumn(String table, Map<String, Column> columns, String column)
    {
        if (!columns.containsKey(column)) {
            throw new IllegalArgumentException("Cannot describe table %s: it is partitioned or sorted by '%s', which is no column".formatted(table, column));
        }
    }

    public Optional<Column> column(String columnName)
    {
        return columns.stream().filter(column -> column.name().equals(columnName)).findFirst();
    }

    /**
     * Returns the columns as a new table gets them. The ids are placeholders: a table has its own, in its metadata.
     */
    public Schema schema()
    {
        List<NestedField> fields = new ArrayList<>();
        int[] next = {0};
        for (Column column : columns) {
            fields.add(NestedField.builder()
                    .withId(++next[0])
                    .isOptional(!column.required())
                    .withName(column.name())
                    .ofType(column.type().isPrimitiveType() ? column.type() : TypeUtil.assignFreshIds(column.type(), () -> ++next[0]))
                    .withDoc(column.doc())
                    .build());
        }
        return new Schema(fields);
    }
}

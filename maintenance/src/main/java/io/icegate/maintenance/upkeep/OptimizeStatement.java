package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.merge.MergePlan;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

import static java.util.stream.Collectors.joining;

/**
 * Statements by which Trino merges files.
 */
public final class OptimizeStatement
{
    /**
     * Files below it are rewritten, which are all files of a plan.
     */
    private static final String FILE_SIZE_THRESHOLD = "100GB";

    private OptimizeStatement() {}

    /**
     * Merges all small files of a table.
     *
     * @param catalog as Trino names it
     */
    public static String of(String catalog, Table table)
    {
        TableIdentifier name = TableIdentifier.parse(table.name());
        // the level that SQL knows; what is before it is the name of a catalog, if anything
        Namespace namespace = name.namespace();
        String schema = namespace.isEmpty() ? "" : quoted(namespace.level(namespace.length() - 1)) + ".";
        return "ALTER TABLE %s.%s%s EXECUTE optimize".formatted(quoted(catalog), schema, quoted(name.name()));
    }

    /**
     * Merges the files of a plan and no others. They are named one by one: a condition on partitions is refused while the snapshot has
     * segments, which lie in none.
     *
     * @param catalog as Trino names it
     */
    public static String of(String catalog, Table table, MergePlan plan)
    {
        String paths = plan.inputs().stream().map(input -> "'" + input.file().location().replace("'", "''") + "'").collect(joining(", "));
        return "%s(file_size_threshold => '%s') WHERE \"$path\" IN (%s)".formatted(of(catalog, table), FILE_SIZE_THRESHOLD, paths);
    }

    private static String quoted(String name)
    {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}

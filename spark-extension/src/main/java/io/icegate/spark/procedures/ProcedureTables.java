package io.icegate.spark.procedures;

import io.icegate.catalog.ObjectStoreCatalog;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.spark.Spark3Util;
import org.apache.iceberg.spark.Spark3Util.CatalogAndIdentifier;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.TableCatalog;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * Tables as procedures name them.
 *
 * @param sparkCatalog whose {@code system} namespace the procedure is in
 * @param catalog the same without a cache
 */
public record ProcedureTables(TableCatalog sparkCatalog, ObjectStoreCatalog catalog)
{
    public ProcedureTables
    {
        requireNonNull(sparkCatalog, "sparkCatalog is null");
        requireNonNull(catalog, "catalog is null");
    }

    /**
     * @throws IllegalArgumentException when the argument names no table of this catalog
     */
    Identifier identifier(String parameter, InternalRow arguments, int ordinal)
    {
        String text = arguments.isNullAt(ordinal) ? "" : arguments.getUTF8String(ordinal).toString();
        if (text.isBlank()) {
            throw new IllegalArgumentException("Cannot use '%s': it is empty, 'namespace.table' is expected".formatted(parameter));
        }
        CatalogAndIdentifier named;
        try {
            named = Spark3Util.catalogAndIdentifier(SparkSession.active(), text, sparkCatalog);
        }
        catch (ParseException e) {
            throw new IllegalArgumentException("Cannot use '%s' = '%s': it is not a table name".formatted(parameter, text), e);
        }
        if (!named.catalog().name().equals(sparkCatalog.name())) {
            throw new IllegalArgumentException("Cannot use '%s' = '%s': it is in catalog %s, this procedure is of %s".formatted(parameter, text, named.catalog().name(), sparkCatalog.name()));
        }
        return named.identifier();
    }

    /**
     * @throws IllegalArgumentException when there is no such table
     */
    Table load(String parameter, Identifier identifier)
    {
        try {
            return catalog.loadTable(Spark3Util.identifierToTableIdentifier(identifier));
        }
        catch (NoSuchTableException e) {
            throw new IllegalArgumentException("Cannot use '%s' = '%s': there is no such table".formatted(parameter, identifier), e);
        }
    }

    /**
     * The table that an argument names, or all tables when it is NULL. They are not loaded, so one that cannot be read is there
     * too.
     *
     * @throws IllegalArgumentException when the argument names no table of this catalog
     */
    List<TableIdentifier> oneOrAll(String parameter, InternalRow arguments, int ordinal)
    {
        if (arguments.isNullAt(ordinal)) {
            return catalog.state().namespaces().stream().flatMap(namespace -> tables(namespace).stream()).toList();
        }
        Identifier identifier = identifier(parameter, arguments, ordinal);
        TableIdentifier table = Spark3Util.identifierToTableIdentifier(identifier);
        if (!tables(table.namespace()).contains(table)) {
            throw new IllegalArgumentException("Cannot use '%s' = '%s': there is no such table".formatted(parameter, identifier));
        }
        return List.of(table);
    }

    private List<TableIdentifier> tables(Namespace namespace)
    {
        try {
            return catalog.listTables(namespace);
        }
        catch (NoSuchNamespaceException e) {
            // dropped meanwhile, or never there
            return List.of();
        }
    }

    /**
     * Makes Spark forget what it knows of a table that was changed past it.
     */
    void refresh(Identifier identifier)
    {
        String name = Stream.concat(Stream.of(sparkCatalog.name()), Stream.concat(Stream.of(identifier.namespace()), Stream.of(identifier.name())))
                .map(part -> "`" + part.replace("`", "``") + "`")
                .collect(Collectors.joining("."));
        SparkSession.active().catalog().refreshTable(name);
    }
}

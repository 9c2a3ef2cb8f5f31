package io.icegate.wal.table;

import io.icegate.schema.TableShape;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.catalog.ViewCatalog;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.view.SQLViewRepresentation;
import org.apache.iceberg.view.View;
import org.apache.iceberg.view.ViewBuilder;
import org.apache.iceberg.view.ViewRepresentation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * Creates the views of a shape beside its table, with one text for each engine. Nobody's rows depend on a view, so no
 * failure leaves this class.
 */
public final class ViewBootstrap
{
    private static final Logger log = LoggerFactory.getLogger(ViewBootstrap.class);
    private static final List<String> DIALECTS = List.of("trino", "spark");

    private final ViewCatalog catalog;
    private final TableIdentifier name;
    private final TableShape.View view;

    private ViewBootstrap(ViewCatalog catalog, TableIdentifier name, TableShape.View view)
    {
        this.catalog = catalog;
        this.name = name;
        this.view = view;
    }

    /**
     * Creates the views, or brings those that were made here to the columns that the table has now. A view that somebody
     * wrote is left alone, and so is a table of that name.
     *
     * @param table with this shape, in this namespace
     */
    public static void createOrUpdate(Catalog catalog, Namespace namespace, TableShape shape, Table table)
    {
        requireNonNull(table, "table is null");
        if (!(catalog instanceof ViewCatalog views)) {
            return;
        }
        for (TableShape.View view : shape.views()) {
            TableIdentifier name = TableIdentifier.of(namespace, view.name());
            try {
                new ViewBootstrap(views, name, view).run(shape, table.schema());
            }
            catch (RuntimeException e) {
                // also when another process was faster
                log.warn("Cannot create view {}: {}", name, e.getMessage());
            }
        }
    }

    private void run(TableShape shape, Schema table)
    {
        Schema wanted = new Schema(shape.columns().stream()
                .map(column -> table.findField(column.name()))
                .flatMap(Stream::ofNullable)
                .toList());
        String query = query(shape, wanted);
        ViewBuilder builder = catalog.buildView(name)
                .withSchema(wanted)
                // without a catalog: each engine calls it differently, and takes the one that the view is in
                .withDefaultNamespace(name.namespace());
        for (String dialect : DIALECTS) {
            builder = builder.withQuery(dialect, query);
        }
        try {
            View present = catalog.loadView(name);
            if (isOurs(shape, present) && !types(present.schema()).equals(types(wanted))) {
                builder.replace();
            }
        }
        catch (NoSuchViewException e) {
            if (!((Catalog) catalog).tableExists(name)) {
                builder.create();
                log.info("view={} created", name);
            }
        }
    }

    /**
     * Whether the view is what this class makes of the columns that the view has.
     */
    private boolean isOurs(TableShape shape, View present)
    {
        String query = query(shape, present.schema());
        List<ViewRepresentation> texts = present.currentVersion().representations();
        return texts.stream().allMatch(text -> text instanceof SQLViewRepresentation sql && sql.sql().equals(query));
    }

    /**
     * Without comments, which are the user's.
     */
    private static List<Map.Entry<String, Type>> types(Schema schema)
    {
        return schema.columns().stream().map(column -> Map.entry(column.name(), column.type())).toList();
    }

    private String query(TableShape shape, Schema columns)
    {
        return "SELECT %s\nFROM %s\nWHERE %s".formatted(
                columns.columns().stream().map(NestedField::name).collect(Collectors.joining(", ")),
                shape.name(),
                view.condition());
    }
}

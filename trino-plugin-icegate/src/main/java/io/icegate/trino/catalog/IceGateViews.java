package io.icegate.trino.catalog;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.ObjectKind;
import io.trino.metastore.TableInfo.ExtendedRelationType;
import io.trino.plugin.iceberg.IcebergUtil;
import io.trino.plugin.iceberg.IcebergViewProperties;
import io.trino.spi.TrinoException;
import io.trino.spi.catalog.CatalogName;
import io.trino.spi.connector.ConnectorMaterializedViewDefinition;
import io.trino.spi.connector.ConnectorViewDefinition;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.connector.ViewNotFoundException;
import io.trino.spi.type.TypeManager;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.util.LocationUtil;
import org.apache.iceberg.view.ReplaceViewVersion;
import org.apache.iceberg.view.SQLViewRepresentation;
import org.apache.iceberg.view.UpdateViewProperties;
import org.apache.iceberg.view.View;
import org.apache.iceberg.view.ViewBuilder;
import org.apache.iceberg.view.ViewRepresentation;
import org.apache.iceberg.view.ViewVersion;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static io.trino.plugin.iceberg.IcebergErrorCode.ICEBERG_UNSUPPORTED_VIEW_DIALECT;
import static io.trino.plugin.iceberg.IcebergMaterializedViewDefinition.encodeMaterializedViewData;
import static io.trino.plugin.iceberg.IcebergMaterializedViewDefinition.fromConnectorMaterializedViewDefinition;
import static io.trino.plugin.iceberg.IcebergSchemaProperties.LOCATION_PROPERTY;
import static io.trino.plugin.iceberg.catalog.AbstractTrinoCatalog.ICEBERG_VIEW_RUN_AS_OWNER;
import static io.trino.spi.StandardErrorCode.ALREADY_EXISTS;
import static java.util.Objects.requireNonNull;

/**
 * Trino's views as Iceberg views. A materialized view is an Iceberg view too, with the query as its text, so other engines
 * read it as a plain view; its properties carry Trino's definition and the name of the table with the rows.
 */
final class IceGateViews
{
    private static final String COMMENT = "comment";
    private static final String DIALECT = "trino";
    private static final String MATERIALIZED_DEFINITION = "trino.materialized-view.definition";
    private static final String MATERIALIZED_STORAGE_SCHEMA = "trino.materialized-view.storage-schema";
    private static final String MATERIALIZED_STORAGE_TABLE = "trino.materialized-view.storage-table";

    record Materialized(String definition, Optional<String> owner)
    {
        Materialized
        {
            requireNonNull(definition, "definition is null");
            requireNonNull(owner, "owner is null");
        }
    }

    private final CatalogName catalogName;
    private final ObjectStoreCatalog catalog;
    private final CatalogVersion version;
    private final TypeManager typeManager;

    IceGateViews(CatalogName catalogName, ObjectStoreCatalog catalog, CatalogVersion version, TypeManager typeManager)
    {
        this.catalogName = requireNonNull(catalogName, "catalogName is null");
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.version = requireNonNull(version, "version is null");
        this.typeManager = requireNonNull(typeManager, "typeManager is null");
    }

    /**
     * Empty when the view has gone meanwhile.
     */
    Optional<ExtendedRelationType> relationType(TableIdentifier identifier)
    {
        try {
            View view = catalog.loadView(identifier);
            if (view.properties().containsKey(MATERIALIZED_DEFINITION)) {
                return Optional.of(ExtendedRelationType.TRINO_MATERIALIZED_VIEW);
            }
            return Optional.of(isTrino(view.sqlFor(DIALECT)) ? ExtendedRelationType.TRINO_VIEW : ExtendedRelationType.OTHER_VIEW);
        }
        catch (NoSuchViewException e) {
            return Optional.empty();
        }
    }

    private static boolean isTrino(SQLViewRepresentation sql)
    {
        return sql != null && sql.dialect().equalsIgnoreCase(DIALECT);
    }

    private CatalogNames names()
    {
        return new CatalogNames(version.state());
    }

    private Optional<View> find(SchemaTableName name)
    {
        Optional<TableIdentifier> identifier = names().relation(name);
        Optional<ObjectKind> kind = identifier.flatMap(version.state()::object).map(CatalogObject::kind);
        if (kind.isEmpty() || kind.orElseThrow() != ObjectKind.VIEW) {
            return Optional.empty();
        }
        try {
            return Optional.of(catalog.loadView(identifier.orElseThrow()));
        }
        catch (NoSuchViewException e) {
            return Optional.empty();
        }
    }

    private View existing(SchemaTableName name)
    {
        return find(name).orElseThrow(() -> new ViewNotFoundException(name));
    }

    Optional<ConnectorViewDefinition> view(SchemaTableName name)
    {
        Optional<View> found = find(name).filter(view -> !view.properties().containsKey(MATERIALIZED_DEFINITION));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        View view = found.orElseThrow();
        SQLViewRepresentation sql = view.sqlFor(DIALECT);
        if (!isTrino(sql)) {
            throw new TrinoException(ICEBERG_UNSUPPORTED_VIEW_DIALECT, "Cannot read view '%s': it has no text in Trino's dialect".formatted(name));
        }
        ViewVersion current = view.currentVersion();
        // without one it is the catalog that the view is in, says Iceberg
        String defaultCatalog = Optional.ofNullable(current.defaultCatalog()).orElse(catalogName.toString());
        Optional<String> schema = current.defaultNamespace().isEmpty() ? Optional.empty() : Optional.of(CatalogNames.schemaName(current.defaultNamespace()));
        Optional<String> owner = Optional.ofNullable(view.properties().get(ICEBERG_VIEW_RUN_AS_OWNER));
        return Optional.of(new ConnectorViewDefinition(
                sql.sql(),
                Optional.of(defaultCatalog),
                schema,
                IcebergUtil.viewColumnsFromSchema(typeManager, view.schema()),
                Optional.ofNullable(view.properties().get(COMMENT)),
                owner,
                owner.isEmpty(),
                ImmutableList.of()));
    }

    Map<String, Object> properties(SchemaTableName name)
    {
        return ImmutableMap.of(LOCATION_PROPERTY, existing(name).location());
    }

    void create(SchemaTableName name, ConnectorViewDefinition definition, Map<String, Object> viewProperties, boolean replace, String defaultLocation)
    {
        ImmutableMap.Builder<String, String> properties = ImmutableMap.builder();
        definition.getOwner().ifPresent(owner -> properties.put(ICEBERG_VIEW_RUN_AS_OWNER, owner));
        definition.getComment().ifPresent(comment -> properties.put(COMMENT, comment));
        String location = IcebergViewProperties.getLocation(viewProperties).map(LocationUtil::stripTrailingSlash).orElse(defaultLocation);
        Schema schema = IcebergUtil.schemaFromViewColumns(typeManager, definition.getColumns());
        build(name, schema, definition.getOriginalSql(), definition.getCatalog(), location, properties.buildOrThrow(), replace);
    }

    void createMaterialized(SchemaTableName name, ConnectorMaterializedViewDefinition definition, SchemaTableName storage, boolean replace, String location)
    {
        ImmutableMap.Builder<String, String> properties = ImmutableMap.<String, String>builder()
                .put(MATERIALIZED_DEFINITION, encodeMaterializedViewData(fromConnectorMaterializedViewDefinition(definition)))
                .put(MATERIALIZED_STORAGE_SCHEMA, storage.getSchemaName())
                .put(MATERIALIZED_STORAGE_TABLE, storage.getTableName());
        definition.getOwner().ifPresent(owner -> properties.put(ICEBERG_VIEW_RUN_AS_OWNER, owner));
        definition.getComment().ifPresent(comment -> properties.put(COMMENT, comment));
        List<ConnectorViewDefinition.ViewColumn> columns = definition.getColumns().stream()
                .map(column -> new ConnectorViewDefinition.ViewColumn(column.getName(), column.getType(), column.getComment()))
                .collect(toImmutableList());
        build(name, IcebergUtil.schemaFromViewColumns(typeManager, columns), definition.getOriginalSql(), definition.getCatalog(), location, properties.buildOrThrow(), replace);
    }

    private void build(SchemaTableName name, Schema schema, String sql, Optional<String> defaultCatalog, String location, Map<String, String> properties, boolean replace)
    {
        TableIdentifier identifier = names().relationOrNew(name);
        ViewBuilder builder = catalog.buildView(identifier)
                .withSchema(schema)
                .withQuery(DIALECT, sql)
                .withDefaultNamespace(identifier.namespace())
                .withDefaultCatalog(defaultCatalog.orElse(null))
                .withProperties(properties)
                .withLocation(find(name).map(View::location).orElse(location));
        try {
            if (replace) {
                builder.createOrReplace();
            }
            else {
                builder.create();
            }
        }
        catch (AlreadyExistsException e) {
            throw new TrinoException(ALREADY_EXISTS, e.getMessage(), e);
        }
        version.forget();
    }

    void drop(SchemaTableName name)
    {
        if (!catalog.dropView(names().relation(name).orElseThrow(() -> new ViewNotFoundException(name)))) {
            throw new ViewNotFoundException(name);
        }
        version.forget();
    }

    void setComment(SchemaTableName name, Optional<String> comment)
    {
        UpdateViewProperties update = existing(name).updateProperties();
        comment.ifPresentOrElse(text -> update.set(COMMENT, text), () -> update.remove(COMMENT));
        update.commit();
    }

    void setColumnComment(SchemaTableName name, String columnName, Optional<String> comment)
    {
        View view = existing(name);
        ViewVersion current = view.currentVersion();
        ReplaceViewVersion replacement = view.replaceVersion()
                .withSchema(IcebergUtil.updateColumnComment(view.schema(), columnName, comment.orElse(null)))
                .withDefaultCatalog(current.defaultCatalog())
                .withDefaultNamespace(current.defaultNamespace());
        for (ViewRepresentation representation : current.representations()) {
            if (representation instanceof SQLViewRepresentation sql) {
                replacement.withQuery(sql.dialect(), sql.sql());
            }
        }
        replacement.commit();
    }

    /**
     * The table with the rows of a materialized view; empty when there is no materialized view of that name.
     */
    Optional<SchemaTableName> storageTable(SchemaTableName name)
    {
        return find(name)
                .map(View::properties)
                .filter(properties -> properties.containsKey(MATERIALIZED_DEFINITION))
                .map(properties -> new SchemaTableName(property(properties, MATERIALIZED_STORAGE_SCHEMA), property(properties, MATERIALIZED_STORAGE_TABLE)));
    }

    Materialized materialized(SchemaTableName name)
    {
        Map<String, String> properties = existing(name).properties();
        return new Materialized(property(properties, MATERIALIZED_DEFINITION), Optional.ofNullable(properties.get(ICEBERG_VIEW_RUN_AS_OWNER)));
    }

    private static String property(Map<String, String> properties, String key)
    {
        return requireNonNull(properties.get(key), key + " is null");
    }

    void setMaterializedColumnComment(SchemaTableName name, ConnectorMaterializedViewDefinition definition, String columnName, Optional<String> comment)
    {
        List<ConnectorMaterializedViewDefinition.Column> columns = definition.getColumns().stream()
                .map(column -> column.getName().equals(columnName) ? new ConnectorMaterializedViewDefinition.Column(column.getName(), column.getType(), comment) : column)
                .collect(toImmutableList());
        ConnectorMaterializedViewDefinition changed = new ConnectorMaterializedViewDefinition(
                definition.getOriginalSql(),
                definition.getStorageTable(),
                definition.getCatalog(),
                definition.getSchema(),
                columns,
                definition.getGracePeriod(),
                definition.getWhenStaleBehavior(),
                definition.getComment(),
                definition.getOwner(),
                definition.getPath());
        existing(name).updateProperties()
                .set(MATERIALIZED_DEFINITION, encodeMaterializedViewData(fromConnectorMaterializedViewDefinition(changed)))
                .commit();
    }
}

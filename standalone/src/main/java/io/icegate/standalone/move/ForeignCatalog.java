package io.icegate.standalone.move;

import io.icegate.io.ObjectStoreFileIO;
import io.icegate.standalone.console.CommandException;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.catalog.ViewCatalog;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.view.ViewMetadata;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A catalog of somebody else's, that Iceberg's own classes speak to. It is given our FileIO, so it reads what lies in our warehouse.
 */
public final class ForeignCatalog
        implements CatalogSide, AutoCloseable
{
    private static final String NAME = "name";
    private static final String INIT_TABLES = "jdbc.init-catalog-tables";
    private static final String SCHEMA_VERSION = "jdbc.schema-version";
    private static final String SCHEMA_WITH_VIEWS = "V1";

    private final Catalog catalog;
    private final Optional<ViewCatalog> views;

    private ForeignCatalog(Catalog catalog, Optional<ViewCatalog> views)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.views = requireNonNull(views, "views is null");
    }

    /**
     * What is done with the catalog. Iceberg creates and alters the tables of a database as it opens them, which only {@link #CHANGE} may.
     */
    public enum Access
    {
        /**
         * Things come from it, so it must be there.
         */
        READ,
        /**
         * It is told what would be done; where there is none yet, it is an empty one.
         */
        PLAN,
        CHANGE,
    }

    /**
     * @param given properties of the catalog as Iceberg knows them, and {@code name}
     * @param warehouse of ours
     * @param storeProperties that open the store of our warehouse
     * @throws CommandException with a message for people
     */
    public static ForeignCatalog open(Map<String, String> given, String warehouse, Map<String, String> storeProperties, Access access)
    {
        Map<String, String> properties = new HashMap<>(storeProperties);
        properties.put(CatalogProperties.FILE_IO_IMPL, ObjectStoreFileIO.class.getName());
        properties.put(ObjectStoreFileIO.ICEGATE_WAREHOUSE_PROPERTY, warehouse);
        String type = given.getOrDefault(CatalogUtil.ICEBERG_CATALOG_TYPE, "");
        String uri = given.get(CatalogProperties.URI);
        switch (type) {
            case CatalogUtil.ICEBERG_CATALOG_TYPE_REST -> {}
            case CatalogUtil.ICEBERG_CATALOG_TYPE_JDBC -> {
                // rows of a database have the name of their catalog: another name is another catalog, and an empty one
                if (!given.containsKey(NAME)) {
                    throw new CommandException("Cannot open the other catalog: %s=… is missing, under which its engines have it in that database".formatted(NAME));
                }
                properties.put(CatalogProperties.WAREHOUSE_LOCATION, warehouse); // for new tables, and there are none
            }
            default -> throw new CommandException("Cannot open the other catalog: type='%s' is neither rest nor jdbc. Other catalogs are reached where they speak Iceberg's REST protocol".formatted(type));
        }
        if (uri == null) {
            throw new CommandException("Cannot open the other catalog: %s=… is missing".formatted(CatalogProperties.URI));
        }
        properties.putAll(given);
        String name = Optional.ofNullable(properties.remove(NAME)).orElse("other");
        boolean looksOnly = type.equals(CatalogUtil.ICEBERG_CATALOG_TYPE_JDBC) && access != Access.CHANGE;
        try {
            if (type.equals(CatalogUtil.ICEBERG_CATALOG_TYPE_JDBC)) {
                JdbcDrivers.require(uri);
            }
            return looksOnly ? unchanged(name, uri, properties, access) : of(CatalogUtil.buildIcebergCatalog(name, properties, null));
        }
        catch (CommandException e) {
            throw e;
        }
        catch (RuntimeException e) {
            throw new CommandException("Cannot open the other catalog: " + Failures.message(e).replace(uri, withoutSecrets(uri)), e);
        }
    }

    static ForeignCatalog of(Catalog catalog)
    {
        return new ForeignCatalog(catalog, catalog instanceof ViewCatalog views ? Optional.of(views) : Optional.empty());
    }

    /**
     * The catalog of a database that gets neither tables nor columns. What it would get by {@link Access#CHANGE} is empty.
     */
    private static ForeignCatalog unchanged(String name, String uri, Map<String, String> properties, Access access)
    {
        String asked = properties.remove(SCHEMA_VERSION); // else the tables would be brought to it
        boolean wouldHaveViews = access == Access.PLAN && SCHEMA_WITH_VIEWS.equalsIgnoreCase(asked);
        properties.put(INIT_TABLES, "false");
        JdbcTables tables = JdbcTables.look(uri, properties);
        if (tables == JdbcTables.NONE && access == Access.READ) {
            throw new CommandException("Cannot open the other catalog: there is no Iceberg catalog in that database");
        }
        Catalog catalog = tables == JdbcTables.NONE ? empty(name) : CatalogUtil.buildIcebergCatalog(name, properties, null);
        if (tables == JdbcTables.WITH_VIEWS) {
            return of(catalog);
        }
        return new ForeignCatalog(catalog, wouldHaveViews ? Optional.of(empty(name)) : Optional.empty());
    }

    private static InMemoryCatalog empty(String name)
    {
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize(name, Map.of());
        return catalog;
    }

    private static String withoutSecrets(String uri)
    {
        return uri.replaceFirst("//[^/@]*@", "//…@").replaceFirst("\\?.*", "?…");
    }

    @Override
    public Catalog tables()
    {
        return catalog;
    }

    @Override
    public SupportsNamespaces namespaces()
    {
        return (SupportsNamespaces) catalog; // both kinds are
    }

    @Override
    public Optional<ViewCatalog> views()
    {
        return views;
    }

    @Override
    public void verifyMayLeave(TableMetadata table, MoveOptions options) {}

    /**
     * It reads the metadata itself when it registers.
     */
    @Override
    public void verifyMayCome(TableMetadata table) {}

    /**
     * Iceberg has no call that sets the metadata only if nobody has set it meanwhile.
     */
    @Override
    public void verifyUpdatable()
    {
        throw new CommandException("the other catalog has an earlier state of it, and cannot be moved on without the risk to lose a change. Drop it there, without purge, and run this again");
    }

    @Override
    public void update(TableIdentifier name, TableMetadata base, TableMetadata next)
    {
        verifyUpdatable();
    }

    @Override
    public String fileToGive(TableIdentifier name, ViewMetadata view)
    {
        return requireNonNull(view.metadataFileLocation(), "metadataFileLocation is null");
    }

    @Override
    public void registerView(TableIdentifier name, ViewMetadata view, String file)
    {
        views().orElseThrow().registerView(name, file);
    }

    /**
     * Our catalog deletes no file of a view.
     */
    @Override
    public void leaveFile(TableIdentifier name, ViewMetadata view) {}

    /**
     * Checks and drops in two steps: no other way is common to all catalogs.
     */
    @Override
    public void dropTable(TableIdentifier name, String metadataLocation)
    {
        if (table(name).filter(now -> metadataLocation.equals(now.metadataFileLocation())).isEmpty()) {
            throw changed(name, metadataLocation);
        }
        catalog.dropTable(name, false);
    }

    @Override
    public void dropView(TableIdentifier name, String metadataLocation)
    {
        if (view(name).filter(now -> metadataLocation.equals(now.metadataFileLocation())).isEmpty()) {
            throw changed(name, metadataLocation);
        }
        views().orElseThrow().dropView(name);
    }

    private static CommitFailedException changed(TableIdentifier name, String metadataLocation)
    {
        return new CommitFailedException("Cannot drop %s: its metadata is no longer %s", name, metadataLocation);
    }

    @Override
    public void close()
    {
        if (catalog instanceof Closeable closeable) {
            try {
                closeable.close();
            }
            catch (IOException e) {
                throw new UncheckedIOException("Cannot close the other catalog: " + e.getMessage(), e);
            }
        }
    }
}

package io.icegate.trino.catalog;

import com.google.inject.Binder;
import com.google.inject.Module;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.Singleton;
import io.icegate.objectstore.Warehouse;
import io.icegate.trino.config.IceGateConfig;
import io.icegate.warehouse.Warehouses;
import io.trino.filesystem.TrinoFileSystemFactory;
import io.trino.plugin.iceberg.catalog.IcebergTableOperationsProvider;
import io.trino.plugin.iceberg.catalog.TrinoCatalogFactory;

import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * Binds our catalog as the one of the connector.
 */
public final class IceGateCatalogModule
        implements Module
{
    @Override
    public void configure(Binder binder)
    {
        binder.bind(SharedCatalog.class).in(Scopes.SINGLETON);
        binder.bind(IceGateTableOperationsProvider.class).in(Scopes.SINGLETON);
        binder.bind(IcebergTableOperationsProvider.class).to(IceGateTableOperationsProvider.class).in(Scopes.SINGLETON);
        binder.bind(IceGateTrinoCatalogFactory.class).in(Scopes.SINGLETON);
        binder.bind(TrinoCatalogFactory.class).to(IceGateTrinoCatalogFactory.class).in(Scopes.SINGLETON);
    }

    /**
     * Trino's local file system has no put-if-absent, so a local warehouse uses the store that every other part uses.
     */
    @Provides
    @Singleton
    public static Warehouse createWarehouse(IceGateConfig config, TrinoFileSystemFactory fileSystemFactory)
    {
        String root = requireNonNull(config.getWarehouse(), "icegate.warehouse is null");
        if (root.startsWith("file:")) {
            return Warehouses.open(root, Map.of());
        }
        return new Warehouse(root, new TrinoObjectStore(fileSystemFactory.create(SharedCatalog.IDENTITY), root));
    }
}

package io.icegate.trino.catalog;

import com.google.inject.Binder;
import com.google.inject.Module;
import com.google.inject.Scopes;
import io.trino.plugin.iceberg.catalog.IcebergTableOperationsProvider;
import io.trino.plugin.iceberg.catalog.TrinoCatalogFactory;

/**
 * Binds our catalog as the one of the connector.
 */
public final class IceGateCatalogModule
        implements Module
{
    @Override
    public void configure(Binder binder)
    {
        binder.bind(IcebergTableOperationsProvider.class).to(IceGateTableOperationsProvider.class).in(Scopes.SINGLETON);
        binder.bind(TrinoCatalogFactory.class).to(IceGateTrinoCatalogFactory.class).in(Scopes.SINGLETON);
    }
}

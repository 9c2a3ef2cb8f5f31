package io.icegate.trino.catalog;

import io.trino.plugin.iceberg.catalog.IcebergTableOperations;
import io.trino.plugin.iceberg.catalog.IcebergTableOperationsProvider;
import io.trino.plugin.iceberg.catalog.TrinoCatalog;
import io.trino.spi.connector.ConnectorSession;

import java.util.Optional;

final class IceGateTableOperationsProvider
        implements IcebergTableOperationsProvider
{
    @Override
    public IcebergTableOperations createTableOperations(TrinoCatalog catalog, ConnectorSession session, String database, String table, Optional<String> owner, Optional<String> location)
    {
        throw new UnsupportedOperationException("table operations of " + table);
    }
}

package io.icegate.trino.catalog;

import com.google.inject.Inject;
import io.trino.filesystem.TrinoFileSystemFactory;
import io.trino.plugin.iceberg.catalog.IcebergTableOperationsProvider;
import io.trino.plugin.iceberg.catalog.TrinoCatalog;
import io.trino.plugin.iceberg.catalog.TrinoCatalogFactory;
import io.trino.plugin.iceberg.fileio.ForwardingFileIoFactory;
import io.trino.spi.catalog.CatalogName;
import io.trino.spi.security.ConnectorIdentity;
import io.trino.spi.type.TypeManager;

final class IceGateTrinoCatalogFactory
        implements TrinoCatalogFactory
{
    private final CatalogName catalogName;
    private final TypeManager typeManager;
    private final IcebergTableOperationsProvider tableOperationsProvider;
    private final TrinoFileSystemFactory fileSystemFactory;
    private final ForwardingFileIoFactory fileIoFactory;

    @Inject
    IceGateTrinoCatalogFactory(CatalogName catalogName, TypeManager typeManager, IcebergTableOperationsProvider tableOperationsProvider, TrinoFileSystemFactory fileSystemFactory, ForwardingFileIoFactory fileIoFactory)
    {
        this.catalogName = catalogName;
        this.typeManager = typeManager;
        this.tableOperationsProvider = tableOperationsProvider;
        this.fileSystemFactory = fileSystemFactory;
        this.fileIoFactory = fileIoFactory;
    }

    @Override
    public TrinoCatalog create(ConnectorIdentity identity)
    {
        return new IceGateTrinoCatalog(catalogName, typeManager, tableOperationsProvider, fileSystemFactory, fileIoFactory);
    }
}

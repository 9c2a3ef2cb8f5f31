package io.icegate.trino.catalog;

import com.google.inject.Inject;
import io.icegate.trino.config.Guards;
import io.trino.filesystem.TrinoFileSystemFactory;
import io.trino.plugin.iceberg.IcebergConfig;
import io.trino.plugin.iceberg.catalog.TrinoCatalogFactory;
import io.trino.plugin.iceberg.fileio.ForwardingFileIoFactory;
import io.trino.spi.catalog.CatalogName;
import io.trino.spi.security.ConnectorIdentity;
import io.trino.spi.type.TypeManager;

import static java.util.Objects.requireNonNull;

/**
 * One catalog per transaction, all on the one shared catalog log.
 */
public final class IceGateTrinoCatalogFactory
        implements TrinoCatalogFactory
{
    private final CatalogName catalogName;
    private final TypeManager typeManager;
    private final IceGateTableOperationsProvider tableOperationsProvider;
    private final TrinoFileSystemFactory fileSystemFactory;
    private final ForwardingFileIoFactory fileIoFactory;
    private final SharedCatalog catalog;
    private final boolean hideStorageTables;
    private final Guards guards;

    @Inject
    @SuppressWarnings("deprecation") // Trino 483 marks the setting as one that will go, and has no other that hides storage tables
    IceGateTrinoCatalogFactory(
            CatalogName catalogName,
            TypeManager typeManager,
            IceGateTableOperationsProvider tableOperationsProvider,
            TrinoFileSystemFactory fileSystemFactory,
            ForwardingFileIoFactory fileIoFactory,
            SharedCatalog catalog,
            IcebergConfig config,
            Guards guards)
    {
        this.catalogName = requireNonNull(catalogName, "catalogName is null");
        this.typeManager = requireNonNull(typeManager, "typeManager is null");
        this.tableOperationsProvider = requireNonNull(tableOperationsProvider, "tableOperationsProvider is null");
        this.fileSystemFactory = requireNonNull(fileSystemFactory, "fileSystemFactory is null");
        this.fileIoFactory = requireNonNull(fileIoFactory, "fileIoFactory is null");
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.hideStorageTables = config.isHideMaterializedViewStorageTable();
        this.guards = requireNonNull(guards, "guards is null");
    }

    @Override
    public IceGateTrinoCatalog create(ConnectorIdentity identity)
    {
        return new IceGateTrinoCatalog(catalogName, typeManager, tableOperationsProvider, fileSystemFactory, fileIoFactory, catalog.get(), hideStorageTables, guards);
    }
}

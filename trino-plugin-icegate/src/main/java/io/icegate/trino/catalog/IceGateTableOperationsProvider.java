package io.icegate.trino.catalog;

import com.google.inject.Inject;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogState;
import io.trino.filesystem.TrinoFileSystemFactory;
import io.trino.plugin.iceberg.catalog.IcebergTableOperationsProvider;
import io.trino.plugin.iceberg.catalog.TrinoCatalog;
import io.trino.plugin.iceberg.encryption.EncryptionManagerFactory;
import io.trino.plugin.iceberg.fileio.ForwardingFileIoFactory;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.security.ConnectorIdentity;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.FileIO;

import java.util.Optional;
import java.util.function.Supplier;

import static io.trino.plugin.iceberg.IcebergSessionProperties.isUseFileSizeFromMetadata;
import static java.util.Objects.requireNonNull;

final class IceGateTableOperationsProvider
        implements IcebergTableOperationsProvider
{
    private final TrinoFileSystemFactory fileSystemFactory;
    private final ForwardingFileIoFactory fileIoFactory;
    private final EncryptionManagerFactory encryptionManagerFactory;
    private final Supplier<ObjectStoreCatalog> catalog;
    private final TableMetadataCache cache = new TableMetadataCache();

    @Inject
    IceGateTableOperationsProvider(TrinoFileSystemFactory fileSystemFactory, ForwardingFileIoFactory fileIoFactory, EncryptionManagerFactory encryptionManagerFactory, SharedCatalog catalog)
    {
        this.fileSystemFactory = requireNonNull(fileSystemFactory, "fileSystemFactory is null");
        this.fileIoFactory = requireNonNull(fileIoFactory, "fileIoFactory is null");
        this.encryptionManagerFactory = requireNonNull(encryptionManagerFactory, "encryptionManagerFactory is null");
        this.catalog = requireNonNull(catalog, "catalog is null");
    }

    @Override
    public IceGateTableOperations createTableOperations(TrinoCatalog trinoCatalog, ConnectorSession session, String database, String table, Optional<String> owner, Optional<String> location)
    {
        FileIO fileIo = fileIoFactory.create(fileSystemFactory.create(session), isUseFileSizeFromMetadata(session));
        return new IceGateTableOperations(fileIo, session, database, table, owner, location, encryptionManagerFactory, catalog.get(), cache);
    }

    /**
     * The table as a version of the catalog knows it, for a session that has none of the connector's properties. Cannot be
     * changed.
     */
    BaseTable table(ConnectorIdentity identity, SchemaTableName table, CatalogState state)
    {
        FileIO fileIo = fileIoFactory.create(fileSystemFactory.create(identity));
        return new BaseTable(new StaticTableOperations(read(fileIo, table, state), fileIo), table.toString());
    }

    /**
     * The metadata of that table.
     */
    TableMetadata read(ConnectorIdentity identity, SchemaTableName table, CatalogState state)
    {
        return read(fileIoFactory.create(fileSystemFactory.create(identity)), table, state);
    }

    private TableMetadata read(FileIO fileIo, SchemaTableName table, CatalogState state)
    {
        return cache.read(table, IceGateTableOperations.metadataLocation(state, table), location -> TableMetadataParser.read(fileIo.newInputFile(location)));
    }
}

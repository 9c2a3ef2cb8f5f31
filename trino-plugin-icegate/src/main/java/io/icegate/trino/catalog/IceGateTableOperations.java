package io.icegate.trino.catalog;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.ObjectKind;
import io.trino.plugin.iceberg.catalog.AbstractIcebergTableOperations;
import io.trino.plugin.iceberg.encryption.EncryptionManagerFactory;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.connector.TableNotFoundException;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Commits of Trino through the catalog log. The guard may change the metadata (it puts the offset vector back), so it is
 * asked before the metadata file is written. A file of a commit that certainly failed is deleted, any other stays.
 */
final class IceGateTableOperations
        extends AbstractIcebergTableOperations
{
    private final ObjectStoreCatalog catalog;
    private final TableMetadataCache cache;

    IceGateTableOperations(
            FileIO fileIo,
            ConnectorSession session,
            String database,
            String table,
            Optional<String> owner,
            Optional<String> location,
            EncryptionManagerFactory encryptionManagerFactory,
            ObjectStoreCatalog catalog,
            TableMetadataCache cache)
    {
        super(fileIo, session, database, table, owner, location, encryptionManagerFactory);
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.cache = requireNonNull(cache, "cache is null");
    }

    /**
     * The table as a version of the catalog knows it.
     */
    TableMetadata read(CatalogState state)
    {
        refreshFromMetadataLocation(
                metadataLocation(state, getSchemaTableName()),
                location -> cache.read(getSchemaTableName(), location, read -> TableMetadataParser.read(io().newInputFile(read))));
        return currentMetadata;
    }

    @Override
    protected String getRefreshedLocation(boolean invalidateCaches)
    {
        return metadataLocation(catalog.state(), getSchemaTableName());
    }

    static String metadataLocation(CatalogState state, SchemaTableName table)
    {
        return new CatalogNames(state).relation(table)
                .flatMap(state::object)
                .filter(object -> object.kind() == ObjectKind.TABLE)
                .map(CatalogObject::metadataLocation)
                .orElseThrow(() -> new TableNotFoundException(table));
    }

    @Override
    protected void commitNewTable(TableMetadata metadata)
    {
        commit(null, metadata, 0);
    }

    @Override
    protected void commitToExistingTable(TableMetadata base, TableMetadata metadata)
    {
        commit(base, metadata, version.orElseThrow() + 1);
    }

    private void commit(@Nullable TableMetadata base, TableMetadata metadata, int newVersion)
    {
        TableMetadata guarded = catalog.guard(base, metadata);
        String metadataLocation = writeNewMetadata(guarded, newVersion);
        try {
            catalog.commitTable(new CatalogNames(catalog.state()).relationOrNew(getSchemaTableName()), base, guarded, metadataLocation);
        }
        catch (CommitStateUnknownException e) {
            throw e;
        }
        catch (RuntimeException e) {
            try {
                io().deleteFile(metadataLocation);
            }
            catch (RuntimeException deleteFailure) {
                e.addSuppressed(deleteFailure);
            }
            if (e instanceof CommitFailedException && base != null && location.isPresent()) {
                checkAgain(guarded);
            }
            throw e;
        }
        shouldRefresh = true;
    }

    /**
     * Asks the guard about the table as it is now. A replacement knows only the table of its beginning, so that it would try in vain, for minutes,
     * what the guard refuses.
     */
    private void checkAgain(TableMetadata replacement)
    {
        TableMetadata newest = cache.read(
                getSchemaTableName(),
                metadataLocation(catalog.state(), getSchemaTableName()),
                read -> TableMetadataParser.read(io().newInputFile(read)));
        TableMetadata _ = catalog.guard(newest, replacement);
    }

    @Override
    protected void commitMaterializedView(TableMetadata base, TableMetadata metadata)
    {
        throw new UnsupportedOperationException("The storage of a materialized view is an ordinary table");
    }
}

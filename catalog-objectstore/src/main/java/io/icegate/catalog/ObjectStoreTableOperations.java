package io.icegate.catalog;

import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.ObjectKind;
import org.apache.iceberg.BaseMetastoreTableOperations;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * One table of an {@link ObjectStoreCatalog}, for engines that work through Iceberg's own classes.
 */
final class ObjectStoreTableOperations
        extends BaseMetastoreTableOperations
{
    private final ObjectStoreCatalog catalog;
    private final TableIdentifier identifier;
    private final String fullName;
    private final FileIO io;
    private final Supplier<CatalogState> state;
    private @Nullable TableMetadata committed;

    /**
     * @param state where a refresh looks
     */
    ObjectStoreTableOperations(ObjectStoreCatalog catalog, TableIdentifier identifier, String fullName, FileIO io, Supplier<CatalogState> state)
    {
        this.state = state;
        this.catalog = catalog;
        this.identifier = identifier;
        this.fullName = fullName;
        this.io = io;
    }

    @Override
    protected void doRefresh()
    {
        Optional<String> location = state.get().object(identifier, ObjectKind.TABLE).map(CatalogObject::metadataLocation);
        if (location.isPresent()) {
            // the store has tried again already, and what is broken stays so: Iceberg would ask for a minute and a half
            refreshFromMetadataLocation(location.orElseThrow(), null, 0);
        }
        else if (currentMetadataLocation() != null) {
            throw new NoSuchTableException("Table does not exist: %s", identifier);
        }
        else {
            disableRefresh();
        }
    }

    /**
     * What was just committed is current, and need not be asked for or read back; a refresh sees what others committed since.
     */
    @Override
    public void commit(@Nullable TableMetadata base, TableMetadata metadata)
    {
        committed = null;
        super.commit(base, metadata);
        TableMetadata current = committed;
        if (current != null) {
            refreshFromMetadataLocation(current.metadataFileLocation(), null, 0, _location -> current);
        }
    }

    @Override
    protected void doCommit(@Nullable TableMetadata base, TableMetadata metadata)
    {
        TableMetadata guarded = catalog.guard(base, metadata);
        String location = writeNewMetadataIfRequired(base == null, guarded);
        boolean written = !location.equals(guarded.metadataFileLocation());
        TableMetadata read = asRead(guarded, location);
        catalog.commitOrDelete(written ? Optional.of(location) : Optional.empty(), () -> catalog.commitTable(identifier, base, guarded, location));
        committed = read;
    }

    /**
     * What anybody reads from the file that was written.
     */
    static TableMetadata asRead(TableMetadata written, String location)
    {
        return TableMetadata.buildFrom(written).discardChanges().withMetadataLocation(location).build();
    }

    /**
     * Writes the next metadata file of the table as it was last refreshed.
     */
    String write(TableMetadata metadata)
    {
        return writeNewMetadata(metadata, currentVersion() + 1);
    }

    @Override
    protected String tableName()
    {
        return fullName;
    }

    @Override
    public FileIO io()
    {
        return io;
    }
}

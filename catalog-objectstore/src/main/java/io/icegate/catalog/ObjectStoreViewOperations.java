package io.icegate.catalog;

import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.ObjectKind;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.view.BaseViewOperations;
import org.apache.iceberg.view.ViewMetadata;
import org.jspecify.annotations.Nullable;

import java.util.Optional;

/**
 * One view of an {@link ObjectStoreCatalog}, for engines that work through Iceberg's own classes.
 */
final class ObjectStoreViewOperations
        extends BaseViewOperations
{
    private final ObjectStoreCatalog catalog;
    private final TableIdentifier identifier;
    private final String fullName;
    private final FileIO io;

    ObjectStoreViewOperations(ObjectStoreCatalog catalog, TableIdentifier identifier, String fullName, FileIO io)
    {
        this.catalog = catalog;
        this.identifier = identifier;
        this.fullName = fullName;
        this.io = io;
    }

    @Override
    protected void doRefresh()
    {
        Optional<String> location = catalog.state().object(identifier, ObjectKind.VIEW).map(CatalogObject::metadataLocation);
        if (location.isPresent()) {
            // the store has tried again already, and what is broken stays so: Iceberg would ask for a minute and a half
            refreshFromMetadataLocation(location.orElseThrow(), null, 0);
        }
        else if (currentMetadataLocation() != null) {
            throw new NoSuchViewException("View does not exist: %s", identifier);
        }
        else {
            disableRefresh();
        }
    }

    @Override
    protected void doCommit(@Nullable ViewMetadata base, ViewMetadata metadata)
    {
        String location = writeNewMetadataIfRequired(metadata);
        boolean written = !location.equals(metadata.metadataFileLocation());
        catalog.commitOrDelete(written ? Optional.of(location) : Optional.empty(), () -> catalog.commitView(identifier, base, metadata, location));
    }

    @Override
    protected String viewName()
    {
        return fullName;
    }

    @Override
    protected FileIO io()
    {
        return io;
    }
}

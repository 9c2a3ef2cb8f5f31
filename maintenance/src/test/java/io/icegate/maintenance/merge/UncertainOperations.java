package io.icegate.maintenance.merge;

import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/**
 * Does not tell whether a commit happened.
 *
 * @param commits whether it does happen
 */
record UncertainOperations(TableOperations operations, boolean commits)
        implements TableOperations
{
    @Override
    public TableMetadata current()
    {
        return operations.current();
    }

    @Override
    public TableMetadata refresh()
    {
        return operations.refresh();
    }

    @Override
    public void commit(TableMetadata base, TableMetadata metadata)
    {
        if (commits) {
            operations.commit(base, metadata);
        }
        throw new CommitStateUnknownException(new IllegalStateException("the answer is lost"));
    }

    @Override
    public FileIO io()
    {
        return operations.io();
    }

    @Override
    public String metadataFileLocation(String fileName)
    {
        return operations.metadataFileLocation(fileName);
    }

    @Override
    public LocationProvider locationProvider()
    {
        return LocationProviders.locationsFor(current().location(), current().properties());
    }
}

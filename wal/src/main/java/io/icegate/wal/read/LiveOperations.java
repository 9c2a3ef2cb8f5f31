package io.icegate.wal.read;

import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.WalLayout;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * A table in memory, so that Iceberg makes a snapshot that is committed nowhere. Its manifests are stored below {@code _live/}.
 */
final class LiveOperations
        implements TableOperations
{
    private final Warehouse warehouse;
    private final FileIO io;
    private final LongSupplier snapshotIds;
    private TableMetadata current;

    LiveOperations(Warehouse warehouse, TableMetadata base, LongSupplier snapshotIds)
    {
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.io = new ObjectStoreFileIO(warehouse);
        this.current = requireNonNull(base, "base is null");
        this.snapshotIds = requireNonNull(snapshotIds, "snapshotIds is null");
    }

    @Override
    public TableMetadata current()
    {
        return current;
    }

    @Override
    public TableMetadata refresh()
    {
        return current;
    }

    @Override
    public void commit(TableMetadata base, TableMetadata metadata)
    {
        current = metadata;
    }

    @Override
    public FileIO io()
    {
        return io;
    }

    @Override
    public String metadataFileLocation(String fileName)
    {
        return warehouse.location(LiveManifestName.of(UUID.fromString(current.uuid()), fileName));
    }

    @Override
    public LocationProvider locationProvider()
    {
        // asked for by every change with deletes, and used for none of those that are made here
        return LocationProviders.locationsFor(warehouse.location(WalLayout.live(UUID.fromString(current.uuid()))), Map.of());
    }

    @Override
    public long newSnapshotId()
    {
        return snapshotIds.getAsLong();
    }
}

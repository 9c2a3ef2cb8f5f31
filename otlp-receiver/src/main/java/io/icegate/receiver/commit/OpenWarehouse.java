package io.icegate.receiver.commit;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.commit.WalCommitter;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.WalListing;
import io.icegate.wal.registry.WriterRegistry;

import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * A warehouse with its catalog and its WAL, as the sessions of all tables share it.
 */
public record OpenWarehouse(Warehouse warehouse, ObjectStoreCatalog catalog, FooterCache footers, WalEnvironment environment, WalListing listing, WalCommitter committer)
{
    private static final String CATALOG_NAME = "icegate";

    public OpenWarehouse
    {
        requireNonNull(warehouse, "warehouse is null");
        requireNonNull(catalog, "catalog is null");
        requireNonNull(footers, "footers is null");
        requireNonNull(environment, "environment is null");
        requireNonNull(listing, "listing is null");
        requireNonNull(committer, "committer is null");
    }

    /**
     * @throws RuntimeException when the warehouse is not one of this version, or its store does not answer
     */
    public static OpenWarehouse open(Warehouse warehouse, SegmentCodec codec, WalEnvironment environment)
    {
        ObjectStoreCatalog catalog = ObjectStoreCatalog.open(CATALOG_NAME, warehouse, new ObjectStoreFileIO(warehouse), Map.of());
        FooterCache footers = new FooterCache(codec, FooterCache.COUNT_MAX_DEFAULT);
        return new OpenWarehouse(
                warehouse,
                catalog,
                footers,
                environment,
                new WalListing(warehouse.store(), new WriterRegistry(warehouse.store()), footers, environment.executor()),
                new WalCommitter(warehouse, footers, environment));
    }
}

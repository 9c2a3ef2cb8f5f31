package io.icegate.receiver.commit;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.ProgramName;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.engine.EngineWal;

import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * A warehouse with its catalog and its WAL, as the sessions of all tables share it.
 */
public record OpenWarehouse(Warehouse warehouse, ObjectStoreCatalog catalog, EngineWal wal, WalEnvironment environment)
{
    private static final String CATALOG_NAME = "icegate";

    public OpenWarehouse
    {
        requireNonNull(warehouse, "warehouse is null");
        requireNonNull(catalog, "catalog is null");
        requireNonNull(wal, "wal is null");
        requireNonNull(environment, "environment is null");
    }

    /**
     * @throws RuntimeException when the warehouse is not one of this version, or its store does not answer
     */
    public static OpenWarehouse open(Warehouse warehouse, SegmentCodec codec, WalEnvironment environment)
    {
        ObjectStoreCatalog catalog = ObjectStoreCatalog.open(CATALOG_NAME, warehouse, ObjectStoreFileIO.remembering(warehouse), Map.of(ProgramName.PROGRAM, "receiver"));
        return new OpenWarehouse(warehouse, catalog, new EngineWal(warehouse, codec, environment, EngineWal.Limits.DEFAULT), environment);
    }
}

package io.icegate.catalog;

import io.icegate.catalog.log.CatalogEnvironment;
import io.icegate.guard.CommitGuard;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;

import java.util.List;
import java.util.Map;

/**
 * Opens catalogs with a time of the test's own.
 */
public final class TestingCatalogs
{
    private TestingCatalogs() {}

    /**
     * @param guards asked in this order, instead of those on the class path
     */
    public static ObjectStoreCatalog open(Warehouse warehouse, CatalogEnvironment environment, List<CommitGuard> guards)
    {
        return ObjectStoreCatalog.open("icegate", warehouse, ObjectStoreFileIO.remembering(warehouse), Map.of(), environment, new CommitGuards(guards));
    }
}

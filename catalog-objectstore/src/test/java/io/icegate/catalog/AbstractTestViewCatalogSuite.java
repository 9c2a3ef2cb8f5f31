package io.icegate.catalog;

import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.view.ViewCatalogTests;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Iceberg's own contract of a catalog with views, with views' metadata in the store of the catalog.
 */
abstract class AbstractTestViewCatalogSuite
        extends ViewCatalogTests<ObjectStoreCatalog>
{
    private static final Map<String, String> PROPERTIES = Map.of(
            "view-default.key1", "catalog-default-key1",
            "view-default.key2", "catalog-default-key2",
            "view-default.key3", "catalog-default-key3",
            "view-override.key3", "catalog-override-key3",
            "view-override.key4", "catalog-override-key4");

    private ObjectStoreCatalog catalog;

    /**
     * Location of an empty warehouse of that name.
     */
    abstract Map<String, String> warehouse(String name);

    @BeforeEach
    void openCatalog()
    {
        Map<String, String> properties = new HashMap<>(PROPERTIES);
        properties.putAll(warehouse("views"));
        catalog = new ObjectStoreCatalog();
        catalog.initialize("suite", properties);
    }

    @AfterEach
    void closeCatalog()
            throws IOException
    {
        catalog.close();
    }

    @Override
    protected ObjectStoreCatalog catalog()
    {
        return catalog;
    }

    @Override
    protected Catalog tableCatalog()
    {
        return catalog;
    }

    @Override
    protected boolean requiresNamespaceCreate()
    {
        return true;
    }
}

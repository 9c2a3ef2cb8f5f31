package io.icegate.catalog;

import org.apache.iceberg.catalog.CatalogTests;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Iceberg's own contract of a catalog, with tables' metadata in the store of the catalog.
 */
abstract class AbstractTestCatalogSuite
        extends CatalogTests<ObjectStoreCatalog>
{
    private static final Map<String, String> PROPERTIES = Map.of(
            "table-default.default-key1", "catalog-default-key1",
            "table-default.default-key2", "catalog-default-key2",
            "table-default.override-key3", "catalog-default-key3",
            "table-override.override-key3", "catalog-override-key3",
            "table-override.override-key4", "catalog-override-key4");

    private final List<ObjectStoreCatalog> opened = new ArrayList<>();
    private ObjectStoreCatalog catalog;

    /**
     * Location of an empty warehouse of that name.
     */
    abstract Map<String, String> warehouse(String name);

    @BeforeEach
    void openCatalog()
    {
        catalog = initCatalog("suite", PROPERTIES);
    }

    @AfterEach
    void closeCatalogs()
            throws IOException
    {
        for (ObjectStoreCatalog each : opened) {
            each.close();
        }
    }

    @Override
    protected ObjectStoreCatalog catalog()
    {
        return catalog;
    }

    @Override
    protected ObjectStoreCatalog initCatalog(String name, Map<String, String> additionalProperties)
    {
        Map<String, String> properties = new HashMap<>(additionalProperties);
        properties.putAll(warehouse(name));
        ObjectStoreCatalog created = new ObjectStoreCatalog();
        created.initialize(name, properties);
        opened.add(created);
        return created;
    }

    @Override
    protected boolean requiresNamespaceCreate()
    {
        return true;
    }

    @Override
    protected boolean supportsNestedNamespaces()
    {
        return true;
    }

    @Override
    protected boolean supportsEmptyNamespace()
    {
        return true;
    }
}

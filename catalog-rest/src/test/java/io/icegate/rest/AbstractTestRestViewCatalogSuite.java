package io.icegate.rest;

import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.view.ViewCatalogTests;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.util.Map;

/**
 * Iceberg's own contract of a catalog with views, through Iceberg's own client.
 */
abstract class AbstractTestRestViewCatalogSuite
        extends ViewCatalogTests<RESTCatalog>
{
    private static final Map<String, String> PROPERTIES = Map.of(
            "view-default.key1", "catalog-default-key1",
            "view-default.key2", "catalog-default-key2",
            "view-default.key3", "catalog-default-key3",
            "view-override.key3", "catalog-override-key3",
            "view-override.key4", "catalog-override-key4");

    @RegisterExtension
    static final SuiteServers SERVERS = new SuiteServers();

    private RESTCatalog catalog;

    /**
     * Where the warehouse of that name is, asked for once.
     */
    abstract Map<String, String> warehouse(String name);

    @BeforeEach
    void openCatalog()
    {
        SuiteServers.Served served = SERVERS.served("views", 1, this::warehouse);
        catalog = TestingServers.client(TestingServers.uri(served.servers().getFirst()), "suite", served.warehouse(), PROPERTIES);
    }

    @AfterEach
    void closeCatalog()
            throws IOException
    {
        catalog.close();
    }

    @Override
    protected RESTCatalog catalog()
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

    @Override
    protected boolean supportsServerSideRetry()
    {
        return true;
    }
}

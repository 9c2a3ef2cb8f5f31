package io.icegate.rest;

import org.apache.iceberg.catalog.CatalogTests;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Iceberg's own contract of a catalog, through Iceberg's own client. The cases of the empty namespace alone are left out: it has no form
 * in the protocol, see {@link #supportsEmptyNamespace}.
 */
abstract class AbstractTestRestCatalogSuite
        extends CatalogTests<RESTCatalog>
{
    private static final Map<String, String> PROPERTIES = Map.of(
            "table-default.default-key1", "catalog-default-key1",
            "table-default.default-key2", "catalog-default-key2",
            "table-default.override-key3", "catalog-default-key3",
            "table-override.override-key3", "catalog-override-key3",
            "table-override.override-key4", "catalog-override-key4");

    @RegisterExtension
    static final SuiteServers SERVERS = new SuiteServers();

    private final List<AutoCloseable> opened = new ArrayList<>();
    private RESTCatalog catalog;

    /**
     * Where the warehouse of that name is, asked for once.
     */
    abstract Map<String, String> warehouse(String name);

    @BeforeEach
    void openCatalog()
    {
        catalog = initCatalog("suite", PROPERTIES);
    }

    @AfterEach
    void close()
            throws Exception
    {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    @Override
    protected RESTCatalog catalog()
    {
        return catalog;
    }

    @Override
    protected RESTCatalog initCatalog(String name, Map<String, String> additionalProperties)
    {
        SuiteServers.Served served = SERVERS.served(name, 1, this::warehouse);
        return closing(TestingServers.client(TestingServers.uri(served.servers().getFirst()), name, served.warehouse(), additionalProperties));
    }

    /**
     * To be closed after the test.
     */
    final <T extends AutoCloseable> T closing(T opening)
    {
        opened.add(opening);
        return opening;
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
        return false;
    }

    @Override
    protected boolean supportsServerSideRetry()
    {
        return true;
    }
}

package io.icegate.catalog;

import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.Map;

final class TestS3ViewCatalogSuite
        extends AbstractTestViewCatalogSuite
{
    @RegisterExtension
    static final S3Warehouses WAREHOUSES = new S3Warehouses();

    @Override
    Map<String, String> warehouse(String name)
    {
        return WAREHOUSES.warehouse(name);
    }
}

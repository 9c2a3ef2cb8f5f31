package io.icegate.rest;

import io.icegate.catalog.S3Warehouses;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.Map;

final class TestS3RestViewCatalogSuite
        extends AbstractTestRestViewCatalogSuite
{
    @RegisterExtension
    static final S3Warehouses WAREHOUSES = new S3Warehouses();

    @Override
    Map<String, String> warehouse(String name)
    {
        return WAREHOUSES.warehouse(name);
    }
}

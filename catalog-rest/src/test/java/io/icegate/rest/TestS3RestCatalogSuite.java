package io.icegate.rest;

import io.icegate.catalog.MissingMetadataFile;
import io.icegate.catalog.S3Warehouses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;

final class TestS3RestCatalogSuite
        extends AbstractTestRestCatalogSuite
{
    @RegisterExtension
    static final S3Warehouses WAREHOUSES = new S3Warehouses();

    @Override
    Map<String, String> warehouse(String name)
    {
        return WAREHOUSES.warehouse(name);
    }

    @Test
    @Override
    public void testLoadTableWithMissingMetadataFile(@TempDir Path unused)
    {
        MissingMetadataFile.verify(catalog(), TBL, SCHEMA);
    }
}

package io.icegate.catalog;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

final class TestMemoryCatalogSuite
        extends AbstractTestCatalogSuite
{
    private final String store = UUID.randomUUID().toString();

    @Override
    Map<String, String> warehouse(String name)
    {
        return Map.of("warehouse", "memory:" + store + "-" + name);
    }

    @Test
    @Override
    public void testLoadTableWithMissingMetadataFile(@TempDir Path unused)
    {
        MissingMetadataFile.verify(catalog(), TBL, SCHEMA);
    }
}

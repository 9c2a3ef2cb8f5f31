package io.icegate.rest;

import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;

final class TestLocalRestViewCatalogSuite
        extends AbstractTestRestViewCatalogSuite
{
    @TempDir
    private static Path folder;

    @Override
    Map<String, String> warehouse(String name)
    {
        return Map.of("warehouse", folder.resolve(name).toString());
    }
}

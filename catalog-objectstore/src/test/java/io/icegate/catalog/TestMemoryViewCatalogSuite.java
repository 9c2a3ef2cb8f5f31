package io.icegate.catalog;

import java.util.Map;
import java.util.UUID;

final class TestMemoryViewCatalogSuite
        extends AbstractTestViewCatalogSuite
{
    private final String store = UUID.randomUUID().toString();

    @Override
    Map<String, String> warehouse(String name)
    {
        return Map.of("warehouse", "memory:" + store + "-" + name);
    }
}

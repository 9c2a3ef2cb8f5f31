package io.icegate.rest;

import io.icegate.catalog.MissingMetadataFile;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two servers behind one address are one: each sees every second request of Iceberg's suite.
 */
final class TestAlternatingRestCatalogSuite
        extends AbstractTestRestCatalogSuite
{
    private final String stores = UUID.randomUUID().toString();
    private final Map<String, AlternatingServers> fronts = new HashMap<>();

    @Override
    Map<String, String> warehouse(String name)
    {
        return Map.of("warehouse", "memory:%s-%s".formatted(stores, name));
    }

    @Override
    protected RESTCatalog initCatalog(String name, Map<String, String> additionalProperties)
    {
        Map<String, String> warehouse = warehouse(name);
        AlternatingServers front = fronts.computeIfAbsent(name, _ -> {
            List<CatalogServer> both = List.of(closing(TestingServers.start(warehouse, Map.of())), closing(TestingServers.start(warehouse, Map.of())));
            try {
                return closing(new AlternatingServers(both));
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return closing(TestingServers.client(front.uri(), name, warehouse, additionalProperties));
    }

    @Test
    @Override
    public void testLoadTableWithMissingMetadataFile(@TempDir Path unused)
    {
        MissingMetadataFile.verify(catalog(), TBL, SCHEMA);
        assertThat(requireNonNull(fronts.get("suite"), "front is null").requests()).isGreaterThan(3);
    }
}

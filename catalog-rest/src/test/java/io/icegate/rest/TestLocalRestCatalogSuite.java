package io.icegate.rest;

import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * In a folder, through two servers behind one address, which are one: each sees every second request. {@link TestS3RestCatalogSuite}
 * has one server.
 */
final class TestLocalRestCatalogSuite
        extends AbstractTestRestCatalogSuite
{
    private final Map<String, AlternatingServers> fronts = new HashMap<>();

    @TempDir
    private static Path folder;

    @Override
    Map<String, String> warehouse(String name)
    {
        return Map.of("warehouse", folder.resolve(name).toString());
    }

    @Override
    protected RESTCatalog initCatalog(String name, Map<String, String> additionalProperties)
    {
        SuiteServers.Served served = SERVERS.served(name, 2, this::warehouse);
        AlternatingServers front = fronts.computeIfAbsent(name, _ -> {
            try {
                return closing(new AlternatingServers(served.servers()));
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return closing(TestingServers.client(front.uri(), name, served.warehouse(), additionalProperties));
    }

    @Test
    @Override
    public void testLoadTableWithMissingMetadataFile(@TempDir Path files)
            throws IOException
    {
        super.testLoadTableWithMissingMetadataFile(files);
        assertThat(requireNonNull(fronts.get("suite"), "front is null").requests()).isGreaterThan(3);
    }
}

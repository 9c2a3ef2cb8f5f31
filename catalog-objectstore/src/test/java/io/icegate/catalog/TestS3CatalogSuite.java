package io.icegate.catalog;

import io.icegate.objectstore.s3.StrictS3Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

final class TestS3CatalogSuite
        extends AbstractTestCatalogSuite
{
    private static StrictS3Server server;
    private final String prefix = UUID.randomUUID().toString();

    @BeforeAll
    static void startServer()
    {
        server = StrictS3Server.start();
        server.createBucket("lake");
    }

    @AfterAll
    static void stopServer()
    {
        server.close();
    }

    @Override
    Map<String, String> warehouse(String name)
    {
        Map<String, String> properties = new HashMap<>(server.properties());
        properties.put("warehouse", "s3://lake/" + prefix + "/" + name);
        return properties;
    }

    @Test
    @Override
    public void testLoadTableWithMissingMetadataFile(@TempDir Path unused)
    {
        MissingMetadataFile.verify(catalog(), TBL, SCHEMA);
    }
}

package io.icegate.standalone.process;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

final class TestTrinoCatalogs
{
    @TempDir
    private Path folder = Path.of("");

    @Test
    void testNothingToAdd()
            throws IOException
    {
        Map<String, String> environment = Map.of("STORAGE_EMULATOR_HOST", "localhost:4443", "AZURE_STORAGE_KEY", "secret");
        assertThat(TrinoCatalogs.of("s3://lake/wh", environment).prepare(folder, folder.resolve("copy"))).isEqualTo(folder);
        assertThat(TrinoCatalogs.of("gs://lake/wh", Map.of("STORAGE_EMULATOR_HOST", "")).lines()).isEmpty();
    }

    @Test
    void testGoogle()
    {
        assertThat(TrinoCatalogs.of("gs://lake/wh", Map.of("STORAGE_EMULATOR_HOST", "localhost:4443")).lines()).containsExactly("gcs.endpoint=http://localhost:4443");
        assertThat(TrinoCatalogs.of("gs://lake", Map.of("STORAGE_EMULATOR_HOST", "https://fake:1")).lines()).containsExactly("gcs.endpoint=https://fake:1");
    }

    @Test
    void testAzure()
    {
        String warehouse = "abfss://lake@acme.dfs.core.windows.net/wh";
        assertThat(TrinoCatalogs.of(warehouse, Map.of()).lines()).containsExactly("azure.endpoint=core.windows.net");
        assertThat(TrinoCatalogs.of("abfss://lake@acme.dfs.core.chinacloudapi.cn", Map.of()).lines()).containsExactly("azure.endpoint=core.chinacloudapi.cn");
        for (Map<String, String> environment : List.of(
                Map.of("AZURE_STORAGE_KEY", "c2VjcmV0=="),
                Map.of("AZURE_STORAGE_CONNECTION_STRING", "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=c2VjcmV0==;EndpointSuffix=core.windows.net"))) {
            TrinoCatalogs catalogs = TrinoCatalogs.of(warehouse, environment);
            assertThat(catalogs.lines()).containsExactly("azure.endpoint=core.windows.net", "azure.auth-type=ACCESS_KEY", "azure.access-key=${ENV:AZURE_STORAGE_KEY}");
            assertThat(catalogs.variables()).isEqualTo(Map.of("AZURE_STORAGE_KEY", "c2VjcmV0=="));
        }
    }

    @Test
    void testConnectionOfAnotherAccount()
    {
        Map<String, String> environment = Map.of("AZURE_STORAGE_CONNECTION_STRING", "AccountName=other;AccountKey=b3RoZXI=");
        assertThat(TrinoCatalogs.of("abfss://lake@acme.dfs.core.windows.net/wh", environment).variables()).isEmpty();
    }

    @Test
    void testCopyHasTheLines()
            throws IOException
    {
        Path given = Files.createDirectory(folder.resolve("given"));
        Files.writeString(given.resolve("icegate.properties"), "connector.name=icegate\n");
        Files.writeString(given.resolve("tpch.properties"), "connector.name=tpch\n");
        Path copy = TrinoCatalogs.of("gs://lake/wh", Map.of("STORAGE_EMULATOR_HOST", "localhost:4443")).prepare(given, folder.resolve("copy"));
        assertThat(copy.resolve("icegate.properties")).hasContent("connector.name=icegate\ngcs.endpoint=http://localhost:4443\n");
        assertThat(copy.resolve("tpch.properties")).hasContent("connector.name=tpch\n");
    }
}

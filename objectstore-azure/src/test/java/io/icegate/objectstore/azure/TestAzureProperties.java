package io.icegate.objectstore.azure;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.Warehouse;
import io.icegate.warehouse.Warehouses;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestAzureProperties
{
    private static final String HOST = "account.dfs.core.windows.net";
    private static final URI AZURE = URI.create("https://account.blob.core.windows.net");
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @Test
    void testDefaults()
    {
        assertThat(AzureProperties.fromProperties(HOST, Map.of("s3.endpoint", "x"), Map.of()))
                .isEqualTo(new AzureProperties(AZURE, "account", Optional.empty(), Optional.empty(), TIMEOUT));
    }

    @Test
    void testExplicit()
    {
        AzureProperties properties = AzureProperties.fromProperties(
                HOST,
                Map.of("icegate.azure.endpoint", "http://localhost:10000/account/", "adls.auth.shared-key.account.name", "account", "adls.auth.shared-key.account.key", "c2VjcmV0", "icegate.azure.put-timeout-millis", "7"),
                Map.of("AZURE_STORAGE_KEY", "b3RoZXI="));
        assertThat(properties).isEqualTo(new AzureProperties(URI.create("http://localhost:10000/account"), "account", Optional.of("c2VjcmV0"), Optional.empty(), Duration.ofMillis(7)));
        assertThat(properties.toString()).doesNotContain("c2VjcmV0");
        assertThat(AzureProperties.fromProperties(HOST, Map.of("adls.sas-token." + HOST, "?sv=1&sig=x"), Map.of("AZURE_STORAGE_KEY", "b3RoZXI=")))
                .isEqualTo(new AzureProperties(AZURE, "account", Optional.empty(), Optional.of("sv=1&sig=x"), TIMEOUT));
    }

    @Test
    void testKeyOfAnotherAccountIsNotSent()
    {
        assertThat(AzureProperties.fromProperties(HOST, Map.of("adls.auth.shared-key.account.name", "other", "adls.auth.shared-key.account.key", "c2VjcmV0"), Map.of()).accountKey()).isEmpty();
        assertThat(AzureProperties.fromProperties(HOST, Map.of(), Map.of("AZURE_STORAGE_CONNECTION_STRING", "AccountName=other;AccountKey=c2VjcmV0;BlobEndpoint=http://localhost/other")))
                .isEqualTo(new AzureProperties(AZURE, "account", Optional.empty(), Optional.empty(), TIMEOUT));
    }

    @Test
    void testEnvironment()
    {
        assertThat(AzureProperties.fromProperties(HOST, Map.of(), Map.of(
                "AZURE_STORAGE_CONNECTION_STRING", "DefaultEndpointsProtocol=http;AccountName=account;AccountKey=c2VjcmV0==;BlobEndpoint=http://127.0.0.1:10000/account;")))
                .isEqualTo(new AzureProperties(URI.create("http://127.0.0.1:10000/account"), "account", Optional.of("c2VjcmV0=="), Optional.empty(), TIMEOUT));
        assertThat(AzureProperties.fromProperties(HOST, Map.of(), Map.of("AZURE_STORAGE_KEY", "a2V5", "AZURE_STORAGE_SAS_TOKEN", "sig=x")))
                .isEqualTo(new AzureProperties(AZURE, "account", Optional.of("a2V5"), Optional.empty(), TIMEOUT));
        assertThat(AzureProperties.fromProperties(HOST, Map.of(), Map.of("AZURE_STORAGE_SAS_TOKEN", "sig=x")).sasToken()).contains("sig=x");
    }

    @Test
    void testProblemsAreNamedTogether()
    {
        assertThatThrownBy(() -> AzureProperties.fromProperties(
                HOST,
                Map.of("icegate.azure.endpoint", "localhost", "adls.auth.shared-key.account.name", "account", "icegate.azure.put-timeout-millis", "soon", "icegate.azure.endpont", "x"),
                Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot open Azure Blob Storage: 'icegate.azure.endpoint' is 'localhost', it must be like http://host:port/account; " +
                        "'adls.auth.shared-key.account.name' and 'adls.auth.shared-key.account.key' belong together; " +
                        "'icegate.azure.put-timeout-millis' is 'soon', it must be 1 to 600000; 'icegate.azure.endpont' is not known");
    }

    @Test
    void testIsFoundByScheme()
            throws IOException
    {
        try (StrictAzureServer server = StrictAzureServer.start()) {
            server.createBucket("lake");
            Map<String, String> properties = new HashMap<>(server.properties());
            properties.put(AzureProperties.PUT_TIMEOUT_MILLIS, "60000");
            String root = "abfss://lake@%s.dfs.core.windows.net/wh".formatted(StrictAzureServer.ACCOUNT);
            Warehouse warehouse = Warehouses.open(root + "/", properties);
            assertThat(warehouse.root()).isEqualTo(root);
            warehouse.store().put(new ObjectKey("a"), new byte[0]);
            assertThat(server.keys("lake")).containsExactly("wh/a");
        }
    }
}

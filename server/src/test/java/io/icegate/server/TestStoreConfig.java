package io.icegate.server;

import org.junit.jupiter.api.Test;

import java.util.Map;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static org.assertj.core.api.Assertions.assertThat;

final class TestStoreConfig
{
    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            Map.entry("s3.endpoint", "http://localhost:9000"),
            Map.entry("s3.path-style-access", "true"),
            Map.entry("s3.access-key-id", "key"),
            Map.entry("s3.secret-access-key", "secret"),
            Map.entry("s3.session-token", "token"),
            Map.entry("client.region", "eu-central-1"),
            Map.entry("gcs.service.host", "http://localhost:4443"),
            Map.entry("gcs.no-auth", "true"),
            Map.entry("gcs.user-project", "payer"),
            Map.entry("icegate.azure.endpoint", "http://localhost:10000/account"),
            Map.entry("adls.auth.shared-key.account.name", "account"),
            Map.entry("adls.auth.shared-key.account.key", "c2VjcmV0"));

    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(StoreConfig.class)
                .setEndpoint(null)
                .setPathStyleAccess(null)
                .setAccessKeyId(null)
                .setSecretAccessKey(null)
                .setSessionToken(null)
                .setRegion(null)
                .setGcsEndpoint(null)
                .setGcsAnonymous(null)
                .setGcsUserProject(null)
                .setAzureEndpoint(null)
                .setAzureAccountName(null)
                .setAzureAccountKey(null));
        assertThat(new StoreConfig().properties()).isEmpty();
    }

    @Test
    void testExplicitPropertyMappings()
    {
        StoreConfig expected = new StoreConfig()
                .setEndpoint("http://localhost:9000")
                .setPathStyleAccess(true)
                .setAccessKeyId("key")
                .setSecretAccessKey("secret")
                .setSessionToken("token")
                .setRegion("eu-central-1")
                .setGcsEndpoint("http://localhost:4443")
                .setGcsAnonymous(true)
                .setGcsUserProject("payer")
                .setAzureEndpoint("http://localhost:10000/account")
                .setAzureAccountName("account")
                .setAzureAccountKey("c2VjcmV0");
        assertFullMapping(PROPERTIES, expected);
        assertThat(expected.properties()).isEqualTo(PROPERTIES);
    }
}

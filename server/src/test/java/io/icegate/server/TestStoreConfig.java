package io.icegate.server;

import org.junit.jupiter.api.Test;

import java.util.Map;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static org.assertj.core.api.Assertions.assertThat;

final class TestStoreConfig
{
    private static final Map<String, String> PROPERTIES = Map.of(
            "s3.endpoint", "http://localhost:9000",
            "s3.path-style-access", "true",
            "s3.access-key-id", "key",
            "s3.secret-access-key", "secret",
            "s3.session-token", "token",
            "client.region", "eu-central-1");

    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(StoreConfig.class)
                .setEndpoint(null)
                .setPathStyleAccess(null)
                .setAccessKeyId(null)
                .setSecretAccessKey(null)
                .setSessionToken(null)
                .setRegion(null));
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
                .setRegion("eu-central-1");
        assertFullMapping(PROPERTIES, expected);
        assertThat(expected.properties()).isEqualTo(PROPERTIES);
    }
}

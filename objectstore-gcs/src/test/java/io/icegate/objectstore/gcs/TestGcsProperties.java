package io.icegate.objectstore.gcs;

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

final class TestGcsProperties
{
    private static final URI GOOGLE = URI.create("https://storage.googleapis.com");

    @Test
    void testDefaults()
    {
        assertThat(GcsProperties.fromProperties(Map.of("s3.endpoint", "x"), Map.of()))
                .isEqualTo(new GcsProperties(GOOGLE, false, Optional.empty(), Optional.empty(), Duration.ofSeconds(5)));
    }

    @Test
    void testExplicit()
    {
        GcsProperties properties = GcsProperties.fromProperties(
                Map.of("gcs.service.host", "http://localhost:4443/", "gcs.oauth2.token", "ya29.secret", "gcs.user-project", "payer", "icegate.gcs.put-timeout-millis", "7"),
                Map.of("STORAGE_EMULATOR_HOST", "ignored:1"));
        assertThat(properties).isEqualTo(new GcsProperties(URI.create("http://localhost:4443"), false, Optional.of("ya29.secret"), Optional.of("payer"), Duration.ofMillis(7)));
        assertThat(properties.toString()).doesNotContain("secret");
    }

    @Test
    void testEmulator()
    {
        assertThat(GcsProperties.fromProperties(Map.of(), Map.of("STORAGE_EMULATOR_HOST", "localhost:4443")))
                .isEqualTo(new GcsProperties(URI.create("http://localhost:4443"), true, Optional.empty(), Optional.empty(), Duration.ofSeconds(5)));
        assertThat(GcsProperties.fromProperties(Map.of(), Map.of("STORAGE_EMULATOR_HOST", "https://gcs.test")).endpoint()).isEqualTo(URI.create("https://gcs.test"));
    }

    @Test
    void testProblemsAreNamedTogether()
    {
        assertThatThrownBy(() -> GcsProperties.fromProperties(
                Map.of("gcs.service.host", "localhost", "gcs.no-auth", "true", "gcs.oauth2.token", "secret", "icegate.gcs.put-timeout-millis", "0", "icegate.gcs.put-timeout", "2s"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot open Google Cloud Storage: 'gcs.service.host' is 'localhost', it must be like http://host:port; " +
                        "'gcs.oauth2.token' contradicts 'gcs.no-auth'; 'icegate.gcs.put-timeout-millis' is '0', it must be 1 to 600000; 'icegate.gcs.put-timeout' is not known");
    }

    @Test
    void testIsFoundByScheme()
            throws IOException
    {
        try (StrictGcsServer server = StrictGcsServer.start()) {
            server.createBucket("lake");
            Map<String, String> properties = new HashMap<>(server.properties());
            properties.put(GcsProperties.PUT_TIMEOUT_MILLIS, "60000");
            Warehouse warehouse = Warehouses.open("gs://lake/wh/", properties);
            assertThat(warehouse.root()).isEqualTo("gs://lake/wh");
            warehouse.store().put(new ObjectKey("a"), new byte[0]);
            assertThat(server.keys("lake")).containsExactly("wh/a");
        }
    }
}

package io.icegate.receiver.telemetry;

import io.airlift.units.Duration;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;

final class TestTelemetryConfig
{
    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(TelemetryConfig.class)
                .setEnabled(false)
                .setTenant("icegate")
                .setInterval(new Duration(1, MINUTES)));
    }

    @Test
    void testExplicitPropertyMappings()
    {
        assertFullMapping(
                Map.of(
                        "icegate.telemetry.self.enabled", "true",
                        "icegate.telemetry.self.tenant", "operators",
                        "icegate.telemetry.self.interval", "10s"),
                new TelemetryConfig()
                        .setEnabled(true)
                        .setTenant("operators")
                        .setInterval(new Duration(10, SECONDS)));
    }
}

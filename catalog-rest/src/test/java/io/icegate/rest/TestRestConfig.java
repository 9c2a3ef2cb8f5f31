package io.icegate.rest;

import io.airlift.units.DataSize;
import io.airlift.units.Duration;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static io.airlift.units.DataSize.Unit.MEGABYTE;
import static java.util.concurrent.TimeUnit.SECONDS;

final class TestRestConfig
{
    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(RestConfig.class)
                .setWarehouse(null)
                .setHttpPort(8181)
                .setMaxRequestSize(DataSize.of(16, MEGABYTE))
                .setMaxConcurrentRequests(256)
                .setLiveMaxStaleness(new Duration(1, SECONDS)));
    }

    @Test
    void testExplicitPropertyMappings()
    {
        assertFullMapping(
                Map.of(
                        "icegate.warehouse", "s3://lake/wh",
                        "icegate.rest.http-port", "1",
                        "icegate.rest.max-request-size", "2MB",
                        "icegate.rest.max-concurrent-requests", "3",
                        "icegate.rest.live-max-staleness", "4s"),
                new RestConfig()
                        .setWarehouse("s3://lake/wh")
                        .setHttpPort(1)
                        .setMaxRequestSize(DataSize.of(2, MEGABYTE))
                        .setMaxConcurrentRequests(3)
                        .setLiveMaxStaleness(new Duration(4, SECONDS)));
    }
}

package io.icegate.receiver;

import io.airlift.units.DataSize;
import io.airlift.units.Duration;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static io.airlift.units.DataSize.Unit.MEGABYTE;
import static java.util.concurrent.TimeUnit.MINUTES;

final class TestOtlpConfig
{
    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(OtlpConfig.class)
                .setGrpcPort(4317)
                .setHttpPort(4318)
                .setHttpPrefix("")
                .setMaxRequestSize(DataSize.of(64, MEGABYTE))
                .setMaxCompressedSize(DataSize.of(16, MEGABYTE))
                .setMaxConnectionAge(new Duration(15, MINUTES)));
    }

    @Test
    void testExplicitPropertyMappings()
    {
        assertFullMapping(
                Map.of(
                        "icegate.otlp.grpc-port", "1",
                        "icegate.otlp.http-port", "2",
                        "icegate.otlp.http-prefix", "/otel",
                        "icegate.otlp.max-request-size", "8MB",
                        "icegate.otlp.max-compressed-size", "2MB",
                        "icegate.otlp.max-connection-age", "1m"),
                new OtlpConfig()
                        .setGrpcPort(1)
                        .setHttpPort(2)
                        .setHttpPrefix("/otel")
                        .setMaxRequestSize(DataSize.of(8, MEGABYTE))
                        .setMaxCompressedSize(DataSize.of(2, MEGABYTE))
                        .setMaxConnectionAge(new Duration(1, MINUTES)));
    }
}

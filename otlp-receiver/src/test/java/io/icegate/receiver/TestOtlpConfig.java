package io.icegate.receiver;

import io.airlift.units.DataSize;
import io.airlift.units.Duration;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static io.airlift.units.DataSize.Unit.MEGABYTE;
import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.HOURS;
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
                .setMaxConnectionAge(new Duration(15, MINUTES))
                .setCorsAllowedOrigins(List.of())
                .setCorsAllowedHeaders(List.of("Content-Type", "Content-Encoding", "X-Scope-OrgID"))
                .setCorsMaxAge(new Duration(2, HOURS))
                .setMaxValueSize(DataSize.of(8, MEGABYTE))
                .setMaxEventAge(new Duration(365, DAYS))
                .setMaxEventLead(new Duration(1, DAYS)));
    }

    @Test
    void testExplicitPropertyMappings()
    {
        assertFullMapping(
                Map.ofEntries(
                        Map.entry("icegate.otlp.grpc-port", "1"),
                        Map.entry("icegate.otlp.http-port", "2"),
                        Map.entry("icegate.otlp.http-prefix", "/otel"),
                        Map.entry("icegate.otlp.max-request-size", "8MB"),
                        Map.entry("icegate.otlp.max-compressed-size", "2MB"),
                        Map.entry("icegate.otlp.max-connection-age", "1m"),
                        Map.entry("icegate.otlp.cors.allowed-origins", "https://a.example.com,https://*.example.org"),
                        Map.entry("icegate.otlp.cors.allowed-headers", "content-type"),
                        Map.entry("icegate.otlp.cors.max-age", "1m"),
                        Map.entry("icegate.otlp.max-value-size", "1MB"),
                        Map.entry("icegate.otlp.max-event-age", "30d"),
                        Map.entry("icegate.otlp.max-event-lead", "1h")),
                new OtlpConfig()
                        .setGrpcPort(1)
                        .setHttpPort(2)
                        .setHttpPrefix("/otel")
                        .setMaxRequestSize(DataSize.of(8, MEGABYTE))
                        .setMaxCompressedSize(DataSize.of(2, MEGABYTE))
                        .setMaxConnectionAge(new Duration(1, MINUTES))
                        .setCorsAllowedOrigins(List.of("https://a.example.com", "https://*.example.org"))
                        .setCorsAllowedHeaders(List.of("content-type"))
                        .setCorsMaxAge(new Duration(1, MINUTES))
                        .setMaxValueSize(DataSize.of(1, MEGABYTE))
                        .setMaxEventAge(new Duration(30, DAYS))
                        .setMaxEventLead(new Duration(1, HOURS)));
    }
}

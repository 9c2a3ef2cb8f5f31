package io.icegate.receiver;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

final class TestClientNames
{
    private final ClientNames names = new ClientNames();

    @Test
    @OtlpRow(36)
    void testNamesOfExporters()
    {
        assertThat(names.name("OTel-OTLP-Exporter-Java/1.67.0")).isEqualTo("java 1.67");
        assertThat(names.name("OTel-OTLP-Exporter-JavaScript/0.223.1")).isEqualTo("javascript 0.223");
        assertThat(names.name("my-product/7 OTel-OTLP-Exporter-Python/1.38.0 grpc-python/1.76.0")).isEqualTo("python 1.38");
        assertThat(names.name("OTel OTLP Exporter Go/1.38.0 grpc-go/1.76.0")).isEqualTo("go 1.38");
        assertThat(names.name("OpenTelemetry Collector Contrib/0.140.1 (linux/amd64)")).isEqualTo("collector 0.140");
        assertThat(names.name("OpenTelemetry Collector/v0.140.0 (linux/arm64) grpc-go/1.76.0")).isEqualTo("collector 0.140");
        for (String other : List.of("", "curl/8.5.0", "OTel-OTLP-Exporter-Java", "OTel-OTLP-Exporter-Java/latest", "OTel-OTLP-Exporter-\u202e/1.2", "OTel-OTLP-Exporter-Java/1.67" + "x".repeat(1_000))) {
            assertThat(names.name(other)).as(other).isEqualTo(ClientNames.OTHER);
        }
        assertThat(names.name(null)).isEqualTo(ClientNames.OTHER);
    }

    @Test
    @OtlpRow(36)
    void testClientsCannotMakeAnyNumberOfNames()
    {
        for (int i = 0; i < ClientNames.NAMES_MAX; i++) {
            assertThat(names.name("OTel-OTLP-Exporter-Java/1." + i)).isEqualTo("java 1." + i);
        }
        assertThat(names.name("OTel-OTLP-Exporter-Java/2.0")).isEqualTo(ClientNames.OTHER);
        assertThat(names.name("OTel-OTLP-Exporter-Java/1.0.1")).as("one that is known").isEqualTo("java 1.0");
    }
}

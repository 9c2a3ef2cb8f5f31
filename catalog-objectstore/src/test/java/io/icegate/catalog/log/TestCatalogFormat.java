package io.icegate.catalog.log;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.UUID;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestCatalogFormat
{
    private static final String JSON = "{\"version\":2,\"catalog-id\":\"00000000-0000-0001-0000-000000000002\",\"fence\":\"PT5M\",\"retention\":\"PT168H\",\"idempotency-window\":\"PT1H\"}";

    @Test
    void testGoldenBytes()
    {
        CatalogFormat format = CatalogFormat.create(new UUID(1, 2), CatalogFormat.RETENTION);
        assertThat(new String(format.toJson(), UTF_8)).isEqualTo(JSON);
        assertThat(CatalogFormat.fromJson(JSON.getBytes(UTF_8))).isEqualTo(format);
    }

    @Test
    void testRefusesOtherFormats()
    {
        assertThatThrownBy(() -> parse(JSON.replace("\"version\":2", "\"version\":1")))
                .hasMessage("Cannot open catalog: its format is version 1, this program knows version 2 only");
        assertThatThrownBy(() -> parse(JSON.replace("\"version\":2", "\"version\":3")))
                .hasMessage("Cannot open catalog: its format is version 3, this program knows version 2 only");
        assertThatThrownBy(() -> parse(JSON.replace("}", ",\"shards\":4}")))
                .hasMessageContaining("field 'shards' is not known");
        assertThatThrownBy(() -> parse(JSON.replace("PT5M", "soon")))
                .hasMessageContaining("field 'fence' is not a duration");
        assertThatThrownBy(() -> parse("nonsense"))
                .hasMessageStartingWith("Cannot read catalog format");
    }

    @Test
    void testRetentionMustOutlastTheFence()
    {
        Duration fence = Duration.ofMinutes(5);
        assertThat(new CatalogFormat(new UUID(1, 2), fence, Duration.ofMinutes(20), Duration.ZERO).retention()).isEqualTo(Duration.ofMinutes(20));
        assertThatThrownBy(() -> new CatalogFormat(new UUID(1, 2), fence, Duration.ofMinutes(20).minusNanos(1), Duration.ZERO))
                .hasMessageContaining("it must be at least 4 times the fence");
    }

    private static CatalogFormat parse(String json)
    {
        return CatalogFormat.fromJson(json.getBytes(UTF_8));
    }
}

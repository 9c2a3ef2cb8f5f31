package io.icegate.receiver.commit;

import io.airlift.units.Duration;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static java.util.concurrent.TimeUnit.SECONDS;

final class TestCommitConfig
{
    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(CommitConfig.class)
                .setEnabled(true)
                .setInterval(new Duration(10, SECONDS))
                .setMaxSegments(5_000));
    }

    @Test
    void testExplicitPropertyMappings()
    {
        assertFullMapping(
                Map.of(
                        "icegate.commit.enabled", "false",
                        "icegate.commit.interval", "60s",
                        "icegate.commit.max-segments", "100"),
                new CommitConfig()
                        .setEnabled(false)
                        .setInterval(new Duration(60, SECONDS))
                        .setMaxSegments(100));
    }
}

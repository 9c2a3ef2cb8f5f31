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
                .setMaxSegments(5_000)
                .setSilentAfter(new Duration(60, SECONDS)));
    }

    @Test
    void testExplicitPropertyMappings()
    {
        assertFullMapping(
                Map.of(
                        "icegate.commit.enabled", "false",
                        "icegate.commit.interval", "60s",
                        "icegate.commit.max-segments", "100",
                        "icegate.wal.silent-after", "30s"),
                new CommitConfig()
                        .setEnabled(false)
                        .setInterval(new Duration(60, SECONDS))
                        .setMaxSegments(100)
                        .setSilentAfter(new Duration(30, SECONDS)));
    }
}

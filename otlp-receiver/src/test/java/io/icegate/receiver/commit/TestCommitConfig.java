package io.icegate.receiver.commit;

import io.airlift.units.Duration;
import io.icegate.receiver.ingest.IngestConfig;
import io.icegate.receiver.ingest.WindowProfile;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

final class TestCommitConfig
{
    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(CommitConfig.class)
                .setEnabled(true)
                .setInterval(null)
                .setMaxSegments(5_000)
                .setSilentAfter(new Duration(60, SECONDS)));
    }

    @Test
    void testIntervalFollowsTheProfileWhereRequestsCost()
    {
        CommitConfig config = new CommitConfig();
        assertThat(config.interval(new IngestConfig().requestProfile(false))).hasSeconds(10);
        assertThat(config.interval(new IngestConfig().setProfile(WindowProfile.ECONOMY).requestProfile(false))).hasSeconds(10);
        assertThat(config.interval(new IngestConfig().requestProfile(true))).hasSeconds(30);
        assertThat(config.interval(new IngestConfig().setProfile(WindowProfile.LOW_LATENCY).requestProfile(true))).hasSeconds(10);
        assertThat(config.interval(new IngestConfig().setProfile(WindowProfile.ECONOMY).requestProfile(true))).hasSeconds(60);
        assertThat(config.setInterval(new Duration(5, SECONDS)).interval(new IngestConfig().requestProfile(true))).hasSeconds(5);
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

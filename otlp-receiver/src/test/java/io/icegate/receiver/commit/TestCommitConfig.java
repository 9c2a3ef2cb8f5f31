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
        assertThat(config.pace(new IngestConfig().requestProfile(false))).isEqualTo(pace(10));
        assertThat(config.pace(new IngestConfig().setProfile(WindowProfile.ECONOMY).requestProfile(false))).isEqualTo(pace(10));
        assertThat(config.pace(new IngestConfig().requestProfile(true))).isEqualTo(pace(30));
        assertThat(config.pace(new IngestConfig().setProfile(WindowProfile.LOW_LATENCY).requestProfile(true))).isEqualTo(pace(10));
        assertThat(config.pace(new IngestConfig().setProfile(WindowProfile.ECONOMY).requestProfile(true))).isEqualTo(pace(60));
        assertThat(config.setInterval(new Duration(5, SECONDS)).pace(new IngestConfig().requestProfile(true))).isEqualTo(CommitPace.each(java.time.Duration.ofSeconds(5)));
    }

    private static CommitPace pace(long seconds)
    {
        return new CommitPace(java.time.Duration.ofSeconds(seconds), java.time.Duration.ofMinutes(1));
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

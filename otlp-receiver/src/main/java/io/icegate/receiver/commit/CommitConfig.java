package io.icegate.receiver.commit;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.units.Duration;
import io.airlift.units.MaxDuration;
import io.airlift.units.MinDuration;
import io.icegate.receiver.ingest.WindowProfile;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.registry.WriterRegistry;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;

import java.util.Optional;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * From durable segments to a committed table.
 */
public class CommitConfig
{
    private static final java.time.Duration LONGEST = java.time.Duration.ofMinutes(1);

    private boolean enabled = true;
    private Optional<Duration> interval = Optional.empty();
    private int maxSegments = CommitOptions.SEGMENTS_MAX;
    private Duration silentAfter = new Duration(WriterRegistry.SILENT_AFTER.toSeconds(), SECONDS);

    public boolean isEnabled()
    {
        return enabled;
    }

    @Config("icegate.commit.enabled")
    @ConfigDescription("Commit segments from this process; when off, somebody else has to")
    public CommitConfig setEnabled(boolean enabled)
    {
        this.enabled = enabled;
        return this;
    }

    public Optional<@MinDuration("100ms") @MaxDuration("1h") Duration> getInterval()
    {
        return interval;
    }

    @Config("icegate.commit.interval")
    @ConfigDescription("Time between two commits of what waits in a table. Default: that of the profile where the store takes money for requests, else 10s; up to a minute while few segments wait")
    public CommitConfig setInterval(@Nullable Duration interval)
    {
        this.interval = Optional.ofNullable(interval);
        return this;
    }

    /**
     * An interval that somebody chose is kept to.
     *
     * @param profile empty when the store takes no money for requests
     */
    public CommitPace pace(Optional<WindowProfile> profile)
    {
        return interval.map(chosen -> CommitPace.each(chosen.toJavaTime()))
                .orElseGet(() -> new CommitPace(profile.orElse(WindowProfile.LOW_LATENCY).commitInterval(), LONGEST));
    }

    @Min(1)
    @Max(CommitOptions.SEGMENTS_MAX)
    public int getMaxSegments()
    {
        return maxSegments;
    }

    @Config("icegate.commit.max-segments")
    @ConfigDescription("Segments that one commit takes at most")
    public CommitConfig setMaxSegments(int maxSegments)
    {
        this.maxSegments = maxSegments;
        return this;
    }

    @MinDuration("30s")
    @MaxDuration("5m")
    public Duration getSilentAfter()
    {
        return silentAfter;
    }

    @Config("icegate.wal.silent-after")
    @ConfigDescription("Time without a heartbeat, sent every 10 s, after which this process ends another writer by a seal")
    public CommitConfig setSilentAfter(Duration silentAfter)
    {
        this.silentAfter = silentAfter;
        return this;
    }

    /**
     * Empty when somebody else commits.
     */
    public Optional<CommitOptions> options()
    {
        return enabled ? Optional.of(new CommitOptions(maxSegments, true, silentAfter.toJavaTime())) : Optional.empty();
    }
}

package io.icegate.trino.config;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

public class IceGateConfig
{
    private @Nullable String warehouse;
    private @Nullable Long atVersion;
    private @Nullable String atTimestamp;
    private RowLevelChanges rowLevelChanges = RowLevelChanges.DRAIN;
    private int maxLiveSegments = 50_000;
    private int footerCacheSize = 100_000;
    private boolean skipCorruptSegments;

    @NotNull
    @Pattern(regexp = "(file:/[^/]|[a-z0-9]+://[^/]).*[^/]", message = "must be file:/<absolute path> or <scheme>://<bucket>[/<prefix>], without a slash at the end")
    public @Nullable String getWarehouse()
    {
        return warehouse;
    }

    @Config("icegate.warehouse")
    @ConfigDescription("Root of the warehouse, for example s3://lake/warehouse or file:/data/warehouse, spelled as every other process spells it")
    public IceGateConfig setWarehouse(@Nullable String warehouse)
    {
        this.warehouse = warehouse;
        return this;
    }

    @Min(0)
    public @Nullable Long getAtVersion()
    {
        return atVersion;
    }

    @Config("icegate.catalog.at-version")
    @ConfigDescription("Shows the warehouse as it was at this version of its catalog, for reading only")
    public IceGateConfig setAtVersion(@Nullable Long atVersion)
    {
        this.atVersion = atVersion;
        return this;
    }

    public @Nullable String getAtTimestamp()
    {
        return atTimestamp;
    }

    @Config("icegate.catalog.at-timestamp")
    @ConfigDescription("Shows the warehouse as it was at this time, as in 2026-01-31T12:00:00Z, for reading only")
    public IceGateConfig setAtTimestamp(@Nullable String atTimestamp)
    {
        this.atTimestamp = atTimestamp;
        return this;
    }

    /**
     * Properties that open the catalog as it was; none to open it as it is.
     */
    public Map<String, String> catalogPin()
    {
        Map<String, String> pin = new HashMap<>();
        if (atVersion != null) {
            pin.put("catalog.at-version", atVersion.toString());
        }
        if (atTimestamp != null) {
            pin.put("catalog.at-timestamp", atTimestamp);
        }
        return pin;
    }

    @NotNull
    public RowLevelChanges getRowLevelChanges()
    {
        return rowLevelChanges;
    }

    @Config("icegate.row-level-changes")
    @ConfigDescription("What DELETE, UPDATE, MERGE, TRUNCATE and CREATE OR REPLACE do while rows wait in the WAL: commit them first (DRAIN) or fail (FAIL)")
    public IceGateConfig setRowLevelChanges(RowLevelChanges rowLevelChanges)
    {
        this.rowLevelChanges = rowLevelChanges;
        return this;
    }

    @Min(1)
    @Max(1_000_000)
    public int getMaxLiveSegments()
    {
        return maxLiveSegments;
    }

    @Config("icegate.wal.max-live-segments")
    @ConfigDescription("A query fails when a table has more uncommitted segments than this")
    public IceGateConfig setMaxLiveSegments(int maxLiveSegments)
    {
        this.maxLiveSegments = maxLiveSegments;
        return this;
    }

    @Min(1)
    @Max(10_000_000)
    public int getFooterCacheSize()
    {
        return footerCacheSize;
    }

    @Config("icegate.wal.footer-cache-size")
    @ConfigDescription("Segment footers kept in memory")
    public IceGateConfig setFooterCacheSize(int footerCacheSize)
    {
        this.footerCacheSize = footerCacheSize;
        return this;
    }

    public boolean isSkipCorruptSegments()
    {
        return skipCorruptSegments;
    }

    @Config("icegate.wal.skip-corrupt-segments")
    @ConfigDescription("Whether a query leaves out what a writer stored from a corrupt segment on, instead of failing")
    public IceGateConfig setSkipCorruptSegments(boolean skipCorruptSegments)
    {
        this.skipCorruptSegments = skipCorruptSegments;
        return this;
    }
}

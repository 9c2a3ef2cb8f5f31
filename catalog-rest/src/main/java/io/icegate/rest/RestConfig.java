package io.icegate.rest;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.units.DataSize;
import io.airlift.units.Duration;
import io.airlift.units.MaxDataSize;
import io.airlift.units.MaxDuration;
import io.airlift.units.MinDataSize;
import io.airlift.units.MinDuration;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

import static io.airlift.units.DataSize.Unit.MEGABYTE;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * The REST catalog and its warehouse.
 */
public class RestConfig
{
    private @Nullable String warehouse;
    private int httpPort = 8181;
    private DataSize maxRequestSize = DataSize.of(16, MEGABYTE);
    private int maxConcurrentRequests = 256;
    private Duration liveMaxStaleness = new Duration(1, SECONDS);

    @NotNull
    public @Nullable String getWarehouse()
    {
        return warehouse;
    }

    @Config("icegate.warehouse")
    @ConfigDescription("Root of the warehouse: s3://bucket/prefix, file:/folder, or an absolute path")
    public RestConfig setWarehouse(@Nullable String warehouse)
    {
        this.warehouse = warehouse;
        return this;
    }

    @Min(0)
    @Max(65535)
    public int getHttpPort()
    {
        return httpPort;
    }

    @Config("icegate.rest.http-port")
    @ConfigDescription("Port of the catalog, /health, /ready and /metrics; 0 takes a free one")
    public RestConfig setHttpPort(int httpPort)
    {
        this.httpPort = httpPort;
        return this;
    }

    @MinDataSize("1kB")
    @MaxDataSize("256MB")
    public DataSize getMaxRequestSize()
    {
        return maxRequestSize;
    }

    @Config("icegate.rest.max-request-size")
    @ConfigDescription("Largest request; all requests together may have a quarter of the heap, and never less than this")
    public RestConfig setMaxRequestSize(DataSize maxRequestSize)
    {
        this.maxRequestSize = maxRequestSize;
        return this;
    }

    @Min(1)
    @Max(65535)
    public int getMaxConcurrentRequests()
    {
        return maxConcurrentRequests;
    }

    @Config("icegate.rest.max-concurrent-requests")
    @ConfigDescription("Requests that are answered at the same time; further ones get 429 and are sent again by their clients")
    public RestConfig setMaxConcurrentRequests(int maxConcurrentRequests)
    {
        this.maxConcurrentRequests = maxConcurrentRequests;
        return this;
    }

    @NotNull
    @MinDuration("0s")
    @MaxDuration("1m")
    public Duration getLiveMaxStaleness()
    {
        return liveMaxStaleness;
    }

    @Config("icegate.rest.live-max-staleness")
    @ConfigDescription("How old a look at the WAL may be for a table that is loaded live; bounds how many live snapshots are made")
    public RestConfig setLiveMaxStaleness(Duration liveMaxStaleness)
    {
        this.liveMaxStaleness = liveMaxStaleness;
        return this;
    }
}

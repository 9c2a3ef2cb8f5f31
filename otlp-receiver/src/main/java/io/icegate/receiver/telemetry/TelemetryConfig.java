package io.icegate.receiver.telemetry;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.units.Duration;
import io.airlift.units.MaxDuration;
import io.airlift.units.MinDuration;
import io.icegate.server.access.TenantHeader;
import jakarta.validation.constraints.Pattern;

import static java.util.concurrent.TimeUnit.MINUTES;

/**
 * Whether a receiver stores what it has to tell of itself.
 */
public class TelemetryConfig
{
    private boolean enabled;
    private String tenant = "icegate";
    private Duration interval = new Duration(1, MINUTES);

    public boolean isEnabled()
    {
        return enabled;
    }

    @Config("icegate.telemetry.self.enabled")
    @ConfigDescription("Store this receiver's own warnings, spans and metrics in its tables, as service icegate-receiver")
    public TelemetryConfig setEnabled(boolean enabled)
    {
        this.enabled = enabled;
        return this;
    }

    @Pattern(regexp = TenantHeader.PATTERN, message = "is not a valid tenant")
    public String getTenant()
    {
        return tenant;
    }

    @Config("icegate.telemetry.self.tenant")
    @ConfigDescription("Tenant of this receiver's own telemetry")
    public TelemetryConfig setTenant(String tenant)
    {
        this.tenant = tenant;
        return this;
    }

    @MinDuration("1s")
    @MaxDuration("1h")
    public Duration getInterval()
    {
        return interval;
    }

    @Config("icegate.telemetry.self.interval")
    @ConfigDescription("Time between two requests with own telemetry, at most one of each signal")
    public TelemetryConfig setInterval(Duration interval)
    {
        this.interval = interval;
        return this;
    }

    public SelfTelemetry.Settings settings()
    {
        return new SelfTelemetry.Settings(enabled, tenant, interval.toJavaTime());
    }
}

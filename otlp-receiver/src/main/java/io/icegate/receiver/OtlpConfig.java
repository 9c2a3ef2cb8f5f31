package io.icegate.receiver;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.units.DataSize;
import io.airlift.units.Duration;
import io.airlift.units.MaxDataSize;
import io.airlift.units.MinDataSize;
import io.airlift.units.MinDuration;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;

import static io.airlift.units.DataSize.Unit.MEGABYTE;
import static java.util.concurrent.TimeUnit.MINUTES;

/**
 * The OTLP servers.
 */
public class OtlpConfig
{
    private int grpcPort = 4317;
    private int httpPort = 4318;
    private String httpPrefix = "";
    private DataSize maxRequestSize = DataSize.of(64, MEGABYTE);
    private DataSize maxCompressedSize = DataSize.of(16, MEGABYTE);
    private Duration maxConnectionAge = new Duration(15, MINUTES);

    @Min(0)
    @Max(65535)
    public int getGrpcPort()
    {
        return grpcPort;
    }

    @Config("icegate.otlp.grpc-port")
    @ConfigDescription("Port of OTLP/gRPC; 0 takes a free one")
    public OtlpConfig setGrpcPort(int grpcPort)
    {
        this.grpcPort = grpcPort;
        return this;
    }

    @Min(0)
    @Max(65535)
    public int getHttpPort()
    {
        return httpPort;
    }

    @Config("icegate.otlp.http-port")
    @ConfigDescription("Port of OTLP/HTTP, /health, /ready and /metrics; 0 takes a free one")
    public OtlpConfig setHttpPort(int httpPort)
    {
        this.httpPort = httpPort;
        return this;
    }

    @NotNull
    @Pattern(regexp = "(/[A-Za-z0-9._~-]+)*", message = "must be empty or start with '/' and not end with it")
    public String getHttpPrefix()
    {
        return httpPrefix;
    }

    @Config("icegate.otlp.http-prefix")
    @ConfigDescription("Path before /v1/logs, for example /otel; requests without it are accepted too")
    public OtlpConfig setHttpPrefix(String httpPrefix)
    {
        this.httpPrefix = httpPrefix;
        return this;
    }

    @MinDataSize("1kB")
    @MaxDataSize("1GB")
    public DataSize getMaxRequestSize()
    {
        return maxRequestSize;
    }

    @Config("icegate.otlp.max-request-size")
    @ConfigDescription("Largest request after decompression")
    public OtlpConfig setMaxRequestSize(DataSize maxRequestSize)
    {
        this.maxRequestSize = maxRequestSize;
        return this;
    }

    @MinDataSize("1kB")
    @MaxDataSize("1GB")
    public DataSize getMaxCompressedSize()
    {
        return maxCompressedSize;
    }

    @Config("icegate.otlp.max-compressed-size")
    @ConfigDescription("Largest compressed request as sent over HTTP")
    public OtlpConfig setMaxCompressedSize(DataSize maxCompressedSize)
    {
        this.maxCompressedSize = maxCompressedSize;
        return this;
    }

    @MinDuration("1s")
    public Duration getMaxConnectionAge()
    {
        return maxConnectionAge;
    }

    @Config("icegate.otlp.max-connection-age")
    @ConfigDescription("Age at which a gRPC connection is ended gracefully, so that load balancers can rebalance")
    public OtlpConfig setMaxConnectionAge(Duration maxConnectionAge)
    {
        this.maxConnectionAge = maxConnectionAge;
        return this;
    }
}

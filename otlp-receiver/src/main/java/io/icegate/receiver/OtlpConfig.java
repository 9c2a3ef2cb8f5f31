package io.icegate.receiver;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.units.DataSize;
import io.airlift.units.Duration;
import io.airlift.units.MaxDataSize;
import io.airlift.units.MinDataSize;
import io.airlift.units.MinDuration;
import io.icegate.receiver.decode.DecodeLimits;
import io.icegate.receiver.otlp.Cors;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;

import java.util.List;

import static io.airlift.units.DataSize.Unit.MEGABYTE;
import static java.lang.Math.toIntExact;
import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.HOURS;
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
    private List<String> corsAllowedOrigins = List.of();
    private List<String> corsAllowedHeaders = List.of("Content-Type", "Content-Encoding", "X-Scope-OrgID");
    private Duration corsMaxAge = new Duration(2, HOURS);
    private DataSize maxValueSize = DataSize.of(8, MEGABYTE);
    private Duration maxEventAge = new Duration(365, DAYS);
    private Duration maxEventLead = new Duration(1, DAYS);

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

    public List<@Pattern(regexp = "\\*|https?://[^/]+", message = "must be '*' or an origin such as https://shop.example.com, without a path") String> getCorsAllowedOrigins()
    {
        return corsAllowedOrigins;
    }

    @Config("icegate.otlp.cors.allowed-origins")
    @ConfigDescription("Origins of web pages that may send, separated by commas; '*' stands for any characters. Empty: none")
    public OtlpConfig setCorsAllowedOrigins(List<String> corsAllowedOrigins)
    {
        this.corsAllowedOrigins = List.copyOf(corsAllowedOrigins);
        return this;
    }

    public List<String> getCorsAllowedHeaders()
    {
        return corsAllowedHeaders;
    }

    @Config("icegate.otlp.cors.allowed-headers")
    @ConfigDescription("Request headers that these pages may send, separated by commas")
    public OtlpConfig setCorsAllowedHeaders(List<String> corsAllowedHeaders)
    {
        this.corsAllowedHeaders = List.copyOf(corsAllowedHeaders);
        return this;
    }

    @MinDuration("0s")
    public Duration getCorsMaxAge()
    {
        return corsMaxAge;
    }

    @Config("icegate.otlp.cors.max-age")
    @ConfigDescription("How long browsers may remember what they asked before sending")
    public OtlpConfig setCorsMaxAge(Duration corsMaxAge)
    {
        this.corsMaxAge = corsMaxAge;
        return this;
    }

    @MinDataSize("1kB")
    @MaxDataSize("1GB")
    public DataSize getMaxValueSize()
    {
        return maxValueSize;
    }

    @Config("icegate.otlp.max-value-size")
    @ConfigDescription("Longest text of one column or attribute; of a longer one the beginning is stored, and the whole record beside it in otlp_residual")
    public OtlpConfig setMaxValueSize(DataSize maxValueSize)
    {
        this.maxValueSize = maxValueSize;
        return this;
    }

    @MinDuration("1s")
    public Duration getMaxEventAge()
    {
        return maxEventAge;
    }

    @Config("icegate.otlp.max-event-age")
    @ConfigDescription("How far back an event time is used as the timestamp; beyond it the observed time is used, then the time of receipt")
    public OtlpConfig setMaxEventAge(Duration maxEventAge)
    {
        this.maxEventAge = maxEventAge;
        return this;
    }

    @MinDuration("1s")
    public Duration getMaxEventLead()
    {
        return maxEventLead;
    }

    @Config("icegate.otlp.max-event-lead")
    @ConfigDescription("How far ahead of the receiver's clock an event time is used as the timestamp")
    public OtlpConfig setMaxEventLead(Duration maxEventLead)
    {
        this.maxEventLead = maxEventLead;
        return this;
    }

    Cors.Settings cors()
    {
        return new Cors.Settings(corsAllowedOrigins, corsAllowedHeaders, corsMaxAge.toJavaTime());
    }

    DecodeLimits decodeLimits()
    {
        DecodeLimits fixed = DecodeLimits.DEFAULT;
        return new DecodeLimits(
                fixed.depthMax(),
                fixed.messagesMax(),
                fixed.attributesMax(),
                toIntExact(maxValueSize.toBytes()),
                fixed.recordsMax(),
                fixed.valuesMax(),
                maxEventAge.toJavaTime(),
                maxEventLead.toJavaTime());
    }
}

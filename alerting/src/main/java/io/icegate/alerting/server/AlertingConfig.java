package io.icegate.alerting.server;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.configuration.validation.FileExists;
import io.airlift.units.Duration;
import io.airlift.units.MaxDuration;
import io.airlift.units.MinDuration;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import static java.util.concurrent.TimeUnit.MINUTES;

/**
 * An evaluator of alerts: where rules and records are, who answers SQL, who is told.
 */
public class AlertingConfig
{
    private @Nullable String warehouse;
    private int httpPort = 8182;
    private @Nullable String trinoUrl;
    private String trinoUser = "icegate";
    private Optional<Path> trinoPasswordFile = Optional.empty();
    private Optional<Path> trinoTokenFile = Optional.empty();
    private String trinoCatalog = "icegate";
    private String trinoSchema = "otel";
    private List<String> lookupTables = List.of();
    private boolean builtInRules = true;
    private Duration patience = new Duration(2, MINUTES);
    private String eventsEndpoint = "http://localhost:4318";
    private Optional<Path> eventsKeyFile = Optional.empty();
    private Optional<Path> eventsCertificateFile = Optional.empty();
    private String tenantHeader = "X-Scope-OrgID";
    private Optional<String> defaultTenant = Optional.empty();
    private Optional<Path> channelsFile = Optional.empty();
    private Duration resend = new Duration(1, MINUTES);
    private Optional<String> externalUrl = Optional.empty();

    @NotNull
    public @Nullable String getWarehouse()
    {
        return warehouse;
    }

    @Config("icegate.warehouse")
    @ConfigDescription("Root of the warehouse: s3://bucket/prefix, file:/folder, or an absolute path")
    public AlertingConfig setWarehouse(@Nullable String warehouse)
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

    @Config("icegate.alerting.http-port")
    @ConfigDescription("Port of the API, /health, /ready and /metrics; 0 takes a free one")
    public AlertingConfig setHttpPort(int httpPort)
    {
        this.httpPort = httpPort;
        return this;
    }

    @NotNull
    public @Nullable String getTrinoUrl()
    {
        return trinoUrl;
    }

    @Config("icegate.alerting.trino.url")
    @ConfigDescription("Trino that evaluates rules: http://host:port or https://host:port")
    public AlertingConfig setTrinoUrl(@Nullable String trinoUrl)
    {
        this.trinoUrl = trinoUrl;
        return this;
    }

    @NotNull
    public String getTrinoUser()
    {
        return trinoUser;
    }

    @Config("icegate.alerting.trino.user")
    @ConfigDescription("User of Trino")
    public AlertingConfig setTrinoUser(String trinoUser)
    {
        this.trinoUser = trinoUser;
        return this;
    }

    public Optional<@FileExists Path> getTrinoPasswordFile()
    {
        return trinoPasswordFile;
    }

    @Config("icegate.alerting.trino.password-file")
    @ConfigDescription("File with the password of the user, for https")
    public AlertingConfig setTrinoPasswordFile(@Nullable Path trinoPasswordFile)
    {
        this.trinoPasswordFile = Optional.ofNullable(trinoPasswordFile);
        return this;
    }

    public Optional<@FileExists Path> getTrinoTokenFile()
    {
        return trinoTokenFile;
    }

    @Config("icegate.alerting.trino.token-file")
    @ConfigDescription("File with a token (JWT) for Trino instead, for https")
    public AlertingConfig setTrinoTokenFile(@Nullable Path trinoTokenFile)
    {
        this.trinoTokenFile = Optional.ofNullable(trinoTokenFile);
        return this;
    }

    @NotNull
    public String getTrinoCatalog()
    {
        return trinoCatalog;
    }

    @Config("icegate.alerting.trino.catalog")
    @ConfigDescription("Catalog of the warehouse in Trino")
    public AlertingConfig setTrinoCatalog(String trinoCatalog)
    {
        this.trinoCatalog = trinoCatalog;
        return this;
    }

    @NotNull
    public String getTrinoSchema()
    {
        return trinoSchema;
    }

    @Config("icegate.alerting.trino.schema")
    @ConfigDescription("Schema of the tables of signals")
    public AlertingConfig setTrinoSchema(String trinoSchema)
    {
        this.trinoSchema = trinoSchema;
        return this;
    }

    public List<String> getLookupTables()
    {
        return lookupTables;
    }

    @Config("icegate.alerting.lookup-tables")
    @ConfigDescription("Further tables that rules may read, catalog.schema.table each, with commas between them")
    public AlertingConfig setLookupTables(List<String> lookupTables)
    {
        this.lookupTables = List.copyOf(lookupTables);
        return this;
    }

    public boolean isBuiltInRules()
    {
        return builtInRules;
    }

    @Config("icegate.alerting.built-in-rules")
    @ConfigDescription("Evaluate the rules that watch the pipeline itself, as soon as there are others")
    public AlertingConfig setBuiltInRules(boolean builtInRules)
    {
        this.builtInRules = builtInRules;
        return this;
    }

    @NotNull
    @MinDuration("0s")
    @MaxDuration("1h")
    public Duration getPatience()
    {
        return patience;
    }

    @Config("icegate.alerting.patience")
    @ConfigDescription("How long a tick waits for rows on their way before it is evaluated without them, and again later")
    public AlertingConfig setPatience(Duration patience)
    {
        this.patience = patience;
        return this;
    }

    @NotNull
    public String getEventsEndpoint()
    {
        return eventsEndpoint;
    }

    @Config("icegate.alerting.events.endpoint")
    @ConfigDescription("OTLP/HTTP receiver that takes the events of alerts, without the path of a signal")
    public AlertingConfig setEventsEndpoint(String eventsEndpoint)
    {
        this.eventsEndpoint = eventsEndpoint;
        return this;
    }

    public Optional<@FileExists Path> getEventsKeyFile()
    {
        return eventsKeyFile;
    }

    @Config("icegate.alerting.events.key-file")
    @ConfigDescription("File with the API key for the receiver")
    public AlertingConfig setEventsKeyFile(@Nullable Path eventsKeyFile)
    {
        this.eventsKeyFile = Optional.ofNullable(eventsKeyFile);
        return this;
    }

    public Optional<@FileExists Path> getEventsCertificateFile()
    {
        return eventsCertificateFile;
    }

    @Config("icegate.alerting.events.certificate-file")
    @ConfigDescription("Certificate that the receiver must have, where no known authority signed it")
    public AlertingConfig setEventsCertificateFile(@Nullable Path eventsCertificateFile)
    {
        this.eventsCertificateFile = Optional.ofNullable(eventsCertificateFile);
        return this;
    }

    @NotNull
    public String getTenantHeader()
    {
        return tenantHeader;
    }

    @Config("icegate.tenant.header")
    @ConfigDescription("Header that names the tenant, here and at the receiver")
    public AlertingConfig setTenantHeader(String tenantHeader)
    {
        this.tenantHeader = tenantHeader;
        return this;
    }

    public Optional<String> getDefaultTenant()
    {
        return defaultTenant;
    }

    @Config("icegate.tenant.default")
    @ConfigDescription("Tenant of requests without the header, and of rules that name none")
    public AlertingConfig setDefaultTenant(@Nullable String defaultTenant)
    {
        this.defaultTenant = Optional.ofNullable(defaultTenant);
        return this;
    }

    public Optional<@FileExists Path> getChannelsFile()
    {
        return channelsFile;
    }

    @Config("icegate.alerting.channels-file")
    @ConfigDescription("YAML file of the Alertmanagers and webhooks that get alerts")
    public AlertingConfig setChannelsFile(@Nullable Path channelsFile)
    {
        this.channelsFile = Optional.ofNullable(channelsFile);
        return this;
    }

    @NotNull
    @MinDuration("1s")
    @MaxDuration("1h")
    public Duration getResend()
    {
        return resend;
    }

    @Config("icegate.alerting.alertmanager.resend")
    @ConfigDescription("Time between two refreshes of an Alertmanager that is told all alerts")
    public AlertingConfig setResend(Duration resend)
    {
        this.resend = resend;
        return this;
    }

    public Optional<String> getExternalUrl()
    {
        return externalUrl;
    }

    @Config("icegate.alerting.external-url")
    @ConfigDescription("Address of this server for people, for links in notifications")
    public AlertingConfig setExternalUrl(@Nullable String externalUrl)
    {
        this.externalUrl = Optional.ofNullable(externalUrl);
        return this;
    }
}

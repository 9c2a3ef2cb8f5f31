package io.icegate.rest.credentials;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.units.Duration;
import io.airlift.units.MaxDuration;
import io.airlift.units.MinDuration;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

import java.util.Optional;

import static java.util.concurrent.TimeUnit.HOURS;

/**
 * Credentials that are sent to clients. Off until there is a role.
 */
public class CredentialsConfig
{
    private Optional<String> roleArn = Optional.empty();
    private Optional<String> stsEndpoint = Optional.empty();
    private Optional<String> externalId = Optional.empty();
    private Duration sessionDuration = new Duration(1, HOURS);

    public Optional<String> getRoleArn()
    {
        return roleArn;
    }

    @Config("icegate.rest.credentials.role-arn")
    @ConfigDescription("Role that is assumed for clients that ask for credentials, narrowed to their table; without one no credentials are sent")
    public CredentialsConfig setRoleArn(@Nullable String roleArn)
    {
        this.roleArn = Optional.ofNullable(roleArn);
        return this;
    }

    public Optional<String> getStsEndpoint()
    {
        return stsEndpoint;
    }

    @Config("icegate.rest.credentials.sts-endpoint")
    @ConfigDescription("URL of the token service, where it is not that of AWS")
    public CredentialsConfig setStsEndpoint(@Nullable String stsEndpoint)
    {
        this.stsEndpoint = Optional.ofNullable(stsEndpoint);
        return this;
    }

    public Optional<String> getExternalId()
    {
        return externalId;
    }

    @Config("icegate.rest.credentials.external-id")
    @ConfigDescription("External id that the trust policy of the role wants")
    public CredentialsConfig setExternalId(@Nullable String externalId)
    {
        this.externalId = Optional.ofNullable(externalId);
        return this;
    }

    @NotNull
    @MinDuration("15m")
    @MaxDuration("12h")
    public Duration getSessionDuration()
    {
        return sessionDuration;
    }

    @Config("icegate.rest.credentials.session-duration")
    @ConfigDescription("How long credentials are valid; a role that is assumed by a role allows one hour at most")
    public CredentialsConfig setSessionDuration(Duration sessionDuration)
    {
        this.sessionDuration = sessionDuration;
        return this;
    }

    @AssertTrue(message = "icegate.rest.credentials.sts-endpoint and external-id need icegate.rest.credentials.role-arn")
    public boolean isRoleNamed()
    {
        return roleArn.isPresent() || (stsEndpoint.isEmpty() && externalId.isEmpty());
    }

    @AssertTrue(message = "icegate.rest.credentials.role-arn must be like arn:aws:iam::123456789012:role/name")
    public boolean isRoleArnValid()
    {
        return roleArn.isEmpty() || roleArn.orElseThrow().matches("arn:[a-z0-9-]+:iam::[^:]*:.+");
    }
}

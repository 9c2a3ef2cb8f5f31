package io.icegate.rest.credentials;

import io.airlift.units.Duration;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

final class TestCredentialsConfig
{
    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(CredentialsConfig.class)
                .setRoleArn(null)
                .setStsEndpoint(null)
                .setExternalId(null)
                .setSessionDuration(new Duration(1, HOURS)));
    }

    @Test
    void testExplicitPropertyMappings()
    {
        assertFullMapping(
                Map.of(
                        "icegate.rest.credentials.role-arn", "arn:aws:iam::123456789012:role/clients",
                        "icegate.rest.credentials.sts-endpoint", "http://sts:9000",
                        "icegate.rest.credentials.external-id", "of-ours",
                        "icegate.rest.credentials.session-duration", "20m"),
                new CredentialsConfig()
                        .setRoleArn("arn:aws:iam::123456789012:role/clients")
                        .setStsEndpoint("http://sts:9000")
                        .setExternalId("of-ours")
                        .setSessionDuration(new Duration(20, MINUTES)));
    }

    @Test
    void testValidation()
    {
        assertThat(new CredentialsConfig().isRoleArnValid()).isTrue();
        assertThat(new CredentialsConfig().setRoleArn("arn:minio:iam:::role/dummy").isRoleArnValid()).isTrue();
        assertThat(new CredentialsConfig().setRoleArn("clients").isRoleArnValid()).isFalse();
        assertThat(new CredentialsConfig().setRoleArn("arn:aws:iam::123456789012:role/clients").setStsEndpoint("http://sts:9000").isRoleNamed()).isTrue();
        assertThat(new CredentialsConfig().isRoleNamed()).isTrue();
        assertThat(new CredentialsConfig().setStsEndpoint("http://sts:9000").isRoleNamed()).isFalse();
        assertThat(new CredentialsConfig().setExternalId("of-ours").isRoleNamed()).isFalse();
    }
}

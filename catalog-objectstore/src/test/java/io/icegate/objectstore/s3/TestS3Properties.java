package io.icegate.objectstore.s3;

import org.junit.jupiter.api.Test;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestS3Properties
{
    @Test
    void testDefaults()
    {
        assertThat(S3Properties.fromProperties(Map.of("unrelated", "x"), Map.of())).isEqualTo(new S3Properties(
                Optional.empty(), false, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(2)));
    }

    @Test
    void testAllProperties()
    {
        assertThat(S3Properties.fromProperties(
                Map.of(
                        "s3.endpoint", "http://localhost:9000",
                        "s3.path-style-access", "false",
                        "s3.access-key-id", "id",
                        "s3.secret-access-key", "secret",
                        "s3.session-token", "token",
                        "client.region", "eu-central-1",
                        "icegate.s3.put-timeout-millis", "500"),
                Map.of("AWS_REGION", "other", "AWS_ENDPOINT_URL", "http://other:1")))
                .isEqualTo(new S3Properties(
                        Optional.of(URI.create("http://localhost:9000")),
                        false,
                        Optional.of("eu-central-1"),
                        Optional.of("id"),
                        Optional.of("secret"),
                        Optional.of("token"),
                        Duration.ofMillis(500)));
    }

    @Test
    void testEnvironment()
    {
        S3Properties fromGeneral = S3Properties.fromProperties(Map.of(), Map.of("AWS_ENDPOINT_URL", "https://s3.example.com"));
        assertThat(fromGeneral.endpoint()).contains(URI.create("https://s3.example.com"));
        assertThat(fromGeneral.pathStyle()).isTrue();
        assertThat(fromGeneral.region()).contains("us-east-1");
        S3Properties fromSpecial = S3Properties.fromProperties(Map.of(), Map.of(
                "AWS_ENDPOINT_URL", "https://all.example.com", "AWS_ENDPOINT_URL_S3", "https://s3.example.com", "AWS_REGION", "eu-west-1"));
        assertThat(fromSpecial.endpoint()).contains(URI.create("https://s3.example.com"));
        assertThat(fromSpecial.region()).contains("eu-west-1");
    }

    @Test
    void testProblemsAreReportedTogether()
    {
        assertThatThrownBy(() -> S3Properties.fromProperties(
                Map.of("s3.endpoint", "localhost:9000", "s3.path-style-access", "yes", "s3.access-key-id", "id", "icegate.s3.put-timeout-millis", "0"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot open S3: ")
                .hasMessageContaining("'s3.endpoint' is 'localhost:9000'")
                .hasMessageContaining("'s3.path-style-access' is 'yes'")
                .hasMessageContaining("'s3.access-key-id' and 's3.secret-access-key' belong together")
                .hasMessageContaining("'icegate.s3.put-timeout-millis' is '0'");
        assertThatThrownBy(() -> S3Properties.fromProperties(Map.of("s3.session-token", "x"), Map.of())).hasMessageContaining("'s3.session-token' needs 's3.access-key-id'");
    }
}

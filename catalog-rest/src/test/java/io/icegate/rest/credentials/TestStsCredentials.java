package io.icegate.rest.credentials;

import io.icegate.server.StoreConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.ServiceFailureException;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestStsCredentials
{
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-01T00:00:00Z"));
    private FakeSts sts;
    private StsCredentials credentials;

    @BeforeEach
    void open()
            throws IOException
    {
        sts = new FakeSts(now::get);
        credentials = new StsCredentials(
                new CredentialsConfig().setRoleArn(FakeSts.ROLE).setStsEndpoint(sts.endpoint()).setExternalId("of-ours"),
                new StoreConfig().setAccessKeyId("icegate").setSecretAccessKey("icegate-secret"),
                "s3://lake/wh",
                now::get);
    }

    @AfterEach
    void close()
    {
        credentials.close();
        sts.close();
    }

    private static TableMetadata table(String location)
    {
        return TableMetadata.newTableMetadata(new Schema(Types.NestedField.required(1, "id", Types.LongType.get())), PartitionSpec.unpartitioned(), location, Map.of());
    }

    @Test
    void testWhatIsAskedFor()
    {
        Map<String, String> given = credentials.of(table("s3://lake/wh/t"), "analyst of shop", false).orElseThrow();
        assertThat(given).isEqualTo(Map.of(
                "s3.access-key-id", "ASIA000000000001",
                "s3.secret-access-key", "secret-of-ASIA000000000001",
                "s3.session-token", "token-of-ASIA000000000001",
                "s3.session-token-expires-at-ms", Long.toString(requireNonNull(now.get()).plus(Duration.ofHours(1)).toEpochMilli())));
        assertThat(sts.requests()).singleElement().satisfies(request -> assertThat(request)
                .containsEntry("Action", "AssumeRole")
                .containsEntry("RoleArn", FakeSts.ROLE)
                .containsEntry("ExternalId", "of-ours")
                .containsEntry("DurationSeconds", "3600")
                .containsEntry("RoleSessionName", "icegate-analyst-of-shop"));
        credentials.of(table("s3://lake/wh/t"), "x".repeat(100), false);
        assertThat(sts.requests().getLast().get("RoleSessionName")).hasSize(64);
    }

    @Test
    void testGivenAgainForHalfOfTheirTime()
    {
        TableMetadata table = table("s3://lake/wh/t");
        Map<String, String> first = credentials.of(table, "a", false).orElseThrow();
        now.updateAndGet(time -> time.plus(Duration.ofMinutes(30)));
        assertThat(credentials.of(table, "a", false)).contains(first);
        assertThat(credentials.of(table, "a", true).orElseThrow()).as("to write").isNotEqualTo(first);
        assertThat(credentials.of(table, "b", false).orElseThrow()).as("for somebody else").isNotEqualTo(first);
        assertThat(credentials.of(table("s3://lake/wh/u"), "a", false).orElseThrow()).as("of another table").isNotEqualTo(first);
        assertThat(sts.requests()).hasSize(4);
        now.updateAndGet(time -> time.plusMillis(1));
        assertThat(credentials.of(table, "a", false).orElseThrow()).isNotEqualTo(first);
    }

    @Test
    void testRefusedByTheService()
    {
        sts.fail();
        assertThatThrownBy(() -> credentials.of(table("s3://lake/wh/t"), "a", false))
                .isInstanceOf(ServiceFailureException.class)
                .hasMessageContaining("role %s was not assumed".formatted(FakeSts.ROLE))
                .hasMessageContaining("not authorized");
        assertThat(credentials.of(table("/tmp/t"), "a", false)).isEmpty();
    }
}

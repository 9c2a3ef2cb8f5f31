package io.icegate.rest.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestTablePolicy
{
    private static final String GET = "s3:GetObject";
    private static final String PUT = "s3:PutObject";
    private static final String DELETE = "s3:DeleteObject";
    private static final String LIST = "s3:ListBucket";
    private static final TablePolicy POLICY = new TablePolicy("s3://lake/wh", FakeSts.ROLE);

    private static TableMetadata table(String location, Map<String, String> properties)
    {
        return TableMetadata.newTableMetadata(new Schema(Types.NestedField.required(1, "id", Types.LongType.get())), PartitionSpec.unpartitioned(), location, properties);
    }

    private static JsonNode policy(TableMetadata table, boolean mayChange)
            throws Exception
    {
        return new ObjectMapper().readTree(POLICY.of(table, mayChange).orElseThrow());
    }

    @Test
    void testReader()
            throws Exception
    {
        TableMetadata table = table("s3://lake/wh/otel/logs-1", Map.of());
        JsonNode policy = policy(table, false);
        assertThat(FakeSts.allows(policy, GET, "lake", "wh/otel/logs-1/data/a.parquet")).isTrue();
        assertThat(FakeSts.allows(policy, GET, "lake", "wh/_wal/v1/%s/writer/1.parquet".formatted(table.uuid()))).as("segments are data files").isTrue();
        assertThat(FakeSts.allows(policy, GET, "lake", "wh/_live/v1/%s/manifest.avro".formatted(table.uuid()))).isTrue();
        assertThat(FakeSts.allows(policy, GET, "lake", "wh/_wal/v1/%s/writer/1.parquet".formatted("0b8f7d9e-0000-0000-0000-000000000000"))).isFalse();
        assertThat(FakeSts.allows(policy, GET, "lake", "wh/otel/logs-10/data/a.parquet")).as("a name that begins with that of the table").isFalse();
        assertThat(FakeSts.allows(policy, GET, "lake", "wh/_catalog/format.json")).isFalse();
        assertThat(FakeSts.allows(policy, GET, "other", "wh/otel/logs-1/data/a.parquet")).isFalse();
        assertThat(FakeSts.allows(policy, PUT, "lake", "wh/otel/logs-1/data/a.parquet")).isFalse();
        assertThat(FakeSts.allows(policy, DELETE, "lake", "wh/otel/logs-1/data/a.parquet")).isFalse();
        assertThat(FakeSts.allows(policy, LIST, "lake", "wh/otel/logs-1/")).isFalse();
    }

    @Test
    void testWriter()
            throws Exception
    {
        TableMetadata table = table("s3://lake/wh/otel/logs-1/", Map.of("write.data.path", "s3a://data/files"));
        JsonNode policy = policy(table, true);
        for (String action : new String[] {GET, PUT, DELETE}) {
            assertThat(FakeSts.allows(policy, action, "lake", "wh/otel/logs-1/metadata/a.json")).as(action).isTrue();
            assertThat(FakeSts.allows(policy, action, "data", "files/a.parquet")).as(action).isTrue();
            assertThat(FakeSts.allows(policy, action, "data", "other/a.parquet")).as(action).isFalse();
        }
        assertThat(FakeSts.allows(policy, GET, "lake", "wh/_wal/v1/%s/writer/1.parquet".formatted(table.uuid()))).isTrue();
        assertThat(FakeSts.allows(policy, PUT, "lake", "wh/_wal/v1/%s/writer/1.parquet".formatted(table.uuid()))).isFalse();
        assertThat(FakeSts.allows(policy, LIST, "lake", "wh/otel/logs-1/data")).isTrue();
        assertThat(FakeSts.allows(policy, LIST, "lake", "wh/otel/")).isFalse();
    }

    @Test
    void testLocationsThatTakeMore()
            throws Exception
    {
        JsonNode everything = policy(table("s3://lake/wh/otel/logs-1", Map.of("write.data.path", "s3://lake/wh")), true);
        assertThat(FakeSts.allows(everything, PUT, "lake", "wh/data/a.parquet")).isTrue();
        for (String folder : new String[] {"_catalog", "_wal", "_live"}) {
            assertThat(FakeSts.allows(everything, PUT, "lake", "wh/%s/a".formatted(folder))).as(folder).isFalse();
            assertThat(FakeSts.allows(everything, DELETE, "lake", "wh/%s/a".formatted(folder))).as(folder).isFalse();
        }
        JsonNode star = policy(table("s3://lake/wh/otel/*?$", Map.of()), true);
        assertThat(FakeSts.allows(star, PUT, "lake", "wh/otel/*?$/a.parquet")).isTrue();
        assertThat(FakeSts.allows(star, PUT, "lake", "wh/otel/logs/a.parquet")).isFalse();
    }

    @Test
    void testTablesWithout()
    {
        assertThat(POLICY.of(table("gs://lake/wh/otel/logs", Map.of()), true)).isEmpty();
        assertThat(POLICY.of(table("s3://lake/wh/otel/logs", Map.of("write.data.path", "/tmp/files")), true)).isEmpty();
        assertThatThrownBy(() -> POLICY.of(table("s3://lake/wh/" + "a".repeat(900), Map.of()), true)).hasMessageContaining("more than 2048");
        assertThatThrownBy(() -> new TablePolicy("file:/wh", FakeSts.ROLE)).hasMessageContaining("needs one in S3");
    }

    @Test
    void testPartitionOfAws()
    {
        String policy = new TablePolicy("s3://lake/wh", "arn:aws-cn:iam::123456789012:role/clients").of(table("s3://lake/wh/t", Map.of()), false).orElseThrow();
        assertThat(policy).contains("arn:aws-cn:s3:::lake/wh/t/*").doesNotContain("arn:aws:");
    }
}

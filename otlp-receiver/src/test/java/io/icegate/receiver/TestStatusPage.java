package io.icegate.receiver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static io.icegate.receiver.Deadlines.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code /v1/status} is what its schema says, in every state, and says what happens.
 */
final class TestStatusPage
{
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SCHEMA = Path.of("..", "docs", "format", "status.schema.json");

    @Test
    void testARequestAndItsCommit()
            throws Exception
    {
        Instant before = Instant.now().minusMillis(1);
        String warehouse = "memory:" + UUID.randomUUID();
        Map<String, String> settings = Map.of("icegate.tenant.default", "acme", "icegate.commit.interval", "100ms", "icegate.wal.profile", "balanced", "node.id", "receiver-1");
        try (ReceiverServer server = ReceiverServer.start(TestingReceiver.config(warehouse, settings));
                LogsClient client = LogsClient.of(server)) {
            JsonNode fresh = valid(client);
            assertThat(fresh.at("/receiver/id").asText()).isEqualTo("receiver-1");
            assertThat(Instant.parse(fresh.at("/receiver/started_at").asText())).isBetween(before, Instant.now());
            assertThat(fresh.at("/ready").asBoolean()).isTrue();
            assertThat(fresh.at("/store/state").asText()).isEqualTo("answers");
            assertThat(fresh.at("/store/failures").asInt()).isZero();
            assertThat(fresh.findValuesAsText("signal")).containsExactly("logs", "traces", "metrics");
            assertThat(fresh.findValuesAsText("table")).containsExactly("otel.logs", "otel.spans", "otel.metrics");
            JsonNode logs = fresh.at("/signals/0");
            assertThat(logs.at("/open").asBoolean()).isTrue();
            assertThat(logs.at("/writer/last_acknowledged").isNull()).isTrue();
            assertThat(logs.at("/writer/file_budget/files_per_second").asDouble()).isEqualTo(4);
            assertThat(logs.at("/writer/file_budget/files_left").asInt()).isEqualTo(120);
            assertThat(logs.at("/commits/last_commit").isNull()).isTrue();

            client.export("secret payload");
            client.export("secret payload", "of two records");
            eventually("both are committed", () -> committed(valid(client)) && valid(client).at("/signals/0/commits/waiting/segments").asInt(-1) == 0);
            JsonNode done = valid(client);
            assertThat(done.at("/signals/0/writer/last_acknowledged/sequence").asInt()).isEqualTo(1);
            assertThat(done.at("/signals/0/writer/queued/bytes").asInt()).isZero();
            assertThat(done.at("/signals/1/writer/last_acknowledged").isNull()).as("another signal").isTrue();
            assertThat(done.at("/memory/used_bytes").asLong()).isZero();
            assertThat(done.at("/tenants/known").asInt()).isEqualTo(1);
            assertThat(done.toString()).doesNotContain("payload").doesNotContain("acme");
        }
    }

    private static boolean committed(JsonNode status)
    {
        return status.at("/signals/0/commits/last_commit/records").asInt() == 2 || status.at("/signals/0/commits/last_commit/records").asInt() == 3;
    }

    /**
     * One signal is closed and says why, the others are as before.
     */
    @Test
    void testAClosedSignal()
            throws Exception
    {
        String warehouse = "memory:" + UUID.randomUUID();
        var catalog = StoredLogs.catalog(warehouse);
        catalog.createNamespace(StoredLogs.LOGS.namespace());
        catalog.createTable(StoredLogs.LOGS, new org.apache.iceberg.Schema(Types.NestedField.required(1, "line", Types.StringType.get())));
        try (ReceiverServer server = ReceiverServer.start(TestingReceiver.config(warehouse, Map.of("icegate.tenant.default", "acme", "icegate.commit.enabled", "false")));
                LogsClient client = LogsClient.of(server)) {
            JsonNode status = valid(client);
            assertThat(status.at("/ready").asBoolean()).isTrue();
            assertThat(status.at("/signals/0/open").asBoolean()).isFalse();
            assertThat(status.at("/signals/0/closed_reason").asText()).contains("otel.logs", "tenant_id");
            assertThat(status.at("/signals/0/writer").isNull()).isTrue();
            assertThat(status.at("/signals/1/open").asBoolean()).isTrue();
            assertThat(status.at("/signals/1/closed_reason").isNull()).isTrue();
            assertThat(status.at("/signals/1/writer/lane").asText()).isEqualTo("open");
            assertThat(status.at("/signals/1/commits/enabled").asBoolean()).isFalse();
        }
    }

    /**
     * The schema is strict: it knows a field that is too many, too few, or of another type.
     */
    @Test
    void testTheSchemaIsStrict()
            throws Exception
    {
        try (ReceiverServer server = ReceiverServer.start(TestingReceiver.config("memory:" + UUID.randomUUID(), Map.of("icegate.tenant.default", "acme")));
                LogsClient client = LogsClient.of(server)) {
            ObjectNode status = (ObjectNode) valid(client);
            assertThat(errors(status.deepCopy().put("more", 1).toString())).isNotEmpty();
            assertThat(errors(status.deepCopy().put("format", 2).toString())).isNotEmpty();
            assertThat(errors(status.deepCopy().put("time", "yesterday").toString())).isNotEmpty();
            assertThat(errors(((ObjectNode) status.deepCopy().remove(List.of("store"))).toString())).isNotEmpty();
            ObjectNode inside = status.deepCopy();
            ((ObjectNode) inside.at("/signals/0/writer/queued")).put("bytes", "many");
            assertThat(errors(inside.toString())).isNotEmpty();
        }
    }

    private static JsonNode valid(LogsClient client)
            throws Exception
    {
        HttpResponse<String> answer = client.page("/v1/status");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(errors(answer.body())).as(answer.body()).isEmpty();
        return JSON.readTree(answer.body());
    }

    private static List<String> errors(String json)
            throws Exception
    {
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(Files.readString(SCHEMA), InputFormat.JSON);
        return schema.validate(json, InputFormat.JSON, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true))).stream().map(Object::toString).toList();
    }
}

package io.icegate.receiver;

import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import static io.icegate.receiver.Deadlines.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A receiver process that has the class path of one that is installed, and stores its own telemetry. What only the tests bring
 * along is missed here.
 */
final class TestPackagedReceiver
{
    private static final String SELF = "operators icegate-receiver ";

    @TempDir
    private Path folder;

    @Test
    void testStoresClientsAndItself()
            throws Exception
    {
        String warehouse = "file:" + folder.resolve("warehouse");
        Map<String, String> config = TestingReceiver.config(warehouse, Map.of(
                "icegate.tenant.default", "acme",
                "icegate.commit.interval", "300ms",
                "icegate.telemetry.self.enabled", "true",
                "icegate.telemetry.self.tenant", "operators",
                "icegate.telemetry.self.interval", "1s"));
        try (ReceiverProcess receiver = ReceiverProcess.launchPackaged(folder, config).awaitReady();
                LogsClient client = new LogsClient(receiver.grpcPort(), receiver.httpPort())) {
            assertThat(client.page("/v1/status").statusCode()).isEqualTo(200);
            assertThat(client.page("/v1/status").body()).contains("\"telemetry\":{\"enabled\":true,");
            client.export("over gRPC");
            assertThat(client.post("application/x-protobuf", LogsClient.request(List.of("over HTTP"))).statusCode()).isEqualTo(200);
            byte[] json = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"as JSON\"}}]}]}]}".getBytes(UTF_8);
            assertThat(client.post("application/json", json).statusCode()).isEqualTo(200);
            assertThat(client.post("application/x-protobuf", new byte[] {1, 2, 3}).statusCode()).isEqualTo(400);
            eventually("there is a warning", () -> own(warehouse, "logs", "body").stream().anyMatch(line -> line.startsWith("Refused logs of tenant 'acme' (MALFORMED): ")));
            eventually("there are all kinds of spans", () -> own(warehouse, "spans", "name").containsAll(Set.of("receiver.export", "wal.segment", "wal.put", "wal.commit")));
            eventually("what is measured is committed", () -> own(warehouse, "metrics", "metric_name").contains("icegate_ingest_accepted_records"));
            assertThat(client.page("/v1/status").body()).containsPattern("\"accepted_records\":[1-9][0-9]*,\"dropped_records\":0}");
            assertThat(client.page("/metrics").body()).contains("icegate_ingest_accepted_records_total{signal=\"logs\"} 3.0");
            assertThat(receiver.terminate()).as("128 + SIGTERM").isEqualTo(143);
            // such an error may end a thread only
            assertThat(receiver.output()).doesNotContain("NoClassDefFoundError", "ClassNotFoundException", "NoSuchMethodError", "ServiceConfigurationError", "ERROR");
        }
        assertThat(StoredLogs.read(warehouse, "logs", row -> owner(row) + row.getField("body")).all())
                .filteredOn(line -> !line.startsWith(SELF))
                .containsExactlyInAnyOrder("acme test over gRPC", "acme test over HTTP", "acme null as JSON");
    }

    /**
     * Such an error is none that a start expects, and the servers have threads by then.
     */
    @Test
    void testAMissingDependencyEndsTheProcess()
            throws Exception
    {
        Map<String, String> config = TestingReceiver.config("file:" + folder.resolve("warehouse"), Map.of());
        try (ReceiverProcess receiver = ReceiverProcess.launchPackaged(folder, config, entry -> !entry.contains("jackson-databind"))) {
            assertThat(receiver.awaitExit()).as(receiver.output()).isEqualTo(ReceiverMain.EXIT_START_FAILED);
            assertThat(receiver.output()).contains("Exception in thread \"main\" java.lang.NoClassDefFoundError: com/fasterxml/jackson/databind/");
        }
    }

    /**
     * What that column of the committed rows about the receiver holds.
     */
    private static List<String> own(String warehouse, String table, String column)
            throws IOException
    {
        Function<Record, String> text = row -> owner(row) + row.getField(column);
        return StoredLogs.read(warehouse, table, text).committed().stream().filter(row -> row.startsWith(SELF)).map(row -> row.substring(SELF.length())).toList();
    }

    private static String owner(Record row)
    {
        return "%s %s ".formatted(row.getField("tenant_id"), row.getField("service_name"));
    }
}

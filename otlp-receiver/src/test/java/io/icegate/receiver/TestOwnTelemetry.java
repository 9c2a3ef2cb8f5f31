package io.icegate.receiver;

import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

import static io.icegate.receiver.Deadlines.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A receiver that stores its own telemetry, beside that of a client.
 */
final class TestOwnTelemetry
{
    private static final int POINTS_LIMIT = 150;
    private static final String SELF = "operators icegate-receiver ";
    private static final Function<Record, String> LOG = row -> owner(row) + row.getField("severity_text") + " " + row.getField("body");
    private static final Function<Record, String> SPAN = row -> owner(row) + row.getField("name");
    private static final Function<Record, String> POINT = row -> owner(row) + row.getField("metric_name") + " " + row.getField("time_unix_nano");

    private final String warehouse = "memory:" + UUID.randomUUID();
    private final Map<String, String> settings = Map.of(
            "icegate.tenant.default", "acme",
            "icegate.commit.interval", "100ms",
            "icegate.telemetry.self.enabled", "true",
            "icegate.telemetry.self.tenant", "operators",
            "icegate.telemetry.self.interval", "1s");

    private static String owner(Record row)
    {
        return "%s %s ".formatted(row.getField("tenant_id"), row.getField("service_name"));
    }

    @Test
    void testRowsOfEachSignal()
            throws Exception
    {
        try (ReceiverServer server = ReceiverServer.start(TestingReceiver.config(warehouse, settings));
                LogsClient client = LogsClient.of(server)) {
            client.export("of a client");
            assertThat(client.post("application/x-protobuf", new byte[] {1, 2, 3}).statusCode()).isEqualTo(400);
            eventually("there are all kinds of spans", () -> own("spans", SPAN).containsAll(Set.of("receiver.export", "wal.segment", "wal.put", "wal.commit")));
            eventually("the refusal is told", () -> own("logs", LOG).stream().anyMatch(line -> line.startsWith("WARN Refused logs of tenant 'acme' (MALFORMED): ")));
            eventually("what is measured is committed", () -> StoredLogs.read(warehouse, "metrics", POINT).committed().stream().anyMatch(point -> point.startsWith(SELF + "icegate_ingest_accepted_records ")));
            assertThat(client.page("/metrics").body())
                    .as("own records are not among those of clients")
                    .contains("icegate_ingest_accepted_records_total{signal=\"logs\"} 1.0", "icegate_ingest_accepted_requests_total{signal=\"metrics\"} 0.0", "icegate_ingest_accepted_requests_total{signal=\"traces\"} 0.0")
                    .containsPattern("icegate_telemetry_self_records_total\\{outcome=\"accepted\",signal=\"metrics\"} [1-9]")
                    .contains("icegate_telemetry_self_records_total{outcome=\"dropped\",signal=\"metrics\"} 0.0");
            assertThat(client.page("/v1/status").body()).containsPattern("\"telemetry\":\\{\"enabled\":true,\"accepted_records\":[1-9][0-9]*,\"dropped_records\":0}");
            assertThat(client.page("/v1/status").body()).as("of tenants with a quota").contains("\"known\":1,");
        }
        assertThat(StoredLogs.read(warehouse, "logs", LOG).all()).filteredOn(line -> !line.startsWith(SELF)).containsExactly("acme test null of a client");
        assertThat(StoredLogs.read(warehouse, "spans", SPAN).all()).allMatch(span -> span.startsWith(SELF));
        assertThat(own("logs", LOG)).as("nothing of a payload").noneMatch(line -> line.contains("of a client"));
    }

    /**
     * Without clients each interval brings about the same number of points, which are committed too, and nothing follows from them. That the
     * same segments leave spans when a client sends is the control above.
     */
    @Test
    void testNothingFollowsFromOwnTelemetry()
            throws Exception
    {
        try (ReceiverServer server = ReceiverServer.start(TestingReceiver.config(warehouse, settings));
                LogsClient client = LogsClient.of(server)) {
            eventually("some intervals are over, and committed", () -> committedPointsByTime().size() >= 4);
            assertThat(client.page("/metrics").body()).contains("icegate_telemetry_self_records_total{outcome=\"dropped\",signal=\"metrics\"} 0.0");
        }
        Map<String, Long> byTime = committedPointsByTime();
        // a new kind of request to the store is a label more
        assertThat(byTime.values()).as("points in each interval").allMatch(points -> points < POINTS_LIMIT);
        assertThat(StoredLogs.read(warehouse, "spans", SPAN).all()).isEmpty();
    }

    @Test
    void testOffUnlessAskedFor()
            throws Exception
    {
        try (ReceiverServer server = ReceiverServer.start(TestingReceiver.config(warehouse, Map.of("icegate.tenant.default", "acme")));
                LogsClient client = LogsClient.of(server)) {
            client.export("of a client");
            assertThat(client.page("/v1/status").body()).contains("\"telemetry\":{\"enabled\":false,\"accepted_records\":0,\"dropped_records\":0}");
        }
        assertThat(StoredLogs.read(warehouse, "metrics", POINT).all()).isEmpty();
        assertThat(StoredLogs.read(warehouse, "spans", SPAN).all()).isEmpty();
        assertThat(StoredLogs.read(warehouse, "logs", LOG).all()).hasSize(1);
    }

    private Map<String, Long> committedPointsByTime()
            throws IOException
    {
        return StoredLogs.read(warehouse, "metrics", POINT).committed().stream().collect(Collectors.groupingBy(point -> point.substring(point.lastIndexOf(' ')), TreeMap::new, Collectors.counting()));
    }

    private List<String> own(String table, Function<Record, String> text)
            throws IOException
    {
        return StoredLogs.read(warehouse, table, text).all().stream().filter(row -> row.startsWith(SELF)).map(row -> row.substring(SELF.length())).toList();
    }
}

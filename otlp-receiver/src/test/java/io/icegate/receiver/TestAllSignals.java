package io.icegate.receiver;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.icegate.receiver.signal.OtlpSignal;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import static io.icegate.receiver.Deadlines.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * One receiver takes all signals, over both transports, each into its table, live and committed.
 */
final class TestAllSignals
{
    private static final long NOW = Instant.now().getEpochSecond() * 1_000_000_000L;
    private static final Function<Record, String> SPAN = row -> "%s %s".formatted(row.getField("name"), row.getField("trace_id"));
    private static final Function<Record, String> POINT = row -> "%s %s".formatted(row.getField("metric_name"), row.getField("value_int"));

    private final String warehouse = "memory:" + UUID.randomUUID();
    private ReceiverServer server;
    private ManagedChannel channel;
    private HttpClient http;

    @BeforeEach
    void start()
    {
        server = ReceiverServer.start(TestingReceiver.config(warehouse, Map.of("icegate.tenant.default", "acme", "icegate.commit.enabled", "false")));
        channel = NettyChannelBuilder.forAddress("localhost", server.grpcPort()).usePlaintext().build();
        http = HttpClient.newHttpClient();
    }

    @AfterEach
    void stop()
    {
        http.close();
        channel.shutdownNow();
        server.close();
    }

    @Test
    @OtlpRow(1)
    void testFromRequestToCommit()
            throws Exception
    {
        byte[] spans = ExportTraceServiceRequest.newBuilder().addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(ScopeSpans.newBuilder()
                .addSpans(Span.newBuilder().setName("one").setStartTimeUnixNano(NOW).setTraceId(ByteString.fromHex("4bf92f3577b34da6a3ce929d0e0e4736"))))).build().toByteArray();
        byte[] metrics = ExportMetricsServiceRequest.newBuilder().addResourceMetrics(ResourceMetrics.newBuilder().addScopeMetrics(ScopeMetrics.newBuilder()
                .addMetrics(Metric.newBuilder().setName("load").setGauge(Gauge.newBuilder()
                        .addDataPoints(NumberDataPoint.newBuilder().setTimeUnixNano(NOW).setAsInt(1))
                        .addDataPoints(NumberDataPoint.newBuilder().setTimeUnixNano(NOW).setAsInt(2)))))).build().toByteArray();
        export(OtlpSignal.LOGS, LogsClient.request(List.of("first")));
        export(OtlpSignal.TRACES, spans);
        export(OtlpSignal.TRACES, spans); // a repetition
        export(OtlpSignal.METRICS, metrics);
        post(OtlpSignal.LOGS,
                """
                {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "%s", "body": {"stringValue": "second"}}]}]}]}
                """.formatted(NOW));
        post(OtlpSignal.TRACES,
                """
                {"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": "%s", "name": "two", "traceId": "5BF92F3577B34DA6A3CE929D0E0E4736"}]}]}]}
                """.formatted(NOW));
        post(OtlpSignal.METRICS,
                """
                {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "load", "sum": {"dataPoints": [{"timeUnixNano": "%s", "asInt": "3"}]}}]}]}]}
                """.formatted(NOW));

        assertThat(StoredLogs.read(warehouse).live()).containsExactlyInAnyOrder("first", "second");
        assertThat(StoredLogs.read(warehouse, "spans", SPAN).live()).containsExactlyInAnyOrder("one 4bf92f3577b34da6a3ce929d0e0e4736", "two 5bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(StoredLogs.read(warehouse, "metrics", POINT).live()).containsExactlyInAnyOrder("load 1", "load 2", "load 3");

        server.close();
        server = ReceiverServer.start(TestingReceiver.config(warehouse, Map.of("icegate.tenant.default", "acme", "icegate.commit.interval", "100ms")));
        eventually("all is committed", () -> committed("spans", SPAN).size() == 2 && committed("metrics", POINT).size() == 3 && StoredLogs.read(warehouse).committed().size() == 2);
        assertThat(committed("spans", SPAN)).containsExactlyInAnyOrder("one 4bf92f3577b34da6a3ce929d0e0e4736", "two 5bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(committed("metrics", POINT)).containsExactlyInAnyOrder("load 1", "load 2", "load 3");
    }

    private List<String> committed(String table, Function<Record, String> text)
            throws IOException
    {
        return StoredLogs.read(warehouse, table, text).committed();
    }

    private void export(OtlpSignal signal, byte[] request)
            throws Exception
    {
        assertThat(RawExport.export(channel, RawExport.method(signal.service() + "/Export"), CallOptions.DEFAULT, request).get(60, TimeUnit.SECONDS)).as("full success").isEmpty();
    }

    private void post(OtlpSignal signal, String json)
            throws Exception
    {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:%s%s".formatted(server.httpPort(), signal.path()))).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json, UTF_8)).build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{}");
    }
}

package io.icegate.receiver;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static io.icegate.receiver.Deadlines.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The whole way of a span, from an exporter to the committed rows of the table as Iceberg's generic reader finds them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
final class TestSpansPath
{
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final AttributeKey<Long> NUMBER = AttributeKey.longKey("number");

    private final TestingReceiver receiver = new TestingReceiver(Map.of("icegate.commit.interval", "100ms", "icegate.tenant.default", "acme"));

    private final HttpClient http = HttpClient.newHttpClient();

    @AfterAll
    void stop()
    {
        http.shutdownNow();
        receiver.close();
    }

    @Test
    void testSdkOverGrpc()
            throws Exception
    {
        export(OtlpGrpcSpanExporter.builder().setEndpoint("http://localhost:" + receiver.grpcPort()).setTimeout(PATIENCE).build(), "grpc");
    }

    @Test
    void testSdkOverHttp()
            throws Exception
    {
        export(OtlpHttpSpanExporter.builder().setEndpoint("http://localhost:%s/v1/traces".formatted(receiver.httpPort())).setTimeout(PATIENCE).setCompression("gzip").build(), "http");
    }

    private void export(SpanExporter exporter, String name)
            throws Exception
    {
        SpanContext parent;
        List<String> spanIds = new ArrayList<>();
        try (SdkTracerProvider provider = SdkTracerProvider.builder().addSpanProcessor(BatchSpanProcessor.builder(exporter).setExporterTimeout(PATIENCE).build()).build()) {
            Span root = provider.get("test").spanBuilder(name).setSpanKind(SpanKind.SERVER).startSpan();
            parent = root.getSpanContext();
            for (int i = 0; i < 100; i++) {
                Span child = provider.get("test").spanBuilder(name + " child").setParent(Context.root().with(root)).addLink(parent, Attributes.of(NUMBER, (long) i)).startSpan();
                child.addEvent("event", Attributes.of(NUMBER, (long) i)).setStatus(StatusCode.ERROR, "no luck").end();
                spanIds.add(child.getSpanContext().getSpanId());
            }
            root.end();
            assertThat(provider.forceFlush().join(PATIENCE.toSeconds(), TimeUnit.SECONDS).isSuccess()).isTrue();
        }
        eventually("all is committed", () -> committed("trace_id", parent.getTraceId()).size() == 101);
        List<Record> rows = committed("trace_id", parent.getTraceId());
        Record root = rows.stream().filter(row -> row.getField("parent_span_id") == null).findFirst().orElseThrow();
        assertThat(List.of(root.getField("name"), root.getField("kind"), root.getField("span_id"), root.getField("status_code"), root.getField("events"))).containsExactly(name, 2, parent.getSpanId(), 0, List.of());
        rows.remove(root);
        assertThat(rows).extracting(row -> row.getField("span_id")).containsExactlyInAnyOrderElementsOf(spanIds);
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.getField("parent_span_id")).isEqualTo(parent.getSpanId());
            assertThat(row.getField("status_code")).isEqualTo(2);
            assertThat(row.getField("status_message")).isEqualTo("no luck");
            assertThat((Long) row.getField("duration_nanos")).isEqualTo((Long) row.getField("end_time_unix_nano") - (Long) row.getField("start_time_unix_nano"));
            Record event = (Record) ((List<?>) row.getField("events")).getFirst();
            Record link = (Record) ((List<?>) row.getField("links")).getFirst();
            assertThat(event.getField("name")).isEqualTo("event");
            assertThat(event.getField("attributes")).isEqualTo(link.getField("attributes"));
            assertThat(event.getField("attribute_types")).isEqualTo("i");
            assertThat(link.getField("trace_id")).isEqualTo(parent.getTraceId());
            assertThat(link.getField("span_id")).isEqualTo(parent.getSpanId());
        });
    }

    @Test
    void testOneBadSpanCostsNoNeighbour()
            throws Exception
    {
        long now = Instant.now().getEpochSecond() * 1_000_000_000L;
        String good = "{\"traceId\":\"0102030405060708090a0b0c0d0e0f10\",\"spanId\":\"0102030405060708\",\"name\":\"good\",\"kind\":\"SPAN_KIND_CLIENT\",\"startTimeUnixNano\":\"%s\",\"endTimeUnixNano\":\"%s\"}".formatted(now, now + 5);
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:%s/v1/traces".formatted(receiver.httpPort())))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[%s,{\"kind\":\"x\"},%s]}]}]}".formatted(good, good).getBytes(UTF_8)))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"rejectedSpans\":\"1\"", "1 record not stored, first resourceSpans/0/scopeSpans/0/spans/1: kind is not an integer");
        eventually("all is committed", () -> committed("trace_id", "0102030405060708090a0b0c0d0e0f10").size() == 2);
        assertThat(committed("name", "good")).allSatisfy(row -> {
            assertThat(List.of(row.getField("tenant_id"), row.getField("kind"), row.getField("duration_nanos"))).containsExactly("acme", 3, 5L);
            assertThat(row.getField("otlp_residual")).isNull();
        });
    }

    private List<Record> committed(String column, String value)
            throws Exception
    {
        List<Record> found = new ArrayList<>();
        try (CloseableIterable<Record> rows = IcebergGenerics.read(StoredLogs.catalog(receiver.warehouse()).loadTable(TableIdentifier.of("otel", "spans"))).build()) {
            rows.forEach(row -> {
                if (value.equals(row.getField(column))) {
                    found.add(row);
                }
            });
        }
        return found;
    }
}

package io.icegate.receiver;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.icegate.receiver.decode.WireMessage;
import io.icegate.receiver.otlp.OtlpStatus;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What OTLP asks for, of each signal, against a whole receiver. After every test exactly the accepted records are stored.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
final class TestEverySignal
{
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";
    private static final int UNKNOWN_FIELD = 999;

    private final TestingReceiver receiver = new TestingReceiver(Map.of("icegate.tenant.default", "acme", "icegate.commit.enabled", "false", "icegate.otlp.http-prefix", "/otel"));
    private final ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", receiver.grpcPort()).usePlaintext().build();
    private final Map<String, List<String>> accepted = new HashMap<>();

    @AfterAll
    void stop()
    {
        channel.shutdownNow();
        receiver.close();
    }

    @AfterEach
    void verifyStored()
            throws Exception
    {
        for (SignalSample sample : SignalSample.ALL) {
            assertThat(rows(sample, row -> (String) row.getField(sample.column()))).as(sample.table()).containsExactlyInAnyOrderElementsOf(accepted.getOrDefault(sample.table(), List.of()));
        }
    }

    @Test
    @OtlpRow({2, 5, 13, 19, 20})
    void testPathsTypesAndEncodings()
            throws Exception
    {
        for (SignalSample sample : SignalSample.ALL) {
            for (String prefix : List.of("", "/otel")) {
                for (String end : List.of("", "/")) {
                    String path = prefix + sample.signal().path() + end;
                    assertAccepted(sample, path, "protobuf " + path, post(path, sample.request("protobuf " + path)).header("Content-Type", "Application/X-Protobuf"));
                    assertAccepted(sample, path, "json " + path, post(path, sample.jsonRequest("json " + path)).header("Content-Type", "application/json; charset=UTF-8"));
                }
            }
            String path = sample.signal().path();
            assertAccepted(sample, path, "gzip", post(path, Bombs.gzip(sample.request("gzip"))).header("Content-Type", PROTOBUF).header("Content-Encoding", "gzip"));
            assertAccepted(sample, path, "gzip, json", post(path, Bombs.gzip(sample.jsonRequest("gzip, json"))).header("Content-Type", JSON).header("Content-Encoding", "gzip"));
            byte[] chunked = sample.jsonRequest("chunked");
            assertAccepted(sample, path, "chunked", post(path, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(chunked))).header("Content-Type", JSON));
            for (String encoding : List.of("identity", "gzip")) {
                assertThat(export(sample, sample.request(encoding + ", grpc"), encoding)).isEmpty();
                accepted(sample, encoding + ", grpc");
            }
        }
    }

    @Test
    @OtlpRow({1, 2, 36})
    void testRealExporters()
            throws Exception
    {
        for (SignalSample sample : SignalSample.ALL) {
            for (String compression : List.of("none", "gzip")) {
                new SdkClient(false, URI.create("http://localhost:%s".formatted(receiver.grpcPort())), compression).send(sample.signal(), "sdk-grpc-" + compression);
                accepted(sample, "sdk-grpc-" + compression);
                new SdkClient(true, URI.create("http://localhost:%s".formatted(receiver.httpPort())), compression).send(sample.signal(), "sdk-http-" + compression);
                accepted(sample, "sdk-http-" + compression);
            }
            assertThat(receiver.client().page("/metrics").body()).containsPattern("icegate_ingest_requests_total\\{client=\"java 1\\.\\d+\",signal=\"%s\"\\} 4\\.0".formatted(sample.signal().name()));
        }
    }

    @Test
    @OtlpRow({12, 13, 14})
    void testWrongTypesMethodsAndPaths()
            throws Exception
    {
        for (SignalSample sample : SignalSample.ALL) {
            String path = sample.signal().path();
            byte[] request = sample.request("never stored");
            assertRefused(post(path, request).header("Content-Type", "text/plain"), 415, Code.UNIMPLEMENTED);
            assertRefused(post(path, request), 415, Code.UNIMPLEMENTED);
            for (String type : List.of(PROTOBUF, JSON)) {
                assertRefused(post(path, request).header("Content-Type", type).header("Content-Encoding", "br"), 415, Code.UNIMPLEMENTED);
                assertRefused(post(path, request).header("Content-Type", type).method("PUT", BodyPublishers.ofByteArray(request)), 405, Code.UNIMPLEMENTED);
                assertRefused(post(path + "s", request).header("Content-Type", type), 404, Code.UNIMPLEMENTED);
            }
        }
    }

    @Test
    @OtlpRow({12, 15, 31})
    void testDataThatCannotBeRead()
            throws Exception
    {
        ByteString deep = deepAttribute(10_000);
        for (SignalSample sample : SignalSample.ALL) {
            byte[] whole = sample.request("x".repeat(100));
            byte[] beyondTheEnd = {0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F};
            for (byte[] bad : List.of(Arrays.copyOf(whole, whole.length / 2), beyondTheEnd, new byte[] {0x0F, 1}, sample.request(List.of(withAttribute(sample, "deep", deep))))) {
                StatusRuntimeException answer = catchThrowableOfType(StatusRuntimeException.class, () -> export(sample, bad, "identity"));
                assertThat(answer.getStatus().getCode()).as(sample.table()).isEqualTo(Code.INVALID_ARGUMENT);
                assertThat(Status.parseFrom(answer.getTrailers().get(OtlpStatus.DETAILS_KEY)).getDetailsList()).as("details").singleElement().satisfies(detail -> assertThat(detail.is(BadRequest.class)).isTrue());
                assertRefused(post(sample.signal().path(), bad).header("Content-Type", PROTOBUF), 400, Code.INVALID_ARGUMENT);
            }
            for (String bad : List.of("{", "[]", "{\"%s\":3}".formatted(sample.envelopes().getFirst()), deepJson(sample))) {
                assertRefused(post(sample.signal().path(), bad.getBytes(UTF_8)).header("Content-Type", JSON), 400, Code.INVALID_ARGUMENT);
            }
        }
    }

    /**
     * An attribute that is a list in a list in a list.
     */
    private static ByteString deepAttribute(int depth)
    {
        ByteString value = ByteString.EMPTY;
        for (int level = 1; level < depth; level++) {
            value = new WireMessage().bytes(AnyValue.ARRAY_VALUE_FIELD_NUMBER, new WireMessage().bytes(1, value).toByteString()).toByteString();
        }
        return new WireMessage().string(1, "deep").bytes(2, value).toByteString();
    }

    private static ByteString withAttribute(SignalSample sample, String text, ByteString keyValue)
    {
        ByteString record = sample.record(text);
        return switch (sample.table()) {
            case "logs" -> record.concat(new WireMessage().bytes(6, keyValue).toByteString());
            case "spans" -> record.concat(new WireMessage().bytes(9, keyValue).toByteString());
            default -> new WireMessage()
                    .string(1, text)
                    .bytes(5, new WireMessage().bytes(1, new WireMessage().fixed64(3, SignalSample.nowNanos()).bytes(7, keyValue).toByteString()).toByteString())
                    .toByteString();
        };
    }

    private static String deepJson(SignalSample sample)
    {
        return new String(sample.inJson(deepJsonRecord(sample, 10_000)), UTF_8);
    }

    private static String deepJsonRecord(SignalSample sample, int depth)
    {
        String value = "{\"arrayValue\":{\"values\":[".repeat(depth) + "{}" + "]}}".repeat(depth);
        String attributes = "\"attributes\":[{\"key\":\"deep\",\"value\":%s}]".formatted(value);
        return sample.table().equals("metrics") ? "{\"gauge\":{\"dataPoints\":[{%s}]}}".formatted(attributes) : "{%s}".formatted(attributes);
    }

    @Test
    @OtlpRow({5, 16})
    void testEmptyRequestsStoreNothing()
            throws Exception
    {
        for (SignalSample sample : SignalSample.ALL) {
            int before = stored(sample, Record::toString).liveSegments();
            List<byte[]> empty = List.of(
                    new byte[0],
                    SignalSample.inResource(new WireMessage()),
                    SignalSample.inResource(new WireMessage().bytes(SignalSample.SCOPE_ENVELOPES, ByteString.EMPTY)),
                    SignalSample.inResource(new WireMessage().bytes(SignalSample.RESOURCE, resource("a", "b"))));
            for (byte[] nothing : empty) {
                assertThat(export(sample, nothing, "identity")).isEmpty();
                assertThat(send(post(sample.signal().path(), nothing).header("Content-Type", PROTOBUF)).statusCode()).isEqualTo(200);
            }
            for (String nothing : List.of("{}", "{\"%s\":[]}".formatted(sample.envelopes().getFirst()), new String(sample.inJson(""), UTF_8))) {
                assertThat(send(post(sample.signal().path(), nothing.getBytes(UTF_8)).header("Content-Type", JSON)).body()).asString().isEqualTo("{}");
            }
            assertThat(stored(sample, Record::toString).liveSegments()).as(sample.table()).isEqualTo(before);
        }
    }

    @Test
    @OtlpRow(20)
    void testConnectionsStayOpen()
            throws Exception
    {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), receiver.httpPort())) {
            socket.setSoTimeout(60_000);
            for (SignalSample sample : SignalSample.ALL) {
                byte[] body = sample.jsonRequest("one connection");
                socket.getOutputStream().write("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n".formatted(sample.signal().path(), body.length).getBytes(US_ASCII));
                socket.getOutputStream().write(body);
                StringBuilder answer = new StringBuilder();
                while (!answer.toString().endsWith("\r\n\r\n{}")) {
                    int read = socket.getInputStream().read();
                    assertThat(read).as("after %s", answer).isNotNegative();
                    answer.append((char) read);
                }
                assertThat(answer.toString()).startsWith("HTTP/1.1 200 ");
                accepted(sample, "one connection");
            }
        }
    }

    @Test
    @OtlpRow({17, 20})
    void testWhatJavaScriptSends()
            throws Exception
    {
        long now = SignalSample.nowNanos();
        String attributes = "\"attributes\":[{\"key\":\"int\",\"value\":{\"intValue\":9007199254740991}},{\"key\":\"real\",\"value\":{\"doubleValue\":0.5}},{\"key\":\"list\",\"value\":{\"arrayValue\":{\"values\":[{\"intValue\":1}]}}}],\"droppedAttributesCount\":0";
        Map<String, String> records = Map.of(
                "logs", "{\"timeUnixNano\":\"%1$s\",\"observedTimeUnixNano\":\"%1$s\",\"severityNumber\":9,\"severityText\":\"INFO\",\"body\":{\"stringValue\":\"script\"},\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"spanId\":\"00f067aa0ba902b7\",\"flags\":257,%2$s}",
                "spans", "{\"traceId\":\"4BF92F3577B34DA6A3CE929D0E0E4736\",\"spanId\":\"00F067AA0BA902B7\",\"parentSpanId\":\"53995c3f42cd8ad8\",\"name\":\"script\",\"kind\":3,\"startTimeUnixNano\":\"%1$s\",\"endTimeUnixNano\":\"%1$s\",%2$s," +
                        "\"events\":[{\"attributes\":[],\"name\":\"e\",\"timeUnixNano\":\"%1$s\",\"droppedAttributesCount\":0}],\"droppedEventsCount\":0,\"status\":{\"code\":2,\"message\":\"no\"}," +
                        "\"links\":[{\"attributes\":[],\"spanId\":\"53995C3F42CD8AD8\",\"traceId\":\"5BF92F3577B34DA6A3CE929D0E0E4736\",\"droppedAttributesCount\":0,\"flags\":257}],\"droppedLinksCount\":0,\"flags\":257}",
                "metrics", "{\"name\":\"script\",\"description\":\"\",\"unit\":\"1\",\"sum\":{\"aggregationTemporality\":2,\"isMonotonic\":true,\"dataPoints\":[{%2$s,\"startTimeUnixNano\":\"%1$s\",\"timeUnixNano\":\"%1$s\",\"asInt\":9007199254740991," +
                        "\"exemplars\":[{\"timeUnixNano\":\"%1$s\",\"asDouble\":0.5,\"traceId\":\"5BF92F3577B34DA6A3CE929D0E0E4736\",\"spanId\":\"53995C3F42CD8AD8\"}]}]}}");
        Map<String, List<String>> fields = Map.of(
                "logs", List.of("trace_id", "span_id", "flags", "severity_number"),
                "spans", List.of("trace_id", "span_id", "parent_span_id", "flags", "kind", "links", "status_code"),
                "metrics", List.of("value_int", "metric_type", "aggregation_temporality", "is_monotonic", "exemplars"));
        Map<String, List<String>> expected = Map.of(
                "logs", List.of("257", "9"),
                "spans", List.of("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "53995c3f42cd8ad8", "5bf92f3577b34da6a3ce929d0e0e4736", "257", "2"),
                "metrics", List.of("9007199254740991", "5bf92f3577b34da6a3ce929d0e0e4736", "53995c3f42cd8ad8", "0.5", "true"));
        for (SignalSample sample : SignalSample.ALL) {
            // without Content-Length
            byte[] body = sample.inJson(requireNonNull(records.get(sample.table())).formatted(now, attributes));
            assertAccepted(sample, sample.signal().path(), "script", post(sample.signal().path(), BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))).header("Content-Type", JSON));
            String row = rows(sample, stored -> "script".equals(stored.getField(sample.column())) ? requireNonNull(fields.get(sample.table())).stream().map(stored::getField).toList() + " " + stored.getField("attributes") + " " + stored.getField("otlp_residual") : "").stream()
                    .filter(text -> !text.isEmpty())
                    .findFirst()
                    .orElseThrow();
            assertThat(row).contains(expected.get(sample.table())).contains("9007199254740991", "real=0.5", "list=[1]").endsWith(" null");
        }
    }

    @Test
    @OtlpRow(18)
    void testJsonOfProtobuf()
            throws Exception
    {
        Map<String, String> records = Map.of(
                "logs", "{\"timeUnixNano\":\"%s\",\"severityNumber\":null,\"body\":{\"intValue\":1,\"stringValue\":\"twice\"},\"droppedAttributesCount\":1e3}",
                "spans", "{\"name\":\"once\",\"name\":\"twice\",\"startTimeUnixNano\":\"%s\",\"links\":null,\"droppedAttributesCount\":1e3}",
                "metrics", "{\"name\":\"twice\",\"unit\":null,\"sum\":{\"dataPoints\":[{\"asInt\":7}]},\"gauge\":{\"dataPoints\":[{\"timeUnixNano\":\"%s\",\"asDouble\":0.5,\"asInt\":1e3}]}}");
        Map<String, String> numbers = Map.of("logs", "dropped_attributes_count", "spans", "dropped_attributes_count", "metrics", "value_int");
        for (SignalSample sample : SignalSample.ALL) {
            byte[] body = sample.inJson(requireNonNull(records.get(sample.table())).formatted(SignalSample.nowNanos()));
            assertAccepted(sample, sample.signal().path(), "twice", post(sample.signal().path(), body).header("Content-Type", JSON));
            assertThat(rows(sample, row -> "%s %s".formatted(row.getField(sample.column()), row.getField(numbers.get(sample.table()))))).contains("twice 1000");
        }
    }

    @Test
    @OtlpRow(27)
    void testUnknownFieldsAreKept()
            throws Exception
    {
        UnaryOperator<ByteString> future = message -> message.concat(new WireMessage().string(UNKNOWN_FIELD, "future").toByteString());
        for (SignalSample sample : SignalSample.ALL) {
            ByteString scope = future.apply(new WireMessage()
                    .bytes(SignalSample.SCOPE, future.apply(ByteString.EMPTY))
                    .bytes(SignalSample.RECORDS, future.apply(sample.record("future")))
                    .toByteString());
            ByteString envelope = future.apply(new WireMessage()
                    .bytes(SignalSample.RESOURCE, future.apply(ByteString.EMPTY))
                    .bytes(SignalSample.SCOPE_ENVELOPES, scope)
                    .toByteString());
            assertThat(export(sample, future.apply(new WireMessage().bytes(1, envelope).toByteString()).toByteArray(), "identity")).as("no warning").isEmpty();
            accepted(sample, "future");
            assertThat(rows(sample, row -> "%s %s".formatted(row.getField(sample.column()), row.getField("otlp_residual") == null ? "lost" : "kept"))).contains("future kept");
        }
    }

    @Test
    @OtlpRow({28, 29})
    void testOrderAndHalves()
            throws Exception
    {
        for (SignalSample sample : SignalSample.ALL) {
            // records before their scope, scopes before their resource, and that in two halves
            ByteString scope = new WireMessage()
                    .bytes(SignalSample.RECORDS, sample.record("shuffled"))
                    .bytes(SignalSample.SCOPE, InstrumentationScope.newBuilder().setName("late").build().toByteString())
                    .bytes(SignalSample.SCOPE, InstrumentationScope.newBuilder().setVersion("7").build().toByteString())
                    .toByteString();
            assertThat(export(
                    sample,
                    SignalSample.inResource(new WireMessage()
                            .bytes(SignalSample.RESOURCE, resource("service.name", "halves"))
                            .bytes(SignalSample.SCOPE_ENVELOPES, scope)
                            .bytes(SignalSample.RESOURCE, resource("second", "half"))),
                    "identity")).isEmpty();
            accepted(sample, "shuffled");
            assertThat(rows(sample, row -> "%s %s %s %s %s".formatted(row.getField(sample.column()), row.getField("service_name"), row.getField("resource_attributes"), row.getField("scope_name"), row.getField("scope_version"))))
                    .anyMatch(row -> row.startsWith("shuffled halves ") && row.contains("second=half") && row.endsWith(" late 7"));
        }
    }

    private static ByteString resource(String key, String value)
    {
        return Resource.newBuilder().addAttributes(KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setStringValue(value))).build().toByteString();
    }

    @Test
    @OtlpRow({7, 30})
    void testTextThatIsNotUtf8()
            throws Exception
    {
        // half of a surrogate pair, an overlong slash, a cut tail, no UTF-8 at all
        for (String hex : List.of("eda080", "c0af", "e282", "ff")) {
            ByteString bad = ByteString.fromHex(hex);
            for (SignalSample sample : SignalSample.ALL) {
                String text = "not utf-8 " + hex;
                ByteString keyAndValue = new WireMessage()
                        .bytes(1, ByteString.copyFromUtf8("k").concat(bad))
                        .bytes(2, new WireMessage().bytes(1, bad).toByteString())
                        .toByteString();
                byte[] answer = export(sample, sample.request(List.of(sample.record(text + ", before"), withAttribute(sample, text, keyAndValue), sample.record(text + ", after"))), "identity");
                assertThat(new String(answer, UTF_8)).contains("1 record with text that is not UTF-8");
                accepted(sample, text + ", before");
                accepted(sample, text);
                accepted(sample, text + ", after");
                assertThat(rows(sample, row -> "%s %s".formatted(row.getField(sample.column()), row.getField("otlp_residual") == null ? "as sent" : "kept")))
                        .contains(text + ", before as sent", text + " kept", text + ", after as sent");
            }
        }
    }

    /**
     * A value that is nested too deep costs its record, or of a metric its data point, and nothing beside it. The client learns how
     * many and where the first is.
     */
    @Test
    @OtlpRow({4, 6, 31})
    void testABadRecordCostsNoNeighbour()
            throws Exception
    {
        for (SignalSample sample : SignalSample.ALL) {
            String place = "%s/0/%s/0/%s/1".formatted(sample.envelopes().toArray());
            List<ByteString> records = List.of(sample.record("before bad"), withAttribute(sample, "bad", deepAttribute(100)), sample.record("after bad"));
            for (byte[] answer : List.of(
                    export(sample, sample.request(records), "identity"),
                    send(post(sample.signal().path(), sample.request(records.reversed())).header("Content-Type", PROTOBUF)).body())) {
                // of all signals the answers are equal on the wire
                ExportLogsPartialSuccess partial = ExportLogsServiceResponse.parseFrom(answer).getPartialSuccess();
                assertThat(partial.getRejectedLogRecords()).as(sample.table()).isEqualTo(1);
                assertThat(partial.getErrorMessage()).contains("1 record not stored, first " + place);
                accepted(sample, "before bad");
                accepted(sample, "after bad");
            }
            String time = Long.toString(SignalSample.nowNanos());
            byte[] json = sample.inJson("%s,%s,%s".formatted(sample.json().apply("before bad", time), deepJsonRecord(sample, 100), sample.json().apply("after bad", time)));
            HttpResponse<byte[]> answer = send(post(sample.signal().path(), json).header("Content-Type", JSON));
            assertThat(new String(answer.body(), UTF_8)).contains("\"%s\":\"1\"".formatted(sample.signal().rejectedField()), place);
            assertThat(answer.statusCode()).isEqualTo(200);
            accepted(sample, "before bad");
            accepted(sample, "after bad");
            List<ByteString> tenThousand = new ArrayList<>(Collections.nCopies(10_000, withAttribute(sample, "bad", deepAttribute(100))));
            tenThousand.add(sample.record("after thousands"));
            byte[] many = export(sample, sample.request(tenThousand), "identity");
            assertThat(ExportLogsServiceResponse.parseFrom(many).getPartialSuccess().getRejectedLogRecords()).isEqualTo(10_000);
            assertThat(many).hasSizeLessThan(2_000);
            accepted(sample, "after thousands");
        }
    }

    @Test
    @OtlpRow(7)
    void testATimeFarOffIsAWarning()
            throws Exception
    {
        for (SignalSample sample : SignalSample.ALL) {
            // seconds and milliseconds in place of nanoseconds
            for (long time : new long[] {Instant.now().getEpochSecond(), Instant.now().toEpochMilli()}) {
                String text = "time " + time;
                byte[] answer = export(sample, sample.request(List.of(sample.record().apply(text, time).toByteString())), "identity");
                ExportLogsPartialSuccess warning = ExportLogsServiceResponse.parseFrom(answer).getPartialSuccess();
                assertThat(warning.getRejectedLogRecords()).as(sample.table()).isZero();
                assertThat(warning.getErrorMessage()).contains("since 1970, nanoseconds are expected");
                accepted(sample, text);
                assertThat(rows(sample, row -> "%s %s".formatted(row.getField(sample.column()), isTimeOfReceipt(row)))).contains(text + " true");
            }
        }
    }

    /**
     * As a client sends that got no answer: byte for byte.
     */
    @Test
    @OtlpRow(23)
    void testTheSameRequestTwiceIsStoredOnce()
            throws Exception
    {
        for (SignalSample sample : SignalSample.ALL) {
            byte[] request = sample.request("repeated");
            assertThat(export(sample, request, "identity")).isEmpty();
            assertThat(export(sample, request, "gzip")).isEmpty();
            assertAccepted(sample, sample.signal().path(), "repeated", post(sample.signal().path(), request).header("Content-Type", PROTOBUF));
        }
    }

    @Test
    @OtlpRow(26)
    void testTenants()
            throws Exception
    {
        for (SignalSample sample : SignalSample.ALL) {
            assertAccepted(sample, sample.signal().path(), "of a tenant", post(sample.signal().path(), sample.request("of a tenant")).header("Content-Type", PROTOBUF).header("X-Scope-OrgID", "billing"));
            assertThat(rows(sample, row -> "%s %s".formatted(row.getField(sample.column()), row.getField("tenant_id")))).contains("of a tenant billing");
            for (String invalid : List.of("", "a b", "../x", "x".repeat(129))) {
                assertRefused(post(sample.signal().path(), sample.request("never stored")).header("Content-Type", PROTOBUF).header("X-Scope-OrgID", invalid), 400, Code.INVALID_ARGUMENT);
            }
        }
    }

    /**
     * On which the Collector's exporter of Arrow falls back to OTLP.
     */
    @Test
    @OtlpRow({1, 33})
    void testArrowIsNotReceived()
    {
        for (String method : List.of("ArrowTracesService/ArrowTraces", "ArrowLogsService/ArrowLogs", "ArrowMetricsService/ArrowMetrics")) {
            MethodDescriptor<byte[], byte[]> stream = RawExport.method("opentelemetry.proto.experimental.arrow.v1." + method).toBuilder().setType(MethodDescriptor.MethodType.BIDI_STREAMING).build();
            StatusRuntimeException answer = catchThrowableOfType(StatusRuntimeException.class, () -> ClientCalls.blockingUnaryCall(channel, stream, CallOptions.DEFAULT.withDeadlineAfter(60, SECONDS), new byte[10]));
            assertThat(answer.getStatus().getCode()).isEqualTo(Code.UNIMPLEMENTED);
        }
    }

    private void assertAccepted(SignalSample sample, String path, String text, HttpRequest.Builder request)
            throws Exception
    {
        HttpResponse<byte[]> answer = send(request);
        assertThat(answer.statusCode()).as("%s at %s: %s", text, path, new String(answer.body(), UTF_8)).isEqualTo(200);
        String sent = request.build().headers().firstValue("Content-Type").orElseThrow();
        String type = answer.headers().firstValue("Content-Type").orElseThrow();
        assertThat(sent).startsWithIgnoringCase(type);
        assertThat(new String(answer.body(), UTF_8)).as("full success").isEqualTo(type.equals(JSON) ? "{}" : "");
        accepted(sample, text);
    }

    private void assertRefused(HttpRequest.Builder request, int status, Code code)
            throws Exception
    {
        HttpResponse<byte[]> answer = send(request);
        assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(status);
        boolean protobuf = request.build().headers().firstValue("Content-Type").filter(PROTOBUF::equals).isPresent();
        assertThat(answer.headers().firstValue("Content-Type")).hasValue(protobuf ? PROTOBUF : JSON);
        if (protobuf) {
            assertThat(Status.parseFrom(answer.body()).getCode()).isEqualTo(code.value());
        }
        else {
            assertThat(new String(answer.body(), UTF_8)).startsWith("{\"code\":%s,\"message\":\"Cannot ".formatted(code.value()));
        }
    }

    private void accepted(SignalSample sample, String text)
    {
        accepted.computeIfAbsent(sample.table(), _ -> new ArrayList<>()).add(text);
    }

    private StoredLogs stored(SignalSample sample, Function<Record, String> text)
            throws IOException
    {
        return StoredLogs.read(receiver.warehouse(), sample.table(), text);
    }

    private static boolean isTimeOfReceipt(Record row)
    {
        OffsetDateTime timestamp = (OffsetDateTime) row.getField("timestamp");
        OffsetDateTime ingestTime = (OffsetDateTime) row.getField("ingest_time");
        return !timestamp.isAfter(ingestTime) && timestamp.isAfter(ingestTime.minusMinutes(1));
    }

    private List<String> rows(SignalSample sample, Function<Record, String> text)
            throws IOException
    {
        return stored(sample, text).all();
    }

    private byte[] export(SignalSample sample, byte[] request, String encoding)
    {
        return ClientCalls.blockingUnaryCall(
                channel,
                RawExport.method(sample.signal().service() + "/Export"),
                CallOptions.DEFAULT.withCompression(encoding).withDeadlineAfter(60, SECONDS),
                request);
    }

    private HttpRequest.Builder post(String path, byte[] body)
    {
        return post(path, BodyPublishers.ofByteArray(body));
    }

    private HttpRequest.Builder post(String path, BodyPublisher body)
    {
        return HttpRequest.newBuilder(URI.create("http://localhost:%s%s".formatted(receiver.httpPort(), path))).POST(body);
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request)
            throws Exception
    {
        return receiver.client().send(request);
    }
}

package io.icegate.receiver;

import com.google.protobuf.UnknownFieldSet;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What is legal and seldom sent, and what reaches the wrong place, against a whole receiver. After every test exactly the
 * accepted records are stored.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
final class TestUnusualRequests
{
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";
    private static final int TIMEOUT_MILLIS = 60_000;

    private final TestingReceiver receiver = new TestingReceiver(Map.of("icegate.tenant.default", "acme", "icegate.commit.enabled", "false"));
    private final LogsClient client = receiver.client();

    @AfterAll
    void stop()
    {
        receiver.close();
    }

    @AfterEach
    void verifyStored()
            throws Exception
    {
        receiver.verifyStored();
    }

    @Test
    @OtlpRow({2, 13, 20})
    void testBodiesOnTheWire()
            throws Exception
    {
        assertAccepted(client.post(Bombs.gzip(json("json, gzip"))).header("Content-Type", JSON).header("Content-Encoding", "gzip"), "json, gzip");
        byte[] chunked = json("json, chunked");
        assertAccepted(client.post(new byte[0]).POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(chunked))).header("Content-Type", JSON), "json, chunked");
        byte[] both = Bombs.gzip(LogsClient.request(List.of("protobuf, gzip, chunked")));
        assertAccepted(
                client.post(new byte[0]).POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(both))).header("Content-Type", PROTOBUF).header("Content-Encoding", "gzip"),
                "protobuf, gzip, chunked");
        assertAccepted(client.post(json("charset")).header("Content-Type", "application/json; charset=utf-8"), "charset");
        assertAccepted(client.post(json("upper case")).header("Content-Type", "APPLICATION/JSON"), "upper case");
        assertAccepted(client.post(LogsClient.request(List.of("100-continue"))).header("Content-Type", PROTOBUF).expectContinue(true), "100-continue");
        byte[] twoMembers = concat(Bombs.gzip(LogsClient.request(List.of("gzip member 1"))), Bombs.gzip(LogsClient.request(List.of("gzip member 2"))));
        assertAccepted(client.post(twoMembers).header("Content-Type", PROTOBUF).header("Content-Encoding", "gzip"), "gzip member 1", "gzip member 2");
    }

    @Test
    @OtlpRow(16)
    void testEmptyRequests()
            throws Exception
    {
        for (byte[] nothing : List.of(new byte[0], ExportLogsServiceRequest.newBuilder().addResourceLogsBuilder().addScopeLogsBuilder().build().toByteArray())) {
            assertAccepted(client.post(nothing).header("Content-Type", PROTOBUF));
            assertAccepted(client.post(Bombs.gzip(nothing)).header("Content-Type", PROTOBUF).header("Content-Encoding", "gzip"));
            client.export(nothing);
        }
        for (String nothing : List.of("", "{}", " {\n} ", "{\"resourceLogs\":[]}", "{\"resourceLogs\":null}", "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[]}]}]}")) {
            assertAccepted(client.post(nothing.getBytes(UTF_8)).header("Content-Type", JSON));
        }
    }

    @Test
    @OtlpRow(17)
    void testJsonInAllItsForms()
            throws Exception
    {
        long nanos = now() + 123_456_789;
        String request =
                """
                {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"json"}}]},"scopeLogs":[{"logRecords":[{
                "timeUnixNano":"%1$s","observedTimeUnixNano":%1$s,"severityNumber":"SEVERITY_NUMBER_WARN","severityText":"warn",
                "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","flags":257,"someday":null,
                "body":{"stringValue":"all forms"},
                "attributes":[
                {"key":"text","value":{"intValue":"9007199254740993"}},{"key":"number","value":{"intValue":9007199254740991}},{"key":"bytes","value":{"bytesValue":"AP8Q"}},
                {"key":"list","value":{"arrayValue":{"values":[{"stringValue":"a"},{"arrayValue":{"values":[{"intValue":1}]}}]}}},
                {"key":"map","value":{"kvlistValue":{"values":[{"key":"k","value":{"kvlistValue":{"values":[{"key":"n","value":{"boolValue":true}}]}}}]}}},
                {"key":"nan","value":{"doubleValue":"NaN"}},{"key":"empty","value":{}}]}]}]}]}""".formatted(nanos);
        assertAccepted(client.post(request.getBytes(UTF_8)).header("Content-Type", JSON), "all forms");
        Record row = StoredLogs.liveRow(receiver.warehouse(), "all forms");
        assertThat(row.getField("severity_number")).isEqualTo(13);
        assertThat(row.getField("trace_id")).isEqualTo("5b8efff798038103d269b633813fc60c");
        assertThat(row.getField("span_id")).isEqualTo("eee19b7ec3c1b174");
        assertThat(row.getField("time_unix_nano")).isEqualTo(nanos);
        assertThat(row.getField("observed_time_unix_nano")).isEqualTo(nanos);
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("bytes", "AP8Q");
        attributes.put("empty", null);
        attributes.put("list", "[\"a\",[1]]");
        attributes.put("map", "{\"k\":{\"n\":true}}");
        attributes.put("nan", "NaN");
        attributes.put("number", "9007199254740991");
        attributes.put("text", "9007199254740993");
        assertThat(row.getField("attributes")).isEqualTo(attributes);
        assertThat(row.getField("attribute_types")).isEqualTo("yeakdii");
    }

    @Test
    void testRecordWithoutAnyTime()
            throws Exception
    {
        String request = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"no time\"}}]}]}]}";
        assertAccepted(client.post(request.getBytes(UTF_8)).header("Content-Type", JSON), "no time");
        Record row = StoredLogs.liveRow(receiver.warehouse(), "no time");
        // the time of receipt, just before the segment got its own
        assertThat((OffsetDateTime) row.getField("timestamp")).isBetween(((OffsetDateTime) row.getField("ingest_time")).minusMinutes(1), (OffsetDateTime) row.getField("ingest_time"));
        // no retry repeats a time that is not there, so the same bytes again are a second record
        assertAccepted(client.post(request.getBytes(UTF_8)).header("Content-Type", JSON), "no time");
    }

    @Test
    @OtlpRow(27)
    void testUnknownProtobufFields()
            throws Exception
    {
        byte[] unknown = UnknownFieldSet.newBuilder()
                .addField(999, UnknownFieldSet.Field.newBuilder().addLengthDelimited(com.google.protobuf.ByteString.copyFromUtf8("future")).build())
                .build()
                .toByteArray();
        client.export(concat(LogsClient.request(List.of("unknown field")), unknown));
        receiver.accepted().add("unknown field");
        assertThat(StoredLogs.liveRow(receiver.warehouse(), "unknown field").getField("otlp_residual")).isNotNull();
    }

    @Test
    @OtlpRow(20)
    void testHttp10()
            throws Exception
    {
        byte[] body = json("HTTP/1.0");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), receiver.httpPort())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(concat(
                    "POST /v1/logs HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n".formatted(body.length).getBytes(US_ASCII),
                    body));
            assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII)).matches("(?s)HTTP/1\\.[01] 200 OK\r\n.*\r\n\r\n\\{\\}");
        }
        receiver.accepted().add("HTTP/1.0");
    }

    @Test
    @OtlpRow(20)
    void testHttp2WithPriorKnowledge()
            throws Exception
    {
        try (RawHttp2 connection = new RawHttp2(receiver.httpPort())) {
            connection.request(1, http2Headers("/v1/logs", JSON), json("h2c"));
            assertThat(connection.await(RawHttp2.HEADERS).isStatus200()).isTrue();
            assertThat(connection.await(RawHttp2.DATA).payload()).asString().isEqualTo("{}");
        }
        receiver.accepted().add("h2c");
    }

    @Test
    void testGrpcContentTypes()
            throws Exception
    {
        byte[] message = LogsClient.request(List.of("grpc+proto"));
        byte[] framed = ByteBuffer.allocate(5 + message.length).put((byte) 0).putInt(message.length).put(message).array();
        String path = "/" + RawExport.LOGS.getFullMethodName();
        try (RawHttp2 connection = new RawHttp2(receiver.grpcPort())) {
            connection.request(1, http2Headers(path, "application/grpc+proto"), framed);
            assertThat(connection.await(RawHttp2.HEADERS).isStatus200()).isTrue();
            assertThat(connection.await(RawHttp2.DATA).payload()).as("an empty message").isEqualTo(new byte[5]);
            receiver.accepted().add("grpc+proto");
            connection.request(3, http2Headers(path, "text/plain"), framed);
            assertThat(awaitHeaders(connection, 3).isStatus200()).as("415").isFalse();
            connection.request(5, http2Headers(path, "application/grpc"), framed);
            assertThat(awaitHeaders(connection, 5).isStatus200()).as("the same connection goes on").isTrue();
        }
    }

    /**
     * The first of a stream; what comes last on those before are headers too.
     */
    private static RawHttp2.Frame awaitHeaders(RawHttp2 connection, int stream)
            throws Exception
    {
        RawHttp2.Frame answer;
        do {
            answer = connection.await(RawHttp2.HEADERS);
        }
        while (answer.stream() < stream && answer.type() == RawHttp2.HEADERS);
        return answer;
    }

    @Test
    void testTheWrongPort()
            throws Exception
    {
        // HTTP/1.1 where gRPC is served
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), receiver.grpcPort())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write("POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII));
            InputStream answer = socket.getInputStream();
            assertThat(answer.readAllBytes()).as("frames of HTTP/2, then the end").isNotNull();
        }
        // gRPC where HTTP is served
        ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", receiver.httpPort()).usePlaintext().build();
        try {
            StatusRuntimeException failure = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> ClientCalls.blockingUnaryCall(channel, RawExport.LOGS, CallOptions.DEFAULT.withDeadlineAfter(TIMEOUT_MILLIS, MILLISECONDS), LogsClient.request(List.of("lost"))));
            assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
            assertThat(failure.getStatus().getDescription()).contains("gRPC is served at the port of icegate.otlp.grpc-port");
        }
        finally {
            channel.shutdownNow();
        }
        export("after the wrong port");
    }

    @Test
    @OtlpRow(32)
    void testProfilesAreNotReceived()
            throws Exception
    {
        HttpResponse<byte[]> answer = client.send(HttpRequest.newBuilder(client.post(new byte[0]).build().uri().resolve("/v1development/profiles"))
                .header("Content-Type", JSON).POST(BodyPublishers.ofByteArray(json("lost"))));
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(new String(answer.body(), UTF_8)).contains("/v1development/profiles", "/v1/logs");
        export("after profiles");
    }

    /**
     * Under one label, because clients choose their paths.
     */
    @Test
    @OtlpRow({1, 32})
    void testWhatReachesNoSignalIsCounted()
            throws Exception
    {
        long before = refusedWithoutSignal();
        URI logs = client.post(new byte[0]).build().uri();
        for (String path : List.of("/v1/log", "/v1/" + "x".repeat(1_000), "/v1development/profiles")) {
            client.send(HttpRequest.newBuilder(logs.resolve(path)).header("Content-Type", JSON).POST(BodyPublishers.ofByteArray(json("lost"))));
        }
        ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", receiver.grpcPort()).usePlaintext().build();
        try {
            for (String method : List.of("opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export", "logproto.Pusher/Push")) {
                StatusRuntimeException failure = catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> ClientCalls.blockingUnaryCall(channel, RawExport.LOGS.toBuilder().setFullMethodName(method).build(), CallOptions.DEFAULT.withDeadlineAfter(TIMEOUT_MILLIS, MILLISECONDS), new byte[0]));
                assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
            }
        }
        finally {
            channel.shutdownNow();
        }
        assertThat(refusedWithoutSignal() - before).isEqualTo(5);
    }

    private long refusedWithoutSignal()
            throws Exception
    {
        String page = new String(client.send(HttpRequest.newBuilder(client.post(new byte[0]).build().uri().resolve("/metrics"))).body(), UTF_8);
        List<String> series = page.lines().filter(line -> line.startsWith("icegate_ingest_refused_requests_total") && line.contains("signal=\"none\"")).toList();
        assertThat(series).hasSize(1).allMatch(line -> line.contains("{reason=\"unknown_service\",signal=\"none\"}"));
        return (long) Double.parseDouble(series.getFirst().substring(series.getFirst().lastIndexOf(' ')));
    }

    @Test
    @OtlpRow(2)
    void testCompressedCalls()
    {
        for (String encoding : List.of("gzip", "identity")) {
            client.export(LogsClient.request(List.of("gRPC " + encoding)), new Metadata(), CallOptions.DEFAULT.withCompression(encoding));
            receiver.accepted().add("gRPC " + encoding);
        }
    }

    private void export(String body)
    {
        client.export(body);
        receiver.accepted().add(body);
    }

    private void assertAccepted(HttpRequest.Builder request, String... bodies)
            throws Exception
    {
        HttpResponse<byte[]> answer = client.send(request);
        assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(200);
        assertThat(new String(answer.body(), UTF_8)).isIn("", "{}");
        receiver.accepted().addAll(List.of(bodies));
    }

    private static Map<String, String> http2Headers(String path, String contentType)
    {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(":method", "POST");
        headers.put(":scheme", "http");
        headers.put(":path", path);
        headers.put(":authority", "localhost");
        headers.put("te", "trailers");
        headers.put("content-type", contentType);
        return headers;
    }

    private static long now()
    {
        return Instant.now().getEpochSecond() * 1_000_000_000L;
    }

    private static byte[] json(String body)
    {
        return "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"%s\",\"body\":{\"stringValue\":\"%s\"}}]}]}]}".formatted(now(), body).getBytes(UTF_8);
    }

    private static byte[] concat(byte[] first, byte[] second)
    {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }
}

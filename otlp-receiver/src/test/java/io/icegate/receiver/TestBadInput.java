package io.icegate.receiver;

import com.google.protobuf.CodedOutputStream;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import static io.icegate.receiver.Deadlines.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Bad requests over both transports. Each gets its clear error; beside each a good request is on its way, after each another
 * one follows, and in the end exactly the good ones are stored and all memory is given back.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
final class TestBadInput
{
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";
    private static final int REQUEST_BYTES_MAX = 1024 * 1024;
    private static final int COMPRESSED_BYTES_MAX = 256 * 1024;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Metadata.Key<String> TENANT = Metadata.Key.of("x-scope-orgid", Metadata.ASCII_STRING_MARSHALLER);

    private final TestingReceiver receiver = new TestingReceiver(Map.of(
            "icegate.commit.interval", "200ms",
            "icegate.otlp.max-request-size", REQUEST_BYTES_MAX + "B",
            "icegate.otlp.max-compressed-size", COMPRESSED_BYTES_MAX + "B"));
    private final LogsClient client = receiver.client();

    @AfterAll
    void stop()
    {
        receiver.close();
    }

    @AfterEach
    void verifyNothingElseIsHarmed()
            throws Exception
    {
        receiver.verifyStored();
        eventually("all memory is given back", () -> client.page("/metrics").body().contains("icegate_ingest_budget_used_bytes 0.0"));
    }

    @Test
    @OtlpRow({15, 31})
    void testMalformedProtobuf()
            throws Exception
    {
        byte[] whole = LogsClient.request(List.of("x".repeat(1_000)));
        for (byte[] bad : List.of(
                Arrays.copyOf(whole, whole.length / 2),
                new byte[] {(byte) 0xFF, (byte) 0xFF},
                new byte[] {0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F},
                "not protobuf".getBytes(UTF_8),
                // a wire type that there is not
                new byte[] {0x0F, 0x01},
                nested(10_000))) {
            assertRefused(bad, Status.Code.INVALID_ARGUMENT, "Cannot decode request: ");
            assertRefused(client.post(bad).header("Content-Type", PROTOBUF), 400, "Cannot decode request: ");
        }
        assertRefused(nested(100), Status.Code.INVALID_ARGUMENT, "nested deeper than 64 levels");
        assertRefused(client.post(nested(100)).header("Content-Type", PROTOBUF), 400, "nested deeper than 64 levels");
    }

    @Test
    @OtlpRow({15, 31})
    void testMalformedJson()
            throws Exception
    {
        String record = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[%s]}]}]}";
        Map<String, String> reasons = Map.of(
                "{", "no valid JSON",
                "[]", "it is no JSON object",
                "{\"resourceLogs\":3}", "/resourceLogs is not an array",
                "\0\0\0", "no valid JSON",
                record.formatted("{\"traceId\":\"xyz\"}"), "resourceLogs/0/scopeLogs/0/logRecords/0: traceId is not hex digits",
                record.formatted("{\"timeUnixNano\":\"yesterday\"}"), "timeUnixNano is not an integer",
                record.formatted("{\"body\":{\"bytesValue\":\"%\"}}"), "body/bytesValue is not base64",
                record.formatted("{\"body\":" + "{\"arrayValue\":{\"values\":[".repeat(200) + "{}" + "]}}".repeat(200) + "}"), "values are nested too deep");
        for (Map.Entry<String, String> reason : reasons.entrySet()) {
            assertRefused(client.post(reason.getKey().getBytes(UTF_8)).header("Content-Type", JSON), 400, reason.getValue());
        }
    }

    @Test
    @OtlpRow({2, 14})
    void testWrongMediaTypeAndEncoding()
            throws Exception
    {
        byte[] request = LogsClient.request(List.of("never stored"));
        assertRefused(client.post(request).header("Content-Type", "text/plain"), 415, "Cannot read content type 'text/plain': application/x-protobuf and application/json are served");
        assertRefused(client.post(request), 415, "Cannot read request: it has no Content-Type");
        assertRefused(client.post(request).header("Content-Type", PROTOBUF).header("Content-Encoding", "br"), 415, "Cannot read content encoding 'br': identity, gzip, zstd, deflate, zlib, snappy, x-snappy-framed, lz4 are served");
        // the right types, the wrong content
        assertRefused(client.post(request).header("Content-Type", JSON), 400, "Cannot decode request: it is no JSON object");
        assertRefused(client.post("{}".getBytes(UTF_8)).header("Content-Type", PROTOBUF), 400, "no valid protobuf message");
        assertRefused(client.post(request).header("Content-Type", PROTOBUF).header("Content-Encoding", "gzip"), 400, "the body is no gzip");
        assertRefused(client.post(request).header("Content-Type", PROTOBUF).header("Content-Encoding", "zstd"), 400, "the body is no zstd");
    }

    @Test
    @OtlpRow(3)
    void testTooLarge()
            throws Exception
    {
        byte[] tooLarge = LogsClient.request(List.of("x".repeat(REQUEST_BYTES_MAX)));
        assertRefused(tooLarge, Status.Code.RESOURCE_EXHAUSTED, Integer.toString(REQUEST_BYTES_MAX));
        assertRefused(client.post(tooLarge).header("Content-Type", PROTOBUF), 413, "larger than 1048576 bytes; send smaller batches, or raise icegate.otlp.max-request-size");
        assertRefused(chunked(tooLarge).header("Content-Type", PROTOBUF), 413, "larger than 1048576 bytes");
        byte[] noise = Bombs.gzip(randomBytes(COMPRESSED_BYTES_MAX));
        assertRefused(client.post(noise).header("Content-Type", PROTOBUF).header("Content-Encoding", "gzip"), 413, "larger than 262144 bytes; send smaller batches, or raise icegate.otlp.max-compressed-size");
        assertRefused(chunked(noise).header("Content-Type", PROTOBUF).header("Content-Encoding", "gzip"), 413, "larger than 262144 bytes");
        // small on the wire
        byte[] inflates = Bombs.gzip(new byte[REQUEST_BYTES_MAX + 1]);
        assertRefused(client.post(inflates).header("Content-Type", PROTOBUF).header("Content-Encoding", "gzip"), 413, "larger than 1048576 bytes");
        StatusRuntimeException answer = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> client.export(new byte[REQUEST_BYTES_MAX + 1], tenant("acme"), CallOptions.DEFAULT.withCompression("gzip")));
        assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    @OtlpRow(26)
    void testTenants()
            throws Exception
    {
        byte[] request = LogsClient.request(List.of("nobody's"));
        String missing = "header X-Scope-OrgID is missing and there is no default; send it, or set icegate.tenant.default";
        StatusRuntimeException answer = catchThrowableOfType(StatusRuntimeException.class, () -> client.export(request));
        assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(answer.getStatus().getDescription()).endsWith(missing);
        HttpResponse<byte[]> response = client.send(client.post(request).header("Content-Type", JSON));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(new String(response.body(), UTF_8)).contains(missing);

        for (String invalid : List.of("a b", "a/b", "../x", "x".repeat(129), "")) {
            String reason = "header X-Scope-OrgID holds no valid tenant; it must match";
            CompletableFuture<ExportLogsServiceResponse> beside = sendGood();
            answer = catchThrowableOfType(StatusRuntimeException.class, () -> client.export(request, tenant(invalid)));
            assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(answer.getStatus().getDescription()).contains(reason);
            response = client.send(client.post(request).header("Content-Type", JSON).header("X-Scope-OrgID", invalid));
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(new String(response.body(), UTF_8)).contains(reason);
            assertThat(beside).succeedsWithin(PATIENCE);
        }
    }

    private void assertRefused(byte[] bad, Status.Code code, String reason)
    {
        CompletableFuture<ExportLogsServiceResponse> beside = sendGood();
        StatusRuntimeException answer = catchThrowableOfType(StatusRuntimeException.class, () -> client.export(bad, tenant("acme")));
        assertThat(answer.getStatus().getCode()).isEqualTo(code);
        assertThat(answer.getStatus().getDescription()).contains(reason);
        assertThat(beside).succeedsWithin(PATIENCE);
        assertThat(sendGood()).succeedsWithin(PATIENCE);
    }

    private void assertRefused(HttpRequest.Builder bad, int status, String reason)
            throws Exception
    {
        CompletableFuture<ExportLogsServiceResponse> beside = sendGood();
        HttpResponse<byte[]> answer = client.send(bad.header("X-Scope-OrgID", "acme"));
        assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(status);
        assertThat(new String(answer.body(), UTF_8)).contains("Cannot ").contains(reason);
        assertThat(beside).succeedsWithin(PATIENCE);
        String body = goodBody();
        HttpResponse<byte[]> after = client.send(client.post(LogsClient.request(List.of(body))).header("Content-Type", PROTOBUF).header("X-Scope-OrgID", "acme"));
        assertThat(after.statusCode()).isEqualTo(200);
    }

    private CompletableFuture<ExportLogsServiceResponse> sendGood()
    {
        String body = goodBody();
        return CompletableFuture.supplyAsync(() -> client.export(LogsClient.request(List.of(body)), tenant("acme")));
    }

    private String goodBody()
    {
        String body = "good-" + receiver.accepted().size();
        receiver.accepted().add(body);
        return body;
    }

    private HttpRequest.Builder chunked(byte[] body)
    {
        return client.post(body).POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
    }

    private static Metadata tenant(String tenant)
    {
        Metadata headers = new Metadata();
        headers.put(TENANT, tenant);
        return headers;
    }

    private static byte[] nested(int depth)
    {
        byte[] value = new byte[0];
        for (int level = 1; level < depth; level++) {
            value = field(AnyValue.ARRAY_VALUE_FIELD_NUMBER, field(ArrayValue.VALUES_FIELD_NUMBER, value));
        }
        byte[] record = field(LogRecord.BODY_FIELD_NUMBER, value);
        byte[] resource = field(ResourceLogs.SCOPE_LOGS_FIELD_NUMBER, field(ScopeLogs.LOG_RECORDS_FIELD_NUMBER, record));
        return field(ExportLogsServiceRequest.RESOURCE_LOGS_FIELD_NUMBER, resource);
    }

    /**
     * By hand: the library cannot write what is nested so deep.
     */
    private static byte[] field(int number, byte[] content)
    {
        byte[] field = new byte[content.length + 10];
        CodedOutputStream out = CodedOutputStream.newInstance(field);
        try {
            out.writeByteArray(number, content);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Arrays.copyOf(field, out.getTotalBytesWritten());
    }

    private static byte[] randomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}

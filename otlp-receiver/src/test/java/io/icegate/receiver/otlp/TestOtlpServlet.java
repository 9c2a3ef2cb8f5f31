package io.icegate.receiver.otlp;

import com.github.luben.zstd.Zstd;
import com.google.rpc.RetryInfo;
import io.icegate.receiver.OtlpRow;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.server.OperatorPages;
import io.icegate.server.access.AccessControl;
import io.icegate.server.access.TenantHeader;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import static io.icegate.receiver.otlp.Compressions.deflate;
import static io.icegate.receiver.otlp.Compressions.gzip;
import static io.icegate.receiver.otlp.Compressions.lz4;
import static io.icegate.receiver.otlp.Compressions.snappyBlock;
import static io.icegate.receiver.otlp.Compressions.snappyFramed;
import static io.icegate.receiver.otlp.Compressions.streamedZstd;
import static org.assertj.core.api.Assertions.assertThat;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
final class TestOtlpServlet
{
    private static final int REQUEST_BYTES_MAX = 10 * 1024 * 1024;
    private static final int COMPRESSED_BYTES_MAX = 1024 * 1024;
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";

    private final SignalHandlers handlers = new SignalHandlers();
    private OtlpSignal signal = OtlpSignal.LOGS;
    private FakeLogs logs = handlers.of(signal);
    private final Admission admission = new Admission(32 * 1024 * 1024);
    private HttpClient client;
    private TestingHttpServer server;
    private URI base;
    private volatile boolean ready = true;

    @BeforeAll
    void startServer()
    {
        OtlpServlet servlet = new OtlpServlet(
                handlers.all(),
                AccessControl.open(new TenantHeader("X-Scope-OrgID", Optional.of("acme"))),
                admission,
                new OperatorPages(() -> new OperatorPages.Readiness(ready, ready ? List.of() : List.of("the store does not answer")), new PrometheusRegistry(), () -> new byte[0]),
                new RefusalLog(System::nanoTime, IngestMetrics.NONE),
                new OtlpServlet.Settings(
                        "/otel",
                        REQUEST_BYTES_MAX,
                        COMPRESSED_BYTES_MAX,
                        Duration.ofSeconds(3),
                        new Cors.Settings(List.of("https://shop.example.com", "https://*.example.org"), List.of("Content-Type", "X-Scope-OrgID"), Duration.ofMinutes(10))));
        server = new TestingHttpServer(servlet);
        base = server.uri();
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    void stopServer()
    {
        client.close();
        server.close();
    }

    @BeforeEach
    void reset()
    {
        handlers.reset();
        ready = true;
    }

    @AfterEach
    void verifyBudget()
    {
        assertThat(admission.usedBytes()).as("budget that was not given back").isZero();
    }

    private void forEachSignal(SignalHandlers.Test test)
            throws Exception
    {
        handlers.forEach((each, handler) -> {
            signal = each;
            logs = handler;
            test.run();
        });
    }

    @Test
    @OtlpRow({5, 13})
    void testSuccess()
            throws Exception
    {
        forEachSignal(() -> {
            byte[] body = randomBytes(300_000);
            HttpResponse<byte[]> protobuf = send(post(signal.path(), PROTOBUF, body));
            assertThat(protobuf.statusCode()).isEqualTo(200);
            assertThat(protobuf.headers().firstValue("Content-Type")).hasValue(PROTOBUF);
            assertThat(protobuf.body()).isEmpty();
            HttpResponse<byte[]> json = send(post(signal.path(), JSON, body));
            assertThat(json.statusCode()).isEqualTo(200);
            assertThat(json.headers().firstValue("Content-Type")).hasValue(JSON);
            assertThat(json.body()).asString().isEqualTo("{}");
            assertThat(logs.requests).extracting(IngestRequest::encoding).containsExactly(Encoding.PROTOBUF, Encoding.JSON);
            assertThat(logs.requests).allSatisfy(request -> assertThat(request.body()).isEqualTo(body));
        });
    }

    @Test
    @OtlpRow(6)
    void testPartialSuccess()
            throws Exception
    {
        forEachSignal(() -> {
            logs.answer = CompletableFuture.completedFuture(new Acknowledgement(2, "two are \"bad\"\n"));
            var response = io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse.parseFrom(send(post(signal.path(), PROTOBUF, new byte[1])).body());
            assertThat(response.getPartialSuccess().getRejectedLogRecords()).isEqualTo(2);
            assertThat(response.getPartialSuccess().getErrorMessage()).isEqualTo("two are \"bad\"\n");
            assertThat(send(post(signal.path(), JSON, new byte[1])).body()).asString()
                    .isEqualTo("{\"partialSuccess\":{\"%s\":\"2\",\"errorMessage\":\"two are \\\"bad\\\"\\u000a\"}}".formatted(signal.rejectedField()));
        });
    }

    @Test
    @OtlpRow({13, 14})
    void testContentTypes()
            throws Exception
    {
        forEachSignal(() -> {
            for (String type : List.of("application/json; charset=utf-8", "APPLICATION/JSON", "application/x-protobuf;charset=UTF-8", "Application/X-Protobuf")) {
                HttpResponse<byte[]> response = send(post(signal.path(), type, new byte[1]));
                assertThat(response.statusCode()).as(type).isEqualTo(200);
                assertThat(type).startsWithIgnoringCase(response.headers().firstValue("Content-Type").orElseThrow());
            }
            assertAnswer(post(signal.path(), "text/plain", new byte[1]), 415, io.grpc.Status.Code.UNIMPLEMENTED);
            assertAnswer(HttpRequest.newBuilder(base.resolve(signal.path())).POST(BodyPublishers.ofByteArray(new byte[1])), 415, io.grpc.Status.Code.UNIMPLEMENTED);
        });
    }

    @Test
    @OtlpRow({12, 14, 19, 32})
    void testPaths()
            throws Exception
    {
        forEachSignal(() -> {
            for (String path : List.of("%s", "%s/", "/otel%s", "/otel%s/", "/%s", "/otel/%s//")) {
                assertThat(send(post(path.formatted(signal.path()), JSON, new byte[1])).statusCode()).as(path).isEqualTo(200);
            }
            assertThat(send(post(signal.path().replace("/v1/", "/v1//"), JSON, new byte[1])).statusCode()).isEqualTo(200);
        });
        for (String path : List.of("/", "/v1", "/v1/trace", "/v1/spans", "/otel/v1/log", "/v1development/profiles", "/v2/logs", "/other/v1/logs", "/other/v1/traces", "/other/v1/metrics")) {
            assertAnswer(post(path, JSON, new byte[1]), 404, io.grpc.Status.Code.UNIMPLEMENTED);
            assertAnswer(post(path, PROTOBUF, new byte[1]), 404, io.grpc.Status.Code.UNIMPLEMENTED);
        }
    }

    @Test
    @OtlpRow({12, 14})
    void testMethods()
            throws Exception
    {
        forEachSignal(() -> {
            for (String method : List.of("GET", "PUT", "PATCH", "DELETE", "OPTIONS")) {
                HttpResponse<byte[]> response = assertAnswer(
                        HttpRequest.newBuilder(base.resolve(signal.path())).header("Content-Type", PROTOBUF).method(method, BodyPublishers.noBody()),
                        405,
                        io.grpc.Status.Code.UNIMPLEMENTED);
                assertThat(response.headers().firstValue("Allow")).hasValue("POST");
            }
            HttpResponse<byte[]> head = send(HttpRequest.newBuilder(base.resolve(signal.path())).method("HEAD", BodyPublishers.noBody()));
            assertThat(head.statusCode()).isEqualTo(405);
            assertThat(head.headers().firstValue("Allow")).hasValue("POST");
            assertThat(head.body()).isEmpty();
        });
    }

    @Test
    @OtlpRow({2, 12})
    void testEncodings()
            throws Exception
    {
        forEachSignal(() -> {
            byte[] body = new byte[500_000];
            assertThat(send(post(signal.path(), PROTOBUF, gzip(body)).header("Content-Encoding", "gzip")).statusCode()).isEqualTo(200);
            assertThat(send(post(signal.path(), PROTOBUF, gzip(body)).header("Content-Encoding", "GZIP")).statusCode()).isEqualTo(200);
            assertThat(send(post(signal.path(), PROTOBUF, Zstd.compress(body)).header("Content-Encoding", "zstd")).statusCode()).isEqualTo(200);
            assertThat(send(post(signal.path(), PROTOBUF, body).header("Content-Encoding", "identity")).statusCode()).isEqualTo(200);
            assertThat(logs.requests).hasSize(4).allSatisfy(request -> assertThat(request.body()).isEqualTo(body));
            for (String encoding : List.of("br", "lzma", "gzip, gzip")) {
                HttpResponse<byte[]> unknown = assertAnswer(post(signal.path(), PROTOBUF, body).header("Content-Encoding", encoding), 415, io.grpc.Status.Code.UNIMPLEMENTED);
                assertThat(unknown.headers().firstValue("Accept-Encoding")).as(encoding).hasValue("identity, gzip, zstd, deflate, zlib, snappy, x-snappy-framed, lz4");
            }
            for (String encoding : List.of("gzip", "zstd", "deflate", "zlib", "snappy", "x-snappy-framed", "lz4")) {
                assertAnswer(post(signal.path(), JSON, randomBytes(1_000)).header("Content-Encoding", encoding), 400, io.grpc.Status.Code.INVALID_ARGUMENT);
            }
            byte[] truncated = gzip(randomBytes(10_000));
            assertAnswer(post(signal.path(), JSON, java.util.Arrays.copyOf(truncated, 5_000)).header("Content-Encoding", "gzip"), 400, io.grpc.Status.Code.INVALID_ARGUMENT);
        });
    }

    @Test
    @OtlpRow({3, 12})
    void testSizeLimits()
            throws Exception
    {
        forEachSignal(() -> {
            assertThat(send(post(signal.path(), PROTOBUF, new byte[REQUEST_BYTES_MAX])).statusCode()).isEqualTo(200);
            assertAnswer(post(signal.path(), PROTOBUF, new byte[REQUEST_BYTES_MAX + 1]), 413, io.grpc.Status.Code.RESOURCE_EXHAUSTED);
            byte[] noise = gzip(randomBytes(COMPRESSED_BYTES_MAX));
            assertThat(noise.length).isGreaterThan(COMPRESSED_BYTES_MAX);
            assertAnswer(post(signal.path(), PROTOBUF, noise).header("Content-Encoding", "gzip"), 413, io.grpc.Status.Code.RESOURCE_EXHAUSTED);
            // chunked, so that the length is not known before
            assertAnswer(
                    HttpRequest.newBuilder(base.resolve(signal.path())).header("Content-Type", PROTOBUF).header("Content-Encoding", "gzip")
                            .POST(BodyPublishers.ofByteArrays(List.of(noise))),
                    413,
                    io.grpc.Status.Code.RESOURCE_EXHAUSTED);
            assertAnswer(
                    HttpRequest.newBuilder(base.resolve(signal.path())).header("Content-Type", PROTOBUF)
                            .POST(BodyPublishers.ofByteArrays(List.of(new byte[REQUEST_BYTES_MAX], new byte[1]))),
                    413,
                    io.grpc.Status.Code.RESOURCE_EXHAUSTED);
            logs.requests.clear();
            assertThat(send(post(signal.path(), PROTOBUF, new byte[1])).statusCode()).as("right after").isEqualTo(200);
        });
    }

    /**
     * As exporters, and the OpenTelemetry Collector in all its versions, name and write them.
     */
    @Test
    @OtlpRow(2)
    void testEncodingsOfExporters()
            throws Exception
    {
        forEachSignal(() -> {
            byte[] body = randomBytes(200_000);
            System.arraycopy(new byte[100_000], 0, body, 50_000, 100_000);
            byte[] start = java.util.Arrays.copyOf(body, 10);
            byte[] rest = java.util.Arrays.copyOfRange(body, 10, body.length);
            List<Map.Entry<String, byte[]>> encoded = List.of(
                    Map.entry("x-gzip", gzip(body)),
                    Map.entry("gzip", concat(gzip(start), gzip(rest))),
                    Map.entry("gzip", concat(gzip(new byte[0]), gzip(body))),
                    Map.entry("gzip", concat(gzip(body), new byte[8])),
                    Map.entry("zstd", streamedZstd(body)),
                    Map.entry("zstd", concat(Zstd.compress(start), Zstd.compress(rest))),
                    Map.entry("deflate", deflate(body, false)),
                    Map.entry("deflate", deflate(body, true)),
                    Map.entry("zlib", deflate(body, false)),
                    Map.entry("snappy", snappyBlock(body)),
                    Map.entry("snappy", snappyFramed(body)),
                    Map.entry("x-snappy-framed", snappyFramed(body)),
                    Map.entry("lz4", lz4(body, false)),
                    Map.entry("lz4", lz4(body, true)),
                    Map.entry("lz4", concat(lz4(start, false), lz4(rest, false))));
            for (Map.Entry<String, byte[]> one : encoded) {
                assertThat(send(post(signal.path(), PROTOBUF, one.getValue()).header("Content-Encoding", one.getKey())).statusCode()).as(one.getKey()).isEqualTo(200);
                assertThat(logs.requests.getLast().body()).as(one.getKey()).isEqualTo(body);
                byte[] cut = java.util.Arrays.copyOf(one.getValue(), one.getValue().length - 20_000);
                assertAnswer(post(signal.path(), PROTOBUF, cut).header("Content-Encoding", one.getKey()), 400, io.grpc.Status.Code.INVALID_ARGUMENT);
            }
            assertThat(logs.requests).hasSize(encoded.size());
        });
    }

    /**
     * Repetitive logs compress very well and are no bombs: only bytes are limited.
     */
    @Test
    @OtlpRow(3)
    void testE23BytesAreLimitedNotRatios()
            throws Exception
    {
        forEachSignal(() -> {
            byte[] honest = new byte[REQUEST_BYTES_MAX];
            byte[] bomb = new byte[REQUEST_BYTES_MAX + 1];
            for (String coding : List.of("gzip", "zstd", "deflate", "snappy", "lz4")) {
                assertThat(send(post(signal.path(), PROTOBUF, encode(coding, honest)).header("Content-Encoding", coding)).statusCode()).as(coding).isEqualTo(200);
                assertAnswer(post(signal.path(), PROTOBUF, encode(coding, bomb)).header("Content-Encoding", coding), 413, io.grpc.Status.Code.RESOURCE_EXHAUSTED);
            }
            // says that it stands for 4 GiB
            byte[] liar = {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F, 0, 1};
            assertAnswer(post(signal.path(), PROTOBUF, liar).header("Content-Encoding", "snappy"), 400, io.grpc.Status.Code.INVALID_ARGUMENT);
        });
    }

    private static byte[] encode(String coding, byte[] body)
            throws IOException
    {
        return switch (coding) {
            case "gzip" -> gzip(body);
            case "zstd" -> Zstd.compress(body);
            case "deflate" -> deflate(body, false);
            case "snappy" -> snappyBlock(body);
            default -> lz4(body, false);
        };
    }

    @Test
    @OtlpRow({10, 12})
    void testNoBatchIsLostToWordsOfJetty()
            throws Exception
    {
        String request = "POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n";
        assertRaw(request + "Content-Length: 100\r\n\r\n{\"resourceLogs\":", "HTTP/1.1 400 ", "Cannot read request: the body ends after 16 bytes, before its announced end");
        assertRaw(request + "Authorization: " + "x".repeat(20_000) + "\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 431 ", "Cannot accept request: ");
        assertRaw(request + "Content-Length: many\r\n\r\n{}", "HTTP/1.1 400 ", "Cannot accept request: ");
        assertRaw("POST /v1/%zz HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 400 ", "Cannot accept request: ");
    }

    private void assertRaw(String request, String statusLine, String message)
            throws Exception
    {
        try (Socket socket = new Socket("localhost", base.getPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith(statusLine).containsIgnoringCase("content-type: application/json").contains("{\"code\":", message);
        }
    }

    @Test
    @OtlpRow(14)
    void testMissingContentType()
            throws Exception
    {
        forEachSignal(() -> {
            HttpResponse<byte[]> response = send(HttpRequest.newBuilder(base.resolve(signal.path())).POST(BodyPublishers.ofByteArray(new byte[1])));
            assertThat(response.body()).asString(StandardCharsets.UTF_8).contains("Cannot read request: it has no Content-Type; send application/x-protobuf or application/json");
        });
    }

    @Test
    @OtlpRow(25)
    void testBrowsers()
            throws Exception
    {
        forEachSignal(() -> {
            for (String origin : List.of("https://shop.example.com", "https://a.example.org", "HTTPS://SHOP.example.com")) {
                HttpResponse<byte[]> preflight = preflight(origin);
                assertThat(preflight.statusCode()).isEqualTo(204);
                assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin")).hasValue(origin);
                assertThat(preflight.headers().firstValue("Access-Control-Allow-Methods")).hasValue("POST");
                assertThat(preflight.headers().firstValue("Access-Control-Allow-Headers")).hasValue("Content-Type, X-Scope-OrgID");
                assertThat(preflight.headers().firstValue("Access-Control-Max-Age")).hasValue("600");
                assertThat(preflight.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();
                assertThat(preflight.headers().allValues("Vary")).contains("Origin");
                for (int status : new int[] {200, 503}) {
                    logs.answer = status == 200 ? CompletableFuture.completedFuture(Acknowledgement.FULL) : CompletableFuture.failedFuture(new IllegalStateException("x"));
                    HttpResponse<byte[]> response = send(post(signal.path(), JSON, new byte[1]).header("Origin", origin));
                    assertThat(response.statusCode()).isEqualTo(status);
                    assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).hasValue(origin);
                }
            }
            logs.answer = CompletableFuture.completedFuture(Acknowledgement.FULL);
            for (String origin : List.of("https://evil.example.com", "https://shop.example.com.evil.com", "https://example.org", "null")) {
                assertThat(preflight(origin).statusCode()).as(origin).isEqualTo(405);
                HttpResponse<byte[]> response = send(post(signal.path(), JSON, new byte[1]).header("Origin", origin));
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).as(origin).isEmpty();
            }
        });
    }

    private HttpResponse<byte[]> preflight(String origin)
            throws Exception
    {
        return send(HttpRequest.newBuilder(base.resolve(signal.path()))
                .method("OPTIONS", BodyPublishers.noBody())
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "content-type"));
    }

    @Test
    @OtlpRow(20)
    void testChunkedBody()
            throws Exception
    {
        forEachSignal(() -> {
            HttpResponse<byte[]> response = send(HttpRequest.newBuilder(base.resolve(signal.path())).header("Content-Type", JSON)
                    .POST(BodyPublishers.ofByteArrays(List.of(new byte[100_000], new byte[100_000]))));
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(logs.requests.getFirst().body()).hasSize(200_000);
        });
    }

    @Test
    @OtlpRow({26, 35})
    void testTenantsAndForwardedRequests()
            throws Exception
    {
        forEachSignal(() -> {
            assertThat(send(post(signal.path(), JSON, new byte[1]).header("X-Forwarded-For", "10.0.0.1").header("X-Forwarded-Proto", "https").header("x-scope-orgid", "other")).statusCode()).isEqualTo(200);
            assertThat(logs.requests.getFirst().tenant()).isEqualTo("other");
            for (String bad : List.of("a b", "a/b", "x".repeat(129), "")) {
                assertAnswer(post(signal.path(), JSON, new byte[1]).header("X-Scope-OrgID", bad), 400, io.grpc.Status.Code.INVALID_ARGUMENT);
            }
        });
    }

    @Test
    @OtlpRow(20)
    void testHttp2()
            throws Exception
    {
        forEachSignal(() -> {
            try (HttpClient http2 = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
                http2.send(HttpRequest.newBuilder(base.resolve("/health")).build(), HttpResponse.BodyHandlers.discarding()); // upgrades the connection
                HttpResponse<byte[]> response = http2.send(post(signal.path(), PROTOBUF, new byte[100_000]).build(), HttpResponse.BodyHandlers.ofByteArray());
                assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(response.statusCode()).isEqualTo(200);
            }
        });
    }

    @Test
    @OtlpRow({10, 11, 12})
    void testRefusalsAndUnforeseenFailures()
            throws Exception
    {
        forEachSignal(() -> {
            logs.answer = CompletableFuture.failedFuture(new RefusedException(Refusal.TOO_LATE, "Cannot acknowledge in time"));
            for (String type : List.of(PROTOBUF, JSON)) {
                assertThat(assertAnswer(post(signal.path(), type, new byte[1]), 503, io.grpc.Status.Code.UNAVAILABLE).headers().firstValue("Retry-After")).hasValue("3");
            }
            var status = com.google.rpc.Status.parseFrom(send(post(signal.path(), PROTOBUF, new byte[1])).body());
            assertThat(status.getDetails(0).unpack(RetryInfo.class).getRetryDelay().getSeconds()).isEqualTo(2);
            for (Throwable failure : List.of(new IllegalStateException("x"), new OutOfMemoryError("injected"), new StackOverflowError(), new AssertionError("x"), new UncheckedIOException(new IOException("x")))) {
                logs.thrown = failure;
                assertAnswer(post(signal.path(), PROTOBUF, new byte[1]), 503, io.grpc.Status.Code.UNAVAILABLE);
                logs.thrown = null;
                logs.answer = CompletableFuture.failedFuture(failure);
                assertAnswer(post(signal.path(), JSON, new byte[1]), 503, io.grpc.Status.Code.UNAVAILABLE);
                logs.refuseAtOnce = failure;
                assertAnswer(post(signal.path(), JSON, new byte[1]), 503, io.grpc.Status.Code.UNAVAILABLE);
                logs.refuseAtOnce = null;
            }
        });
    }

    @Test
    @OtlpRow({10, 11})
    void testOverload()
            throws Exception
    {
        forEachSignal(() -> {
            try (Admission.Ticket ticket = admission.admit(admission.budgetBytes())) {
                assertThat(ticket.heldBytes()).isPositive();
                assertAnswer(post(signal.path(), PROTOBUF, new byte[1]), 503, io.grpc.Status.Code.UNAVAILABLE);
            }
            assertThat(send(post(signal.path(), PROTOBUF, new byte[1])).statusCode()).isEqualTo(200);
        });
    }

    @Test
    @OtlpRow(34)
    void testOperatorPages()
            throws Exception
    {
        assertThat(send(HttpRequest.newBuilder(base.resolve("/health"))).statusCode()).isEqualTo(200);
        assertThat(send(HttpRequest.newBuilder(base.resolve("/ready"))).statusCode()).isEqualTo(200);
        assertThat(send(HttpRequest.newBuilder(base.resolve("/ready")).method("HEAD", BodyPublishers.noBody())).statusCode()).as("as load balancers ask").isEqualTo(200);
        ready = false;
        HttpResponse<byte[]> notReady = send(HttpRequest.newBuilder(base.resolve("/ready")));
        assertThat(notReady.statusCode()).isEqualTo(503);
        assertThat(new String(notReady.body(), StandardCharsets.UTF_8)).isEqualTo("not ready: the store does not answer\n");
        assertThat(send(HttpRequest.newBuilder(base.resolve("/health"))).statusCode()).isEqualTo(200);
        assertThat(send(HttpRequest.newBuilder(base.resolve("/metrics"))).headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
    }

    private HttpResponse<byte[]> assertAnswer(HttpRequest.Builder request, int status, io.grpc.Status.Code code)
            throws Exception
    {
        HttpResponse<byte[]> response = send(request);
        assertThat(response.statusCode()).as("%s %s", request.build(), new String(response.body(), StandardCharsets.UTF_8)).isEqualTo(status);
        com.google.rpc.Status.Builder body = com.google.rpc.Status.newBuilder();
        String type = response.headers().firstValue("Content-Type").orElseThrow();
        if (type.equals(PROTOBUF)) {
            body.mergeFrom(response.body());
        }
        else {
            com.google.protobuf.util.JsonFormat.parser()
                    .usingTypeRegistry(com.google.protobuf.TypeRegistry.newBuilder()
                            .add(RetryInfo.getDescriptor())
                            .add(com.google.rpc.BadRequest.getDescriptor())
                            .build())
                    .merge(new String(response.body(), StandardCharsets.UTF_8), body);
        }
        boolean sentProtobuf = request.build().headers().firstValue("Content-Type").filter(PROTOBUF::equals).isPresent();
        assertThat(type).isEqualTo(sentProtobuf ? PROTOBUF : JSON);
        assertThat(body.getCode()).isEqualTo(code.value());
        assertThat(body.getMessage()).startsWith("Cannot ").isNotBlank();
        assertThat(body.getDetailsList().stream().anyMatch(detail -> detail.is(RetryInfo.class))).isEqualTo(status == 503);
        assertThat(response.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 503);
        return response;
    }

    private HttpRequest.Builder post(String path, String contentType, byte[] body)
    {
        return HttpRequest.newBuilder(URI.create(base + path)).header("Content-Type", contentType).POST(BodyPublishers.ofByteArray(body));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request)
            throws Exception
    {
        return client.send(request.timeout(Duration.ofSeconds(60)).version(HttpClient.Version.HTTP_1_1).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static byte[] concat(byte[] first, byte[] second)
    {
        byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] randomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}

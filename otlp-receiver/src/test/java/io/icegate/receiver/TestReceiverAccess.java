package io.icegate.receiver;

import com.google.rpc.Status;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.server.access.KeyHash;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Attempts to get in, over gRPC and HTTP. At the end the warehouse holds what valid requests sent, and nothing else.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
final class TestReceiverAccess
{
    private static final String PROTOBUF = "application/x-protobuf";
    private static final int REQUEST_BYTES_MAX = 100_000;
    private static final String TENANT = "X-Scope-OrgID";
    private static final String SHOP = "key-of-the-shop-0123456789";
    private static final String TEAM = "key-of-the-team-0123456789";
    private static final String ALL = "key-of-everything-0123456789";
    private static final String EXPIRED = "key-of-yesterday-0123456789";
    private static final String REVOKED = "key-to-be-revoked-0123456789";
    private static final String FIXED = "key-of-a-variable-0123456789";
    private static final String KEYS =
            """
            # of a test
            shop   shop          %s
            team   shop,billing  %s
            all    *             %s
            old    shop          %s  %s
            """.formatted(
            KeyHash.of(SHOP),
            KeyHash.of(TEAM),
            KeyHash.of(ALL),
            KeyHash.of(EXPIRED),
            Instant.now().minus(1, ChronoUnit.DAYS));

    private static final Logger ROOT = Logger.getLogger("");

    @TempDir
    private static Path folder;

    private final Queue<String> logged = new ConcurrentLinkedQueue<>();
    private final Handler log = new Handler()
    {
        @Override
        public void publish(LogRecord line)
        {
            logged.add("%s %s".formatted(line.getMessage(), line.getThrown()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private Path keysFile;
    private TestingReceiver receiver;
    private ManagedChannel channel;

    /**
     * @param headers names and values in turn; one that occurs twice is sent twice
     */
    private record Attempt(String name, Code grpc, int http, List<String> headers)
    {
        private static Attempt of(String name, Code grpc, String... headers)
        {
            return new Attempt(
                    name,
                    grpc,
                    switch (grpc) {
                        case INVALID_ARGUMENT -> 400;
                        case UNAUTHENTICATED -> 401;
                        case PERMISSION_DENIED -> 403;
                        default -> throw new IllegalArgumentException(grpc.name());
                    },
                    List.of(headers));
        }
    }

    @BeforeAll
    void start()
            throws IOException
    {
        ROOT.addHandler(log);
        keysFile = Files.writeString(folder.resolve("keys"), KEYS);
        receiver = new TestingReceiver(Map.of(
                "icegate.auth.keys-file", keysFile.toString(),
                "icegate.auth.keys", "variable billing " + KeyHash.of(FIXED),
                "icegate.tenant.default", "default",
                "icegate.otlp.max-request-size", "%sB".formatted(REQUEST_BYTES_MAX)));
        channel = NettyChannelBuilder.forAddress("localhost", receiver.grpcPort()).usePlaintext().build();
    }

    @AfterAll
    void stop()
            throws IOException
    {
        channel.shutdownNow();
        receiver.close();
        ROOT.removeHandler(log);
        receiver.verifyStored();
        for (String table : List.of("spans", "metrics")) {
            assertThat(StoredLogs.read(receiver.warehouse(), table, Record::toString).all()).as(table).isEmpty();
        }
        assertThat(logged).anyMatch(line -> line.contains("(UNAUTHENTICATED)")).anyMatch(line -> line.contains("(FORBIDDEN)"));
        assertThat(logged).noneMatch(line -> Stream.of(SHOP, TEAM, ALL, EXPIRED, REVOKED, FIXED, "not stored").anyMatch(line::contains));
    }

    private static Stream<Attempt> attempts()
    {
        return Stream.of(
                Attempt.of("no key", Code.UNAUTHENTICATED),
                Attempt.of("no key, but a tenant", Code.UNAUTHENTICATED, TENANT, "shop"),
                Attempt.of("wrong key", Code.UNAUTHENTICATED, "Authorization", "Bearer wrong-key-0123456789-0123456789"),
                Attempt.of("wrong key, other header", Code.UNAUTHENTICATED, "X-API-Key", "wrong-key-0123456789-0123456789"),
                Attempt.of("empty key", Code.UNAUTHENTICATED, "Authorization", "Bearer ", "X-API-Key", ""),
                Attempt.of("hash of a key", Code.UNAUTHENTICATED, "X-API-Key", KeyHash.of(SHOP).toString()),
                Attempt.of("name of a key", Code.UNAUTHENTICATED, "Authorization", basic("shop", "shop")),
                Attempt.of("key as the user", Code.UNAUTHENTICATED, "Authorization", basic(SHOP, "")),
                Attempt.of("key in upper case", Code.UNAUTHENTICATED, "X-API-Key", SHOP.toUpperCase(Locale.ROOT)),
                Attempt.of("unknown scheme", Code.UNAUTHENTICATED, "Authorization", "Digest " + SHOP),
                Attempt.of("two keys in one header", Code.UNAUTHENTICATED, "Authorization", "Bearer %s, Bearer %s".formatted(SHOP, ALL)),
                Attempt.of("two keys, comma", Code.UNAUTHENTICATED, "X-API-Key", "%s,%s".formatted(SHOP, ALL)),
                Attempt.of("long key", Code.UNAUTHENTICATED, "X-API-Key", "x".repeat(5_000)),
                Attempt.of("expired key", Code.UNAUTHENTICATED, "X-API-Key", EXPIRED, TENANT, "shop"),
                Attempt.of("two headers that differ", Code.INVALID_ARGUMENT, "Authorization", "Bearer " + SHOP, "Authorization", "Bearer " + ALL),
                Attempt.of("good key, then a wrong one", Code.INVALID_ARGUMENT, "X-API-Key", SHOP, "X-API-Key", "wrong-key-0123456789-0123456789"),
                Attempt.of("wrong key, then a good one", Code.INVALID_ARGUMENT, "Authorization", "Bearer wrong-key-0123456789-0123456789", "X-API-Key", SHOP),
                Attempt.of("foreign tenant", Code.PERMISSION_DENIED, "X-API-Key", SHOP, TENANT, "billing"),
                Attempt.of("default tenant, which is foreign", Code.PERMISSION_DENIED, "X-API-Key", SHOP, TENANT, "default"),
                Attempt.of("tenant in upper case", Code.PERMISSION_DENIED, "X-API-Key", SHOP, TENANT, "SHOP"),
                Attempt.of("tenant as user", Code.PERMISSION_DENIED, "Authorization", basic("billing", SHOP), TENANT, "billing"),
                Attempt.of("empty tenant", Code.INVALID_ARGUMENT, "X-API-Key", SHOP, TENANT, ""),
                Attempt.of("all tenants", Code.INVALID_ARGUMENT, "X-API-Key", ALL, TENANT, "*"),
                Attempt.of("path as tenant", Code.INVALID_ARGUMENT, "X-API-Key", ALL, TENANT, "../shop"),
                Attempt.of("long tenant", Code.INVALID_ARGUMENT, "X-API-Key", ALL, TENANT, "x".repeat(129)),
                Attempt.of("two tenants in one header", Code.INVALID_ARGUMENT, "X-API-Key", TEAM, TENANT, "shop,billing"),
                Attempt.of("two tenants", Code.INVALID_ARGUMENT, "X-API-Key", TEAM, TENANT, "shop", TENANT, "billing"),
                Attempt.of("own tenant, then a foreign one", Code.INVALID_ARGUMENT, "X-API-Key", SHOP, TENANT, "shop", TENANT, "billing"),
                Attempt.of("foreign tenant, then an own one", Code.INVALID_ARGUMENT, "X-API-Key", SHOP, TENANT, "billing", TENANT, "shop"),
                Attempt.of("several tenants, none named", Code.INVALID_ARGUMENT, "X-API-Key", TEAM));
    }

    @Test
    @OtlpRow({12, 24, 26})
    void testAttempts()
            throws Exception
    {
        for (Attempt attempt : attempts().toList()) {
            assertRefused(attempt);
        }
    }

    private void assertRefused(Attempt attempt)
            throws Exception
    {
        for (SignalSample sample : SignalSample.ALL) {
            byte[] request = sample.request("not stored: " + attempt.name());
            assertThat(grpc(sample.signal(), request, attempt.headers())).as("%s over gRPC", attempt.name()).isEqualTo(attempt.grpc());
            for (String type : List.of(PROTOBUF, "application/json", "text/plain")) {
                assertRefused(attempt, type, receiver.client().send(post(sample.signal(), request, attempt.headers()).header("Content-Type", type)));
            }
        }
    }

    private static void assertRefused(Attempt attempt, String type, HttpResponse<byte[]> response)
            throws IOException
    {
        boolean known = !type.equals("text/plain");
        // what the content is does not matter before the key, and before the tenant only its type
        assertThat(response.statusCode()).as("%s as %s", attempt.name(), type).isEqualTo(known || attempt.headers().isEmpty() ? attempt.http() : response.statusCode());
        assertThat(response.statusCode()).as("%s as %s", attempt.name(), type).isGreaterThanOrEqualTo(400);
        if (type.equals(PROTOBUF)) {
            assertThat(Status.parseFrom(response.body()).getCode()).as(attempt.name()).isEqualTo(attempt.grpc().value());
        }
        else {
            assertThat(new String(response.body(), UTF_8)).as(attempt.name()).startsWith("{\"code\":");
        }
        assertThat(response.headers().allValues("WWW-Authenticate")).hasSize(response.statusCode() == 401 ? 2 : 0);
        assertThat(new String(response.body(), UTF_8)).as(attempt.name()).doesNotContain(SHOP, TEAM, ALL, EXPIRED, "not stored");
    }

    @Test
    @OtlpRow(24)
    void testValidRequests()
            throws Exception
    {
        for (List<String> headers : List.of(
                List.of("X-API-Key", SHOP),
                List.of("x-api-key", SHOP, "x-scope-orgid", "shop"),
                List.of("Authorization", "Bearer " + TEAM, TENANT, "billing"),
                List.of("authorization", "bearer " + TEAM, TENANT, "shop", TENANT, "shop"),
                List.of("Authorization", basic("anybody", ALL), TENANT, "another"),
                List.of("Authorization", "Bearer " + ALL),
                List.of("Authorization", "Bearer " + FIXED, "X-API-Key", FIXED))) {
            send(headers);
        }
    }

    private void send(List<String> headers)
            throws Exception
    {
        String record = "over gRPC " + headers;
        assertThat(grpc(LogsClient.request(List.of(record)), headers)).as(record).isEqualTo(Code.OK);
        receiver.accepted().add(record);
        record = "over HTTP " + headers;
        assertThat(receiver.client().send(post(LogsClient.request(List.of(record)), headers).header("Content-Type", PROTOBUF)).statusCode()).as(record).isEqualTo(200);
        receiver.accepted().add(record);
    }

    @Test
    @OtlpRow(24)
    void testKeysComeAndGoWhileItRuns()
            throws Exception
    {
        List<String> headers = List.of("X-API-Key", REVOKED);
        assertRefused(Attempt.of("not yet valid", Code.UNAUTHENTICATED, "X-API-Key", REVOKED));
        Files.writeString(keysFile, KEYS + "new shop " + KeyHash.of(REVOKED));
        Deadlines.eventually("the key is valid", () -> receiver.client().send(post(new byte[0], headers).header("Content-Type", PROTOBUF)).statusCode() == 200);
        send(headers);
        Files.writeString(keysFile, KEYS);
        Deadlines.eventually("the key is revoked", () -> receiver.client().send(post(new byte[0], headers).header("Content-Type", PROTOBUF)).statusCode() == 401);
        assertRefused(Attempt.of("revoked", Code.UNAUTHENTICATED, "X-API-Key", REVOKED));
        send(List.of("X-API-Key", SHOP));
    }

    @Test
    void testHealthIsNoSecret()
    {
        assertThat(HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()).getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    }

    /**
     * Sent as they are, because a client would tidy them up.
     */
    @Test
    void testPaths()
            throws Exception
    {
        for (String path : List.of("/v1/logs", "//v1/logs", "/v1//logs", "/v1/logs/", "/v1/logs?x=/health", "/V1/LOGS", "/v1/traces", "/v1/metrics", "/v1development/profiles", "/", "/metrics", "//metrics", "/v1/status", "//v1/status", "/nothing", "/healthy", "/health/x", "/Health", "/metrics/health")) {
            for (String method : List.of("GET", "POST", "PUT", "OPTIONS", "TRACE", "get")) {
                assertThat(raw("%s %s HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".formatted(method, path, PROTOBUF)))
                        .as("%s %s", method, path)
                        .startsWith("HTTP/1.1 401 ");
            }
        }
        for (String path : List.of("/v1/logs#/health", "/v1%2flogs", "/v1/%2e%2e/v1/logs", "/health/../v1/logs", "/health/..;/v1/logs", "/health;/../v1/logs", "/health%2f..%2fv1/logs", "/./v1/logs", "/health/%2e%2e/metrics", "/health/../v1/status", "/v1/%73tatus", "/%6detrics", "/metrics;x=y", "\\v1\\logs", "/v1/logs%00", "http://a/health/../metrics")) {
            for (String method : List.of("GET", "POST")) {
                assertThat(raw("%s %s HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".formatted(method, path, PROTOBUF)))
                        .as("%s %s", method, path)
                        .matches("(?s)HTTP/1\\.1 40[01] .*");
            }
        }
        for (String path : List.of("/health", "//health", "/ready")) {
            assertThat(raw("GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".formatted(path))).as(path).startsWith("HTTP/1.1 200 ");
            assertThat(raw("POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".formatted(path))).as(path).startsWith("HTTP/1.1 401 ");
        }
    }

    /**
     * A path that another program may understand differently is refused by the HTTP server, before anybody asks what it names.
     */
    @Test
    void testAmbiguousPaths()
            throws Exception
    {
        for (String path : List.of("/v1%2flogs", "/health/..;/v1/logs", "/health/%2e%2e/metrics", "/v1/logs%00")) {
            assertThat(raw("POST %s HTTP/1.1\r\nHost: a\r\nX-API-Key: %s\r\nContent-Type: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".formatted(path, SHOP, PROTOBUF)))
                    .as(path)
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    /**
     * A request that hides a second one is refused as a whole, with valid keys, too, and nothing after it is read.
     */
    @Test
    void testHiddenRequests()
            throws Exception
    {
        String key = "X-API-Key: %s\r\n".formatted(SHOP);
        String hidden = "POST /v1/logs HTTP/1.1\r\nHost: a\r\n%sContent-Type: %s\r\nContent-Length: 0\r\n\r\n".formatted(key, PROTOBUF);
        for (String rest : List.of(
                key + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
                key + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                key + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                key + "Content-Length: 0\r\nContent-Length: %s\r\n\r\n".formatted(hidden.length()),
                key + "Content-Length: %s\r\nContent-Length: 0\r\n\r\n".formatted(hidden.length()),
                key + "Transfer-Encoding: xchunked\r\n\r\n",
                key + "Content-Length: -1\r\n\r\n",
                "X-API-Key : %s\r\nContent-Length: 0\r\n\r\n".formatted(SHOP),
                "X-API-Key: %s\0\r\nContent-Length: 0\r\n\r\n".formatted(SHOP))) {
            assertThat(raw("POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\n%s%s".formatted(PROTOBUF, rest, hidden)))
                    .as(rest)
                    .startsWith("HTTP/1.1 400 ")
                    .containsOnlyOnce("HTTP/1.1 ");
        }
        // an override is no method
        assertThat(raw("GET /v1/logs HTTP/1.1\r\nHost: a\r\nX-API-Key: %s\r\nX-HTTP-Method-Override: POST\r\nX-Original-URL: /health\r\nConnection: close\r\n\r\n".formatted(SHOP))).startsWith("HTTP/1.1 405 ");
    }

    /**
     * What is too large is refused, with a key as without.
     */
    @Test
    void testOversized()
            throws Exception
    {
        byte[] request = LogsClient.request(List.of("not stored: " + "x".repeat(REQUEST_BYTES_MAX)));
        assertThat(grpc(request, List.of("X-API-Key", SHOP))).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(grpc(request, List.of())).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(receiver.client().send(post(request, List.of("X-API-Key", SHOP)).header("Content-Type", PROTOBUF)).statusCode()).isEqualTo(413);
        assertThat(receiver.client().send(post(request, List.of()).header("Content-Type", PROTOBUF)).statusCode()).isEqualTo(401);

        byte[] small = LogsClient.request(List.of("not stored"));
        for (List<String> headers : List.of(
                List.of("X-API-Key", "x".repeat(9_000)),
                List.of("X-API-Key", SHOP, "X-Other", "x".repeat(9_000)),
                List.of("Authorization", "Bearer " + SHOP, TENANT, "x".repeat(9_000)))) {
            assertThat(grpc(small, headers)).isNotEqualTo(Code.OK);
            assertThat(receiver.client().send(post(small, headers).header("Content-Type", PROTOBUF)).statusCode()).isEqualTo(431);
        }
    }

    /**
     * The limits of a connection, as both servers announce them.
     */
    @Test
    void testStreams()
            throws Exception
    {
        for (int port : List.of(receiver.grpcPort(), receiver.httpPort())) {
            try (RawHttp2 connection = new RawHttp2(port)) {
                ByteBuffer settings = ByteBuffer.wrap(connection.await(RawHttp2.SETTINGS).payload());
                Map<Short, Integer> announced = new HashMap<>();
                while (settings.hasRemaining()) {
                    announced.put(settings.getShort(), settings.getInt());
                }
                assertThat(announced).as("streams and bytes of headers").containsEntry((short) 3, 1_000).containsEntry((short) 6, 8_192);
            }
        }
    }

    @Test
    void testPages()
            throws Exception
    {
        assertThat(receiver.client().page("/health").statusCode()).isEqualTo(200);
        assertThat(receiver.client().page("/ready").body()).isEqualTo("ready\n");
        assertThat(receiver.client().page("/metrics").statusCode()).isEqualTo(401);
        assertThat(raw("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n".formatted(SHOP))).startsWith("HTTP/1.1 200 ").contains("icegate_");
        assertThat(raw("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n".formatted(EXPIRED))).startsWith("HTTP/1.1 401 ");
    }

    private Code grpc(byte[] request, List<String> headers)
    {
        return grpc(OtlpSignal.LOGS, request, headers);
    }

    private Code grpc(OtlpSignal signal, byte[] request, List<String> headers)
    {
        Metadata metadata = new Metadata();
        for (int i = 0; i < headers.size(); i += 2) {
            metadata.put(Metadata.Key.of(headers.get(i), Metadata.ASCII_STRING_MARSHALLER), headers.get(i + 1));
        }
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(
                        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata)),
                        RawExport.method(signal.service() + "/Export"),
                        CallOptions.DEFAULT.withDeadlineAfter(60, SECONDS),
                        request));
        if (failure == null) {
            return Code.OK;
        }
        assertThat(failure.getStatus().getDescription()).doesNotContain(SHOP, TEAM, ALL, EXPIRED, "not stored");
        return failure.getStatus().getCode();
    }

    private HttpRequest.Builder post(byte[] request, List<String> headers)
    {
        return post(OtlpSignal.LOGS, request, headers);
    }

    private HttpRequest.Builder post(OtlpSignal signal, byte[] request, List<String> headers)
    {
        HttpRequest.Builder post = HttpRequest.newBuilder(URI.create("http://localhost:%s%s".formatted(receiver.httpPort(), signal.path()))).POST(HttpRequest.BodyPublishers.ofByteArray(request));
        for (int i = 0; i < headers.size(); i += 2) {
            post.header(headers.get(i), headers.get(i + 1));
        }
        return post;
    }

    private String raw(String request)
            throws IOException
    {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), receiver.httpPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private static String basic(String user, String password)
    {
        return "Basic " + Base64.getEncoder().encodeToString("%s:%s".formatted(user, password).getBytes(UTF_8));
    }
}

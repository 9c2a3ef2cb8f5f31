package io.icegate.receiver.otlp;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import com.google.protobuf.Any;
import com.google.protobuf.util.Durations;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.airlift.compress.v3.snappy.SnappyFramedOutputStream;
import io.airlift.compress.v3.snappy.SnappyJavaCompressor;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.icegate.receiver.OtlpRow;
import io.icegate.receiver.RawExport;
import io.icegate.receiver.RawHttp2;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.server.access.AccessControl;
import io.icegate.server.access.TenantHeader;
import io.icegate.wal.WalException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.DeflaterOutputStream;

import static io.icegate.receiver.Deadlines.eventually;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

final class TestGrpcServer
{
    private static final int REQUEST_BYTES_MAX = 10 * 1024 * 1024;
    private static final Duration KEEP_ALIVE_MIN = Duration.ofMillis(50);
    private static final int KEEP_ALIVE_PINGS = Integer.getInteger("icegate.keep-alive-pings", 1);
    private static final Duration ACK_DEADLINE = Duration.ofSeconds(3);

    private final SignalHandlers handlers = new SignalHandlers();
    private OtlpSignal signal = OtlpSignal.LOGS;
    private FakeLogs logs = handlers.of(signal);
    private final Admission admission = new Admission(32 * 1024 * 1024);
    private GrpcServer server;
    private ManagedChannel channel;

    @BeforeEach
    void setUp()
            throws IOException
    {
        server = server(KEEP_ALIVE_MIN, Duration.ofMinutes(5), ACK_DEADLINE);
        server.start();
        CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
        compressors.register(Codec.Identity.NONE);
        compressors.register(new Codec.Gzip());
        compressors.register(new StreamCompressor("zstd", ZstdOutputStreamNoFinalizer::new));
        compressors.register(new StreamCompressor("snappy", out -> new SnappyFramedOutputStream(new SnappyJavaCompressor(), out)));
        compressors.register(new StreamCompressor("deflate", DeflaterOutputStream::new));
        compressors.register(new StreamCompressor("lz4", out -> out));
        channel = NettyChannelBuilder.forAddress("localhost", server.port()).usePlaintext().compressorRegistry(compressors).build();
    }

    private GrpcServer server(Duration keepAliveMin, Duration connectionAge, Duration ackDeadline)
    {
        return new GrpcServer(
                new GrpcServer.Settings(new InetSocketAddress("localhost", 0), REQUEST_BYTES_MAX, keepAliveMin, connectionAge, ackDeadline),
                handlers.all(),
                AccessControl.open(new TenantHeader("X-Scope-OrgID", Optional.of("acme"))),
                admission,
                new RefusalLog(System::nanoTime, IngestMetrics.NONE));
    }

    @AfterEach
    void tearDown()
            throws InterruptedException
    {
        channel.shutdownNow();
        channel.awaitTermination(60, SECONDS);
        server.close();
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
    @OtlpRow(5)
    void testSuccessIsTheEmptyResponse()
            throws Exception
    {
        forEachSignal(() -> {
            byte[] body = randomBytes(100_000);
            assertThat(export(channel, body, null)).isEmpty();
            IngestRequest request = logs.requests.getFirst();
            assertThat(request.body()).isEqualTo(body);
            assertThat(request.tenant()).isEqualTo("acme");
            assertThat(request.encoding()).isEqualTo(Encoding.PROTOBUF);
            assertThat(logs.refusals).isEmpty();
        });
    }

    @Test
    @OtlpRow(16)
    void testEmptyRequest()
            throws Exception
    {
        forEachSignal(() -> {
            assertThat(export(channel, new byte[0], null)).isEmpty();
            assertThat(logs.requests.getFirst().body()).isEmpty();
        });
    }

    @Test
    @OtlpRow({4, 6})
    void testPartialSuccess()
            throws Exception
    {
        forEachSignal(() -> {
            logs.answer = CompletableFuture.completedFuture(new Acknowledgement(3, "x".repeat(100_000)));
            var response = io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse.parseFrom(export(channel, new byte[10], null));
            assertThat(response.getPartialSuccess().getRejectedLogRecords()).isEqualTo(3);
            assertThat(response.getPartialSuccess().getErrorMessage()).hasSizeLessThan(OtlpStatus.MESSAGE_LENGTH_MAX + 2).startsWith("xxx");
        });
    }

    @Test
    @OtlpRow(2)
    void testEncodings()
            throws Exception
    {
        forEachSignal(() -> {
            byte[] body = new byte[200_000];
            for (String encoding : List.of("gzip", "zstd", "snappy", "deflate")) {
                logs.requests.clear();
                assertThat(export(channel, body, encoding)).as(encoding).isEmpty();
                assertThat(logs.requests.getFirst().body()).as(encoding).isEqualTo(body);
            }
            StatusRuntimeException unknown = failure(channel, body, "lz4");
            assertThat(unknown.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
            assertThat(unknown.getStatus().getDescription()).isEqualTo("Cannot read grpc-encoding 'lz4': identity, gzip, zstd, snappy, deflate are served");
            assertThat(unknown.getTrailers().get(GrpcCodecs.ACCEPT_ENCODING)).isEqualTo("identity,gzip,zstd,snappy,deflate");
            assertThat(logs.refusals).containsExactly(Refusal.UNKNOWN_ENCODING);
        });
    }

    @Test
    @OtlpRow(15)
    void testDamagedCompression()
            throws Exception
    {
        forEachSignal(() -> {
            byte[] body = randomBytes(10_000);
            CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
            // they claim to compress
            for (String encoding : List.of("gzip", "zstd", "snappy", "deflate")) {
                compressors.register(new StreamCompressor(encoding, out -> out));
            }
            ManagedChannel lying = NettyChannelBuilder.forAddress("localhost", server.port()).usePlaintext().compressorRegistry(compressors).build();
            try {
                for (String encoding : List.of("gzip", "zstd", "snappy", "deflate")) {
                    assertFinal(failure(lying, body, encoding), Status.Code.INVALID_ARGUMENT);
                }
            }
            finally {
                lying.shutdownNow();
            }
            assertThat(export(channel, body, null)).isEmpty();
        });
    }

    @Test
    @OtlpRow(3)
    void testSizeLimit()
            throws Exception
    {
        forEachSignal(() -> {
            assertThat(export(channel, randomBytes(REQUEST_BYTES_MAX), null)).isEmpty();
            byte[] oneMore = randomBytes(REQUEST_BYTES_MAX + 1);
            assertFinal(failure(channel, oneMore, null), Status.Code.RESOURCE_EXHAUSTED);
            assertFinal(failure(channel, oneMore, "gzip"), Status.Code.RESOURCE_EXHAUSTED);
            assertThat(export(channel, new byte[10], null)).as("right after").isEmpty();
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
            for (String encoding : List.of("gzip", "zstd", "snappy", "deflate")) {
                assertThat(export(channel, new byte[REQUEST_BYTES_MAX], encoding)).as(encoding).isEmpty();
                assertFinal(failure(channel, new byte[REQUEST_BYTES_MAX + 1], encoding), Status.Code.RESOURCE_EXHAUSTED);
            }
            assertThat(logs.requests).hasSize(4);
        });
    }

    @Test
    @OtlpRow(26)
    void testTenant()
            throws Exception
    {
        forEachSignal(() -> {
            assertThat(export(withTenant("other"), new byte[10], null)).isEmpty();
            assertThat(logs.requests.getFirst().tenant()).isEqualTo("other");
            assertFinal(failure(withTenant("a/b"), new byte[10], null), Status.Code.INVALID_ARGUMENT);
            assertFinal(failure(withTenant(""), new byte[10], null), Status.Code.INVALID_ARGUMENT);
            assertThat(logs.requests).hasSize(1);
        });
    }

    @Test
    @OtlpRow({8, 9})
    void testNothingSurfacesAsUnknownOrInternal()
            throws Exception
    {
        forEachSignal(() -> {
            for (Throwable failure : failures()) {
                logs.thrown = failure;
                assertRetryable(failure(channel, new byte[10], null));
                logs.thrown = null;
                logs.answer = CompletableFuture.failedFuture(failure);
                assertRetryable(failure(channel, new byte[10], null));
                logs.answer = CompletableFuture.completedFuture(Acknowledgement.FULL);
                logs.refuseAtOnce = failure;
                assertRetryable(failure(channel, new byte[10], null));
                logs.refuseAtOnce = null;
            }
            assertThat(export(channel, new byte[10], null)).isEmpty();
            assertThat(logs.refusals).containsOnly(Refusal.UNAVAILABLE);
        });
    }

    /**
     * What a marshaller throws is answered with UNKNOWN, which clients take for the end.
     */
    @Test
    void testAMessageThatCannotBeReadKeepsNoMemory()
    {
        for (Throwable failure : failures()) {
            RawRequest request = new RawRequest.Marshaller(admission, REQUEST_BYTES_MAX).parse(failing(failure));
            assertThat(request).isInstanceOfSatisfying(RawRequest.Unreadable.class, unreadable -> assertThat(unreadable.failure()).isSameAs(failure));
        }
        assertThat(admission.usedBytes()).isZero();
        assertThat(admission.openRequests()).isZero();
    }

    private static InputStream failing(Throwable failure)
    {
        return new InputStream()
        {
            @Override
            public int read()
            {
                throw new AssertionError("not called");
            }

            @Override
            public int read(byte[] buffer, int offset, int length)
            {
                switch (failure) {
                    case RuntimeException e -> throw e;
                    case Error e -> throw e;
                    default -> throw new IllegalArgumentException(failure);
                }
            }
        };
    }

    @Test
    @OtlpRow({8, 15})
    void testRefusals()
            throws Exception
    {
        forEachSignal(() -> {
            for (Refusal refusal : Refusal.values()) {
                logs.answer = CompletableFuture.failedFuture(new RefusedException(refusal, "because"));
                StatusRuntimeException answer = failure(channel, new byte[10], null);
                switch (refusal) {
                    case MALFORMED -> {
                        assertFinal(answer, Status.Code.INVALID_ARGUMENT);
                        com.google.rpc.Status details = details(answer);
                        assertThat(details.getDetails(0).unpack(BadRequest.class).getFieldViolations(0).getDescription()).isEqualTo("because");
                    }
                    case UNAUTHENTICATED -> assertFinal(answer, Status.Code.UNAUTHENTICATED);
                    case FORBIDDEN -> assertFinal(answer, Status.Code.PERMISSION_DENIED);
                    case TOO_LARGE -> assertFinal(answer, Status.Code.RESOURCE_EXHAUSTED);
                    case UNKNOWN_SERVICE, UNKNOWN_METHOD, UNKNOWN_MEDIA_TYPE, UNKNOWN_ENCODING -> assertFinal(answer, Status.Code.UNIMPLEMENTED);
                    case QUOTA -> assertRetryable(answer, Status.Code.RESOURCE_EXHAUSTED);
                    case OVERLOADED, TOO_LATE, DRAINING, UNAVAILABLE -> assertRetryable(answer);
                }
                assertThat(answer.getStatus().getDescription()).isEqualTo("because");
            }
        });
    }

    @Test
    @OtlpRow(9)
    void testOverloadIsRefusedAndRecovers()
            throws Exception
    {
        forEachSignal(() -> {
            try (Admission.Ticket ticket = admission.admit(admission.budgetBytes())) {
                assertThat(ticket.heldBytes()).isEqualTo(admission.budgetBytes());
                assertRetryable(failure(channel, new byte[10], null));
            }
            assertThat(export(channel, new byte[10], null)).isEmpty();
            assertThat(logs.refusals).containsExactly(Refusal.OVERLOADED);
        });
    }

    @Test
    @OtlpRow({1, 32})
    void testOtherSignalsAndServices()
    {
        for (String method : List.of(
                "opentelemetry.proto.collector.logs.v1.LogsService/Import",
                "opentelemetry.proto.collector.trace.v1.TracesService/Export",
                "opentelemetry.proto.collector.metrics.v2.MetricsService/Export",
                "opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export")) {
            StatusRuntimeException answer = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> ClientCalls.blockingUnaryCall(channel, RawExport.method(method), CallOptions.DEFAULT, new byte[10]));
            assertThat(answer.getStatus().getCode()).as(method).isEqualTo(Status.Code.UNIMPLEMENTED);
        }
    }

    @Test
    @OtlpRow(22)
    void testManyCallsInFlightOnOneConnection()
            throws Exception
    {
        forEachSignal(() -> {
            logs.answer = new CompletableFuture<>();
            List<CompletableFuture<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                answers.add(RawExport.export(channel, method(), CallOptions.DEFAULT.withDeadlineAfter(60, SECONDS), randomBytes(100)));
            }
            eventually("all requests arrive before any is answered", () -> logs.requests.size() == 1_000 || !logs.refusals.isEmpty());
            assertThat(logs.refusals).as("each of them holds memory until it is handed over").isEmpty();
            assertThat(answers).noneMatch(CompletableFuture::isDone);
            logs.answer.complete(Acknowledgement.FULL);
            for (CompletableFuture<byte[]> answer : answers) {
                assertThat(answer.get(60, SECONDS)).isEmpty();
            }
        });
    }

    /**
     * Real clients choose a time from 10 s on, which they measure and the network changes.
     */
    @Test
    @OtlpRow(21)
    void testKeepAlivePings()
            throws Exception
    {
        assertThat(GrpcServer.KEEP_ALIVE_MIN).isLessThan(Duration.ofSeconds(8));
        try (RawHttp2 idle = new RawHttp2(server.port())) {
            for (int ping = 0; ping < 10; ping++) {
                idle.ping(ping);
                assertThat(idle.await(RawHttp2.PING).type()).as("ping %s", ping).isEqualTo(RawHttp2.PING);
                LockSupport.parkNanos(KEEP_ALIVE_MIN.plusMillis(10).toNanos());
            }
        }
    }

    /**
     * With what the receiver permits, every 10 s; {@code -Plong} goes on for three minutes.
     */
    @Test
    @OtlpRow(21)
    void testKeepAlivePingsOfRealClients()
            throws Exception
    {
        try (GrpcServer real = server(GrpcServer.KEEP_ALIVE_MIN, Duration.ofMinutes(5), ACK_DEADLINE)) {
            real.start();
            try (RawHttp2 idle = new RawHttp2(real.port())) {
                for (int ping = 0; ping < KEEP_ALIVE_PINGS; ping++) {
                    if (ping > 0) {
                        LockSupport.parkNanos(Duration.ofSeconds(10).toNanos());
                    }
                    idle.ping(ping);
                    assertThat(idle.await(RawHttp2.PING).type()).as("ping %s", ping).isEqualTo(RawHttp2.PING);
                }
            }
        }
    }

    @Test
    @OtlpRow(21)
    void testPingsWithoutAPauseAreRefused()
            throws Exception
    {
        // however slowly they are sent
        try (GrpcServer strict = server(Duration.ofDays(1), Duration.ofMinutes(5), ACK_DEADLINE)) {
            strict.start();
            try (RawHttp2 flooding = new RawHttp2(strict.port())) {
                RawHttp2.Frame answer;
                int ping = 0;
                do {
                    flooding.ping(ping);
                    answer = flooding.await(RawHttp2.PING);
                    ping++;
                }
                while (answer.type() == RawHttp2.PING && ping < 100);
                assertThat(answer.type()).isEqualTo(RawHttp2.GO_AWAY);
                assertThat(answer.goAwayReason()).isEqualTo("too_many_pings");
            }
        }
    }

    @Test
    @OtlpRow(21)
    void testOldConnectionsEndGracefully()
            throws Exception
    {
        try (GrpcServer impatient = server(KEEP_ALIVE_MIN, Duration.ofMillis(100), Duration.ofMinutes(1))) {
            impatient.start();
            ManagedChannel client = NettyChannelBuilder.forAddress("localhost", impatient.port()).usePlaintext().build();
            try (RawHttp2 idle = new RawHttp2(impatient.port())) {
                CompletableFuture<RawHttp2.Frame> end = CompletableFuture.supplyAsync(() -> awaitGoAway(idle));
                while (!end.isDone()) {
                    assertThat(export(client, new byte[10], null)).as("no call is lost").isEmpty();
                }
                assertThat(end.get().goAwayReason()).isEqualTo("max_age");
            }
            finally {
                client.shutdownNow();
            }
        }
    }

    private static RawHttp2.Frame awaitGoAway(RawHttp2 connection)
    {
        try {
            return connection.await(RawHttp2.GO_AWAY);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void testReflectionIsOff()
    {
        for (String version : List.of("v1", "v1alpha")) {
            StatusRuntimeException answer = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> ClientCalls.blockingUnaryCall(channel, RawExport.method("grpc.reflection.%s.ServerReflection/ServerReflectionInfo".formatted(version)), CallOptions.DEFAULT, new byte[0]));
            assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        }
    }

    @Test
    @OtlpRow(23)
    void testTheClientsDeadline()
            throws Exception
    {
        forEachSignal(() -> {
            assertDeadline(Duration.ofMinutes(10), Duration.ofSeconds(90), Duration.ofSeconds(90).minus(GrpcExport.ANSWER_MARGIN));
            assertDeadline(Duration.ofMinutes(1), Duration.ofSeconds(90), Duration.ofMinutes(1));
        });
    }

    private void assertDeadline(Duration ackDeadline, Duration clientDeadline, Duration expected)
            throws Exception
    {
        try (GrpcServer patient = server(KEEP_ALIVE_MIN, Duration.ofMinutes(5), ackDeadline)) {
            patient.start();
            ManagedChannel client = NettyChannelBuilder.forAddress("localhost", patient.port()).usePlaintext().build();
            try {
                ClientCalls.blockingUnaryCall(client, method(), CallOptions.DEFAULT.withDeadlineAfter(clientDeadline), new byte[10]);
                long before = System.nanoTime();
                ClientCalls.blockingUnaryCall(client, method(), CallOptions.DEFAULT.withDeadlineAfter(clientDeadline), new byte[10]);
                Duration took = Duration.ofNanos(System.nanoTime() - before);
                assertThat(Duration.ofNanos(logs.requests.getLast().deadlineNanos() - before)).isBetween(expected.minus(took), expected.plus(took));
            }
            finally {
                client.shutdownNow();
            }
        }
    }

    private static List<Throwable> failures()
    {
        return List.of(
                new IllegalStateException("injected"),
                new IllegalArgumentException("injected"),
                new NullPointerException("injected"),
                new UncheckedIOException(new IOException("injected")),
                new WalException(WalException.Kind.CORRUPT, "injected"),
                Status.INTERNAL.asRuntimeException(),
                Status.INVALID_ARGUMENT.asRuntimeException(),
                new OutOfMemoryError("injected"),
                new StackOverflowError("injected"),
                new AssertionError("injected"));
    }

    private static void assertRetryable(StatusRuntimeException answer)
    {
        assertRetryable(answer, Status.Code.UNAVAILABLE);
    }

    private static void assertRetryable(StatusRuntimeException answer, Status.Code code)
    {
        assertThat(answer.getStatus().getCode()).isEqualTo(code);
        try {
            Any detail = details(answer).getDetails(0);
            assertThat(Durations.toMillis(detail.unpack(RetryInfo.class).getRetryDelay())).isEqualTo(2_500);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertFinal(StatusRuntimeException answer, Status.Code code)
    {
        assertThat(answer.getStatus().getCode()).isEqualTo(code);
        Metadata trailers = answer.getTrailers();
        if (trailers != null && trailers.containsKey(OtlpStatus.DETAILS_KEY)) {
            try {
                assertThat(details(answer).getDetailsList()).noneMatch(detail -> detail.is(RetryInfo.class));
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static com.google.rpc.Status details(StatusRuntimeException answer)
            throws IOException
    {
        return com.google.rpc.Status.parseFrom(answer.getTrailers().get(OtlpStatus.DETAILS_KEY));
    }

    private Channel withTenant(String tenant)
    {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("x-scope-orgid", Metadata.ASCII_STRING_MARSHALLER), tenant);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private MethodDescriptor<byte[], byte[]> method()
    {
        return RawExport.method(signal.service() + "/Export");
    }

    private byte[] export(Channel channel, byte[] body, @Nullable String compression)
    {
        return ClientCalls.blockingUnaryCall(channel, method(), CallOptions.DEFAULT.withCompression(compression == null ? "identity" : compression).withDeadlineAfter(60, SECONDS), body);
    }

    private StatusRuntimeException failure(Channel channel, byte[] body, @Nullable String compression)
    {
        return catchThrowableOfType(StatusRuntimeException.class, () -> export(channel, body, compression));
    }

    private static byte[] randomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private record StreamCompressor(String name, Compression compression)
            implements io.grpc.Compressor
    {
        private interface Compression
        {
            OutputStream open(OutputStream out)
                    throws IOException;
        }

        @Override
        public String getMessageEncoding()
        {
            return name;
        }

        @Override
        public OutputStream compress(OutputStream out)
                throws IOException
        {
            return compression.open(out);
        }
    }
}

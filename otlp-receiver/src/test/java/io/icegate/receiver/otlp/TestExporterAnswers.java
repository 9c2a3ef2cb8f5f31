package io.icegate.receiver.otlp;

import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.icegate.receiver.OtlpRow;
import io.icegate.receiver.SdkClient;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.server.OperatorPages;
import io.icegate.server.access.AccessControl;
import io.icegate.server.access.TenantHeader;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Collectors;

import static io.icegate.receiver.Deadlines.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the exporters of the Java SDK make of our answers: how often they send. A wrong code is lost data.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
final class TestExporterAnswers
{
    private static final int REQUEST_BYTES_MAX = 1024 * 1024;
    private static final TypeRegistry DETAILS = TypeRegistry.newBuilder().add(RetryInfo.getDescriptor()).add(BadRequest.getDescriptor()).build();
    private static final Set<Refusal> FINAL = EnumSet.of(
            Refusal.MALFORMED,
            Refusal.UNAUTHENTICATED,
            Refusal.FORBIDDEN,
            Refusal.UNKNOWN_SERVICE,
            Refusal.UNKNOWN_METHOD,
            Refusal.UNKNOWN_MEDIA_TYPE,
            Refusal.UNKNOWN_ENCODING);

    private final Map<OtlpSignal, FakeLogs> handlers = OtlpSignal.ALL.stream().collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> new FakeLogs()));
    private GrpcServer grpc;
    private TestingHttpServer http;
    private List<SdkClient> clients;

    @BeforeAll
    void start()
            throws IOException
    {
        Admission admission = new Admission(32 * 1024 * 1024);
        AccessControl access = AccessControl.open(new TenantHeader("X-Scope-OrgID", Optional.of("acme")));
        RefusalLog refusals = new RefusalLog(System::nanoTime, IngestMetrics.NONE);
        grpc = new GrpcServer(
                new GrpcServer.Settings(new InetSocketAddress("localhost", 0), REQUEST_BYTES_MAX, GrpcServer.KEEP_ALIVE_MIN, Duration.ofMinutes(5), Duration.ofSeconds(60)),
                Map.<OtlpSignal, ExportHandler>copyOf(handlers),
                access,
                admission,
                refusals);
        grpc.start();
        http = new TestingHttpServer(new OtlpServlet(
                Map.<OtlpSignal, ExportHandler>copyOf(handlers),
                access,
                admission,
                new OperatorPages(() -> new OperatorPages.Readiness(true, List.of()), new PrometheusRegistry(), () -> new byte[0]),
                refusals,
                new OtlpServlet.Settings("", REQUEST_BYTES_MAX, REQUEST_BYTES_MAX, Duration.ofSeconds(60), Cors.Settings.OFF)));
        clients = List.of(
                new SdkClient(false, URI.create("http://localhost:%s".formatted(grpc.port())), "gzip"),
                new SdkClient(true, http.uri(), "none"));
    }

    @AfterAll
    void stop()
    {
        http.close();
        grpc.close();
    }

    @Test
    @OtlpRow({5, 6, 7})
    void testSuccessIsSentOnce()
    {
        assertAttempts(CompletableFuture.completedFuture(Acknowledgement.FULL), 1);
        assertAttempts(CompletableFuture.completedFuture(new Acknowledgement(1, "one is bad")), 1);
        assertAttempts(CompletableFuture.completedFuture(new Acknowledgement(0, "a warning")), 1);
    }

    /**
     * Left out is what is too large: this SDK sends it again over gRPC, against the specification.
     */
    @Test
    @OtlpRow({8, 9, 10})
    void testWhatIsSentAgain()
    {
        for (Refusal refusal : EnumSet.complementOf(EnumSet.of(Refusal.TOO_LARGE))) {
            assertAttempts(CompletableFuture.failedFuture(new RefusedException(refusal, "because")), FINAL.contains(refusal) ? 1 : SdkClient.ATTEMPTS);
        }
        for (Throwable failure : List.of(new IllegalStateException("injected"), new OutOfMemoryError("injected"), new IOException("injected"))) {
            assertAttempts(CompletableFuture.failedFuture(failure), SdkClient.ATTEMPTS);
        }
    }

    /**
     * The HTTP client under the SDK makes two of an attempt when 503 says that it may send again at once.
     */
    private void assertAttempts(CompletableFuture<Acknowledgement> answer, int attempts)
    {
        handlers.forEach((signal, handler) -> {
            handler.answer = answer;
            handler.retryMillis = 0;
            for (SdkClient client : clients) {
                handler.requests.clear();
                client.send(signal, "x");
                assertThat(handler.requests).as("%s of %s with %s", answer, signal.name(), client).hasSizeBetween(attempts, attempts == 1 ? 1 : 2 * attempts);
                assertThat(handler.requests).as("the same bytes").allSatisfy(request -> assertThat(request.body()).isEqualTo(handler.requests.getFirst().body()));
            }
        });
    }

    @Test
    @OtlpRow({10, 11, 12})
    void testEveryErrorIsAStatus()
            throws Exception
    {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (Refusal refusal : Refusal.values()) {
                int status = switch (refusal) {
                    case MALFORMED -> 400;
                    case UNAUTHENTICATED -> 401;
                    case FORBIDDEN -> 403;
                    case UNKNOWN_SERVICE -> 404;
                    case UNKNOWN_METHOD -> 405;
                    case TOO_LARGE -> 413;
                    case UNKNOWN_MEDIA_TYPE, UNKNOWN_ENCODING -> 415;
                    case QUOTA -> 429;
                    case OVERLOADED, TOO_LATE, DRAINING, UNAVAILABLE -> 503;
                };
                for (Map.Entry<OtlpSignal, FakeLogs> handler : handlers.entrySet()) {
                    handler.getValue().answer = CompletableFuture.failedFuture(new RefusedException(refusal, "because"));
                    handler.getValue().retryMillis = 2_500;
                    for (String type : List.of("application/x-protobuf", "application/json")) {
                        HttpResponse<byte[]> answer = client.send(
                                HttpRequest.newBuilder(http.uri().resolve(handler.getKey().path())).header("Content-Type", type).POST(BodyPublishers.ofByteArray(new byte[1])).build(),
                                BodyHandlers.ofByteArray());
                        assertThat(answer.statusCode()).as("%s of %s", refusal, handler.getKey().name()).isEqualTo(status);
                        assertThat(answer.headers().firstValue("Content-Type")).hasValue(type);
                        Status.Builder body = Status.newBuilder();
                        if (type.equals("application/json")) {
                            JsonFormat.parser().usingTypeRegistry(DETAILS).merge(new String(answer.body(), UTF_8), body);
                        }
                        else {
                            body.mergeFrom(answer.body());
                        }
                        assertThat(body.getMessage()).isEqualTo("because");
                        assertThat(body.getCode()).isPositive();
                        boolean again = status == 429 || status == 503;
                        assertThat(answer.headers().firstValue("Retry-After")).isEqualTo(again ? Optional.of("3") : Optional.empty());
                        assertThat(body.getDetailsList().stream().anyMatch(detail -> detail.is(RetryInfo.class))).isEqualTo(again);
                    }
                }
            }
        }
    }

    @Test
    @OtlpRow(11)
    void testRetryAfterIsWaitedFor()
    {
        SdkClient client = clients.getLast();
        FakeLogs handler = requireNonNull(handlers.get(OtlpSignal.LOGS));
        handler.retryMillis = 1_000;
        handler.requests.clear();
        handler.answer = CompletableFuture.failedFuture(new RefusedException(Refusal.OVERLOADED, "because"));
        long before = System.nanoTime();
        client.send(OtlpSignal.LOGS, "x");
        assertThat(handler.requests).hasSize(SdkClient.ATTEMPTS);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).as("without the header it waits 10 ms").isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    @OtlpRow(34)
    void testDrainingIsNotServing()
            throws Exception
    {
        try (GrpcServer draining = new GrpcServer(
                new GrpcServer.Settings(new InetSocketAddress("localhost", 0), REQUEST_BYTES_MAX, GrpcServer.KEEP_ALIVE_MIN, Duration.ofMinutes(5), Duration.ofSeconds(60)),
                Map.<OtlpSignal, ExportHandler>copyOf(handlers),
                AccessControl.open(new TenantHeader("X-Scope-OrgID", Optional.of("acme"))),
                new Admission(1024),
                new RefusalLog(System::nanoTime, IngestMetrics.NONE))) {
            draining.start();
            ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", draining.port()).usePlaintext().build();
            try {
                for (String service : List.of("", OtlpSignal.LOGS.service(), OtlpSignal.TRACES.service(), OtlpSignal.METRICS.service())) {
                    Queue<ServingStatus> seen = watch(channel, service);
                    draining.serving(false);
                    eventually("not ready yet", () -> seen.contains(ServingStatus.NOT_SERVING));
                    draining.serving(true);
                    eventually("ready", () -> seen.contains(ServingStatus.SERVING));
                }
                Queue<ServingStatus> seen = watch(channel, "");
                eventually("ready", () -> seen.contains(ServingStatus.SERVING));
                draining.refuseNew();
                eventually("draining", () -> seen.contains(ServingStatus.NOT_SERVING));
            }
            finally {
                channel.shutdownNow();
            }
        }
    }

    private static Queue<ServingStatus> watch(ManagedChannel channel, String service)
    {
        Queue<ServingStatus> seen = new ConcurrentLinkedQueue<>();
        HealthGrpc.newStub(channel).watch(HealthCheckRequest.newBuilder().setService(service).build(), new StreamObserver<>()
        {
            @Override
            public void onNext(HealthCheckResponse response)
            {
                seen.add(response.getStatus());
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        });
        return seen;
    }
}

package io.icegate.receiver.otlp;

import io.icegate.receiver.Collector;
import io.icegate.receiver.Collector.Exporter;
import io.icegate.receiver.RealClient;
import io.icegate.receiver.SdkClient;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.ingest.SignalIngest;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Collectors;

import static io.icegate.receiver.Deadlines.eventually;
import static java.util.concurrent.CompletableFuture.delayedExecutor;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What exporters of other languages make of our answers, of all signals: how often they send, when, and whether they believe that
 * the data arrived. Each case is a tenant; all wait at the same time.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
final class TestRealClientAnswers
{
    private static final int REQUEST_BYTES_MAX = 1024 * 1024;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
    /**
     * As late as the receiver answers. With the longest time that it asks clients to wait, that is before they give up.
     */
    private static final Duration LATE = Duration.ofSeconds(3);

    /**
     * What a client that follows the specification sends again.
     */
    private static final Set<Case> AGAIN = EnumSet.of(Case.OVERLOADED, Case.QUOTA, Case.LATE);

    private final Map<String, Queue<Attempt>> attempts = new ConcurrentHashMap<>();
    private GrpcServer grpc;
    private TestingHttpServer http;

    /**
     * What the first request of a client is answered with. The second one succeeds.
     */
    private enum Case
    {
        FULL,
        PARTIAL,
        WARNING,
        MALFORMED,
        LARGE,
        OVERLOADED,
        QUOTA,
        LATE;

        private CompletableFuture<Acknowledgement> first()
        {
            return switch (this) {
                case FULL -> CompletableFuture.completedFuture(Acknowledgement.FULL);
                case PARTIAL -> CompletableFuture.completedFuture(new Acknowledgement(1, "one is bad"));
                case WARNING -> CompletableFuture.completedFuture(new Acknowledgement(0, "a warning"));
                case MALFORMED -> refused(Refusal.MALFORMED);
                case LARGE -> refused(Refusal.TOO_LARGE);
                case OVERLOADED -> refused(Refusal.OVERLOADED);
                case QUOTA -> refused(Refusal.QUOTA);
                case LATE -> CompletableFuture.supplyAsync(
                        () -> {
                            throw new RefusedException(Refusal.TOO_LATE, "because", OptionalLong.of(SignalIngest.RETRY_MAX.toMillis()));
                        },
                        delayedExecutor(TestRealClientAnswers.LATE.toMillis(), MILLISECONDS));
            };
        }

        private static CompletableFuture<Acknowledgement> refused(Refusal refusal)
        {
            return CompletableFuture.failedFuture(new RefusedException(refusal, "because"));
        }
    }

    private record Attempt(long nanos, IngestRequest request) {}

    private record Scripted(OtlpSignal signal, Map<String, Queue<Attempt>> attempts)
            implements ExportHandler
    {
        @Override
        public void checkOpen(String tenant, long deadlineNanos) {}

        @Override
        public CompletableFuture<Acknowledgement> export(IngestRequest request)
        {
            request.ticket().close();
            Queue<Attempt> seen = attempts.computeIfAbsent("%s %s".formatted(request.tenant(), signal.name()), _ -> new ConcurrentLinkedQueue<>());
            seen.add(new Attempt(System.nanoTime(), request));
            return seen.size() == 1
                    ? Case.valueOf(request.tenant().substring(0, request.tenant().indexOf('-')).toUpperCase(Locale.ROOT)).first()
                    : CompletableFuture.completedFuture(Acknowledgement.FULL);
        }

        @Override
        public long retryMillis()
        {
            return RETRY_AFTER.toMillis();
        }

        @Override
        public void refused(Refusal refusal) {}
    }

    @BeforeAll
    void start()
            throws IOException
    {
        Map<OtlpSignal, ExportHandler> handlers = OtlpSignal.ALL.stream().collect(Collectors.toUnmodifiableMap(Function.identity(), signal -> new Scripted(signal, attempts)));
        Admission admission = new Admission(32 * 1024 * 1024);
        AccessControl access = AccessControl.open(new TenantHeader("X-Scope-OrgID", Optional.of("acme")));
        RefusalLog refusals = new RefusalLog(System::nanoTime, IngestMetrics.NONE);
        grpc = new GrpcServer(
                new GrpcServer.Settings(new InetSocketAddress("localhost", 0), REQUEST_BYTES_MAX, GrpcServer.KEEP_ALIVE_MIN, Duration.ofMinutes(5), Duration.ofSeconds(60)),
                handlers,
                access,
                admission,
                refusals);
        grpc.start();
        http = new TestingHttpServer(new OtlpServlet(
                handlers,
                access,
                admission,
                new OperatorPages(() -> new OperatorPages.Readiness(true, List.of()), new PrometheusRegistry(), () -> new byte[0]),
                refusals,
                new OtlpServlet.Settings("", REQUEST_BYTES_MAX, REQUEST_BYTES_MAX, Duration.ofSeconds(60), Cors.Settings.OFF)));
    }

    @AfterAll
    void stop()
    {
        http.close();
        grpc.close();
    }

    @Test
    void testJavaScript()
            throws Exception
    {
        Map<String, String> results = send(RealClient.javaScript(), "js");
        for (String transport : List.of("json", "protobuf")) {
            assertSentOnce(results, "js-" + transport, Case.LARGE);
            for (Case refused : List.of(Case.OVERLOADED, Case.QUOTA)) {
                assertSentAgain(results, client(refused, "js-" + transport), RETRY_AFTER);
            }
            assertSentAgain(results, client(Case.LATE, "js-" + transport), LATE.plus(SignalIngest.RETRY_MAX));
        }
        // over gRPC this client never sends again, whatever it is told
        assertSentOnce(results, "js-grpc", Case.LARGE, Case.OVERLOADED, Case.QUOTA, Case.LATE);
    }

    @Test
    void testPython()
            throws Exception
    {
        Map<String, String> results = send(RealClient.python(), "py");
        assertSentOnce(results, "py-protobuf", Case.LARGE);
        for (Case refused : List.of(Case.OVERLOADED, Case.QUOTA)) {
            assertSentAgain(results, client(refused, "py-protobuf"), RETRY_AFTER);
        }
        assertSentAgain(results, client(Case.LATE, "py-protobuf"), LATE.plus(SignalIngest.RETRY_MAX));
        // over gRPC this client waits about a second whatever it is told, and sends again what is too large, against the specification
        for (Case refused : List.of(Case.LARGE, Case.OVERLOADED, Case.QUOTA, Case.LATE)) {
            assertSentAgain(results, client(refused, "py-grpc"), Duration.ofMillis(700));
        }
        assertSentOnce(results, "py-grpc");
    }

    /**
     * It says of no export how it ended, and gives up minutes later.
     */
    @Test
    void testCollector()
            throws Exception
    {
        List<Exporter> exporters = new ArrayList<>();
        for (Case answer : Case.values()) {
            exporters.add(new Exporter(client(answer, "col-grpc"), false, URI.create("http://localhost:%s".formatted(grpc.port())), List.of()));
            exporters.add(new Exporter(client(answer, "col-http"), true, http.uri(), List.of()));
        }
        try (Collector collector = Collector.start(exporters)) {
            for (OtlpSignal signal : OtlpSignal.ALL) {
                new SdkClient(false, collector.grpc(), "none").send(signal, "everything");
            }
            for (String client : List.of("col-grpc", "col-http")) {
                for (Case answer : Case.values()) {
                    int expected = AGAIN.contains(answer) ? 2 : 1;
                    for (OtlpSignal signal : OtlpSignal.ALL) {
                        String key = "%s %s".formatted(client(answer, client), signal.name());
                        eventually(key, () -> attempts.getOrDefault(key, new ConcurrentLinkedQueue<>()).size() == expected);
                    }
                }
            }
        }
        for (String client : List.of("col-grpc", "col-http")) {
            for (Case answer : Case.values()) {
                for (OtlpSignal signal : OtlpSignal.ALL) {
                    String key = "%s %s".formatted(client(answer, client), signal.name());
                    assertThat(attempts.get(key)).as(key).hasSize(AGAIN.contains(answer) ? 2 : 1);
                }
                if (AGAIN.contains(answer)) {
                    assertSentAgain(client(answer, client), answer == Case.LATE ? LATE.plus(SignalIngest.RETRY_MAX) : RETRY_AFTER);
                }
            }
        }
    }

    private Map<String, String> send(RealClient client, String name)
            throws Exception
    {
        List<String> prefixes = Arrays.stream(Case.values()).map(answer -> "%s-%s".formatted(answer.name().toLowerCase(Locale.ROOT), name)).toList();
        return client.send(URI.create("http://localhost:%s".formatted(grpc.port())), http.uri(), Instant.now(), List.of("none"), prefixes).stream()
                .collect(Collectors.toMap(line -> line.substring(0, line.lastIndexOf(' ')), line -> line.substring(line.lastIndexOf(' ') + 1)));
    }

    private static String client(Case answer, String client)
    {
        return "%s-%s-none".formatted(answer.name().toLowerCase(Locale.ROOT), client);
    }

    /**
     * What succeeds, what is bad, and these.
     */
    private void assertSentOnce(Map<String, String> results, String client, Case... refused)
    {
        for (OtlpSignal signal : OtlpSignal.ALL) {
            for (Case success : List.of(Case.FULL, Case.PARTIAL, Case.WARNING)) {
                String key = "%s %s".formatted(client(success, client), signal.name());
                assertThat(attempts.get(key)).as(key).hasSize(1);
                assertThat(results).containsEntry(key, "ok");
            }
            for (Case failure : refused) {
                String key = "%s %s".formatted(client(failure, client), signal.name());
                assertThat(attempts.get(key)).as(key).hasSize(1);
                assertThat(results).containsEntry(key, "failed");
            }
            String malformed = "%s %s".formatted(client(Case.MALFORMED, client), signal.name());
            assertThat(attempts.get(malformed)).as(malformed).hasSize(1);
            assertThat(results).containsEntry(malformed, "failed");
        }
    }

    private void assertSentAgain(Map<String, String> results, String client, Duration pause)
    {
        assertSentAgain(client, pause);
        for (OtlpSignal signal : OtlpSignal.ALL) {
            assertThat(results).containsEntry("%s %s".formatted(client, signal.name()), "ok");
        }
    }

    private void assertSentAgain(String client, Duration pause)
    {
        for (OtlpSignal signal : OtlpSignal.ALL) {
            String key = "%s %s".formatted(client, signal.name());
            List<Attempt> sent = List.copyOf(attempts.getOrDefault(key, new ConcurrentLinkedQueue<>()));
            assertThat(sent).as(key).hasSize(2);
            assertThat(Duration.ofNanos(sent.getLast().nanos() - sent.getFirst().nanos())).as(key).isGreaterThanOrEqualTo(pause);
            assertThat(sent.getLast().request().body()).as("the same bytes of " + key).isEqualTo(sent.getFirst().request().body());
        }
    }
}

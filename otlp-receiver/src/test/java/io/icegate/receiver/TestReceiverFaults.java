package io.icegate.receiver;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.objectstore.s3.S3FaultPlan;
import io.icegate.objectstore.s3.StrictS3Server;
import io.icegate.receiver.ingest.IngestConfig;
import io.icegate.server.ServerStartException;
import io.icegate.warehouse.Warehouses;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import static io.icegate.receiver.Deadlines.eventually;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A store that fails. {@code -Dicegate.seed} repeats the faults.
 */
final class TestReceiverFaults
{
    private static final String WAREHOUSE = "s3://lake/wh";
    private static final long SEED = Long.getLong("icegate.seed", System.nanoTime());
    private static final int REQUESTS = 300;

    @Test
    @OtlpRow({8, 10, 23})
    void testAcknowledgedIsStoredOnceWhateverTheStoreAnswers()
            throws Exception
    {
        System.out.printf("faults: seed=%s%n", SEED);
        ExporterLoad load = new ExporterLoad();
        try (StrictS3Server s3 = StrictS3Server.start(); ReceiverServer receiver = start(s3, Map.of("icegate.commit.interval", "300ms"))) {
            s3.follow(S3FaultPlan.standard(SEED));
            try (ExporterLoad.Run run = load.start(receiver.grpcPort(), receiver.httpPort())) {
                eventually("requests are acknowledged", () -> run.acknowledgedRequests() > REQUESTS);
            }
            s3.follow(S3FaultPlan.none());
            assertThat(load.problems(load.acknowledged(), signals(s3).all())).as("seed %s", SEED).isEmpty();
            load.repeatAll(receiver.grpcPort(), receiver.httpPort());
            eventually("all is committed", () -> StoredSignals.isAllCommitted(WAREHOUSE, s3.properties()));
            List<String> committed = signals(s3).committed();
            assertThat(load.problems(load.acknowledged(), committed)).as("seed %s", SEED).isEmpty();
            assertThat(committed).hasSameSizeAs(load.acknowledged());
            assertThat(load.finalAnswers()).as("answers that make an exporter drop data, seed %s", SEED).isEmpty();
        }
    }

    @Test
    @OtlpRow({9, 23})
    void testAnOutageIsAnsweredInTimeAndSurvived()
            throws Exception
    {
        try (StrictS3Server s3 = StrictS3Server.start();
                ReceiverServer receiver = start(s3, Map.of("icegate.ingest.ack-deadline", "400ms", "icegate.commit.interval", "10m"));
                LogsClient client = LogsClient.of(receiver)) {
            byte[] before = LogsClient.request(List.of("before"));
            eventually("a first request is acknowledged", () -> client.isAcknowledged(before));
            s3.follow(S3FaultPlan.outage());
            byte[] request = LogsClient.request(List.of("during"));
            List<String> told = new ArrayList<>();
            for (int attempt = 0; attempt < 3; attempt++) {
                StatusRuntimeException answer = catchThrowableOfType(StatusRuntimeException.class, () -> client.export(request));
                assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                told.add(answer.getStatus().getDescription());
                assertThat(client.post("application/x-protobuf", request).statusCode()).isEqualTo(503);
            }
            assertThat(told.getFirst()).as("at the deadline, long before the writer gives up").startsWith("Cannot acknowledge request in time");
            assertThat(client.page("/health").statusCode()).isEqualTo(200);
            s3.follow(S3FaultPlan.none());
            eventually("the repetition is acknowledged", () -> client.isAcknowledged(request));
            byte[] after = LogsClient.request(List.of("after"));
            eventually("the next request is acknowledged", () -> client.isAcknowledged(after));
            assertThat(stored(s3).all()).containsExactlyInAnyOrder("before", "during", "after");
        }
    }

    /**
     * A write that takes longer than clients wait: they are answered before, and what they send again joins it.
     */
    @Test
    @OtlpRow({9, 11, 23})
    void testAStalledWriteIsAnsweredInTime()
            throws Exception
    {
        assertThat(new IngestConfig().getAckDeadline().toJavaTime()).as("the Collector waits 5 s").isLessThanOrEqualTo(Duration.ofSeconds(4));
        try (StrictS3Server s3 = StrictS3Server.start();
                ReceiverServer receiver = start(s3, Map.of("icegate.ingest.ack-deadline", "300ms", "icegate.commit.enabled", "false"));
                LogsClient client = LogsClient.of(receiver)) {
            byte[] before = LogsClient.request(List.of("before"));
            eventually("a first request is acknowledged", () -> client.isAcknowledged(before));
            s3.follow(Duration.ZERO, Duration.ofSeconds(2));
            byte[] stalled = LogsClient.request(List.of("stalled"));
            HttpResponse<byte[]> http = client.post("application/x-protobuf", stalled);
            assertThat(http.statusCode()).isEqualTo(503);
            assertThat(http.headers().firstValue("Retry-After")).isPresent();
            StatusRuntimeException grpc = catchThrowableOfType(StatusRuntimeException.class, () -> client.export(stalled));
            assertThat(grpc.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(grpc.getStatus().getDescription()).startsWith("Cannot acknowledge request in time");
            s3.follow(Duration.ZERO, Duration.ZERO);
            eventually("the repetition is acknowledged", () -> client.isAcknowledged(stalled));
            assertThat(stored(s3).all()).containsExactlyInAnyOrder("before", "stalled");
        }
    }

    /**
     * The store is slow, so that the time between two tables is long enough to be seen.
     */
    @Test
    void testADroppedTableIsTold()
            throws Exception
    {
        try (StrictS3Server s3 = StrictS3Server.start();
                ReceiverServer receiver = start(s3, Map.of("icegate.commit.interval", "100ms"));
                LogsClient client = LogsClient.of(receiver);
                ObjectStoreCatalog catalog = StoredLogs.catalog(Warehouses.open(WAREHOUSE, s3.properties()))) {
            client.export("into the dropped table");
            s3.follow(Duration.ofMillis(50), Duration.ofMillis(300));
            Set<String> toldOverGrpc = new HashSet<>();
            Set<String> toldOverHttp = new HashSet<>();
            eventually("both transports tell what happened", () -> {
                // the next table again, should the time before it have been too short for both
                catalog.dropTable(StoredLogs.LOGS, false);
                byte[] request = LogsClient.request(List.of("between"));
                CompletableFuture<ExportLogsServiceResponse> grpc = client.exportAsync(request, Duration.ofSeconds(90));
                HttpResponse<byte[]> http = client.post("application/x-protobuf", request);
                if (http.statusCode() != 200) {
                    assertThat(http.statusCode()).isEqualTo(503);
                    assertThat(http.headers().firstValue("Retry-After")).isPresent();
                    toldOverHttp.add(com.google.rpc.Status.parseFrom(http.body()).getMessage());
                }
                grpc.exceptionally(failure -> {
                    assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                    toldOverGrpc.add(Status.fromThrowable(failure).getDescription());
                    return ExportLogsServiceResponse.getDefaultInstance();
                }).get(120, SECONDS);
                String wanted = "Cannot accept request now: table otel.logs was dropped";
                return toldOverGrpc.contains(wanted) && toldOverHttp.contains(wanted);
            });
            s3.follow(Duration.ZERO, Duration.ZERO);
            // one that the last dropped table still took is not committed, hence more than one
            eventually("requests are accepted again, and committed to the new table", () ->
                    client.isAcknowledged(LogsClient.request(List.of("after"))) && catalog.tableExists(StoredLogs.LOGS) && stored(s3).committed().contains("after"));
        }
    }

    @Test
    void testAStoreThatIsNotThere()
            throws Exception
    {
        // a port that is bound and does not listen refuses, and nobody else can take it
        try (Socket bound = new Socket()) {
            bound.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            Map<String, String> config = config(Map.of(
                    "s3.endpoint", "http://127.0.0.1:" + bound.getLocalPort(),
                    "s3.path-style-access", "true",
                    "s3.access-key-id", "key",
                    "s3.secret-access-key", "secret",
                    "client.region", "us-east-1"));
            assertThatThrownBy(() -> ReceiverServer.start(config).close())
                    .isInstanceOf(ServerStartException.class)
                    .hasMessageStartingWith("Cannot start receiver: Cannot use warehouse s3://lake/wh: ");
        }
    }

    private static StoredLogs stored(StrictS3Server s3)
            throws Exception
    {
        return StoredLogs.read(WAREHOUSE, s3.properties(), StoredLogs.LOGS);
    }

    private static StoredSignals signals(StrictS3Server s3)
            throws Exception
    {
        return StoredSignals.read(WAREHOUSE, s3.properties());
    }

    private static ReceiverServer start(StrictS3Server s3, Map<String, String> settings)
    {
        Map<String, String> config = config(s3.properties());
        config.putAll(settings);
        return ReceiverServer.start(config);
    }

    private static Map<String, String> config(Map<String, String> settings)
    {
        Map<String, String> config = TestingReceiver.config(WAREHOUSE, settings);
        config.put("icegate.tenant.default", "acme");
        return config;
    }
}

package io.icegate.receiver;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.warehouse.Warehouses;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import static io.icegate.receiver.Deadlines.eventually;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The whole way of a log record, from a request to the rows of the table.
 */
final class TestLogsPath
{
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final String warehouse = "memory:" + UUID.randomUUID();

    @Test
    void testAcknowledgedIsStoredAndCommitted()
            throws Exception
    {
        try (ReceiverServer server = start(Map.of("icegate.commit.interval", "200ms")); LogsClient client = LogsClient.of(server)) {
            assertThat(client.export("one", "two")).isEqualTo(ExportLogsServiceResponse.getDefaultInstance());
            assertThat(stored().all()).containsExactlyInAnyOrder("one", "two");
            assertThat(client.post(PROTOBUF, LogsClient.request(List.of("three"))).statusCode()).isEqualTo(200);
            eventually("all is committed", () -> stored().committed().size() == 3);
            StoredLogs stored = stored();
            assertThat(stored.committed()).containsExactlyInAnyOrder("one", "two", "three");
            assertThat(stored.live()).isEmpty();
            assertThat(client.page("/ready").statusCode()).isEqualTo(200);
            assertThat(client.page("/metrics").body())
                    .contains("icegate_ingest_accepted_records_total{signal=\"logs\"} 3.0")
                    .contains("icegate_objectstore_requests_total{operation=\"put_if_absent\",outcome=\"written\"}");
            eventually("the commits, which are seen before they are counted, are measured", () -> client.page("/metrics").body().contains("icegate_commit_rows_total 3.0"));
        }
    }

    @Test
    void testCommitsCanBeSwitchedOff()
            throws Exception
    {
        try (ReceiverServer server = start(Map.of("icegate.commit.interval", "100ms", "icegate.commit.enabled", "false")); LogsClient client = LogsClient.of(server)) {
            client.export("one");
            client.export("two");
            StoredLogs stored = stored();
            assertThat(stored.committed()).isEmpty();
            assertThat(stored.live()).containsExactlyInAnyOrder("one", "two");
            eventually("what waits is measured", () -> client.page("/metrics").body().contains("icegate_wal_uncommitted_segments{table=\"logs\"} 2.0"));
        }
        assertThat(stored().live()).as("after the writer was sealed").containsExactlyInAnyOrder("one", "two");
        try (ReceiverServer server = start(Map.of("icegate.commit.interval", "100ms"))) {
            assertThat(server.grpcPort()).isPositive();
            eventually("the next start commits", () -> stored().committed().size() == 2);
        }
        assertThat(stored().live()).isEmpty();
    }

    @Test
    @OtlpRow({1, 2})
    void testRealExporters()
            throws Exception
    {
        try (ReceiverServer server = start(Map.of())) {
            List<String> expected = new ArrayList<>();
            for (String compression : List.of("none", "gzip")) {
                String grpc = "http://localhost:%s".formatted(server.grpcPort());
                String http = "http://localhost:%s/v1/logs".formatted(server.httpPort());
                expected.addAll(emit("grpc-" + compression, OtlpGrpcLogRecordExporter.builder().setEndpoint(grpc).setTimeout(PATIENCE).setCompression(compression).build()));
                expected.addAll(emit("http-" + compression, OtlpHttpLogRecordExporter.builder().setEndpoint(http).setTimeout(PATIENCE).setCompression(compression).build()));
            }
            assertThat(stored().all()).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private static List<String> emit(String prefix, LogRecordExporter exporter)
    {
        List<String> bodies = new ArrayList<>();
        try (SdkLoggerProvider provider = SdkLoggerProvider.builder()
                .addLogRecordProcessor(BatchLogRecordProcessor.builder(exporter).setExporterTimeout(PATIENCE).build())
                .build()) {
            for (int i = 0; i < 1_000; i++) {
                String body = prefix + "-" + i;
                bodies.add(body);
                provider.get("test").logRecordBuilder().setBody(body).setAttribute(AttributeKey.longKey("number"), (long) i).setTimestamp(Instant.now()).emit();
            }
            assertThat(provider.forceFlush().join(PATIENCE.toSeconds() * 2, SECONDS).isSuccess()).isTrue();
        }
        return bodies;
    }

    @Test
    @OtlpRow(23)
    void testTheSameRequestTwiceIsStoredOnce()
            throws Exception
    {
        try (ReceiverServer server = start(Map.of()); LogsClient client = LogsClient.of(server)) {
            byte[] request = LogsClient.request(List.of("one", "two"));
            client.export(request);
            client.export(request);
            assertThat(client.post(PROTOBUF, request).statusCode()).isEqualTo(200);
            assertThat(stored().all()).containsExactlyInAnyOrder("one", "two");
            assertThat(client.page("/metrics").body()).contains("icegate_ingest_deduplicated_requests_total{signal=\"logs\"} 2.0");
            Metadata otherTenant = new Metadata();
            otherTenant.put(Metadata.Key.of("x-scope-orgid", Metadata.ASCII_STRING_MARSHALLER), "other");
            client.export(request, otherTenant);
            assertThat(stored().all()).as("another tenant's").containsExactlyInAnyOrder("one", "two", "one", "two");
        }
    }

    @Test
    void testTwoReceiversStoreOneCopyThatCounts()
            throws Exception
    {
        byte[] request = LogsClient.request(List.of("one", "two"));
        Map<String, String> noCommits = Map.of("icegate.commit.enabled", "false");
        try (ReceiverServer first = start(noCommits);
                ReceiverServer second = start(noCommits);
                LogsClient firstClient = LogsClient.of(first);
                LogsClient secondClient = LogsClient.of(second)) {
            firstClient.export(request);
            secondClient.export(request);
            secondClient.export("three");
            assertThat(stored().live()).containsExactlyInAnyOrder("one", "two", "three");
        }
        try (ReceiverServer third = start(Map.of("icegate.commit.interval", "100ms")); LogsClient client = LogsClient.of(third)) {
            eventually("all is committed", () -> stored().live().isEmpty());
            assertThat(stored().committed()).containsExactlyInAnyOrder("one", "two", "three");
            client.export(request);
            assertThat(stored().all()).as("a third copy after the commit").containsExactlyInAnyOrder("one", "two", "three");
        }
    }

    @Test
    void testConstantPayloadsWithoutTimeAreNotRetries()
            throws Exception
    {
        try (ReceiverServer server = start(Map.of()); LogsClient client = LogsClient.of(server)) {
            byte[] constant = LogsClient.request(List.of("beep"), Instant.EPOCH);
            client.export(constant);
            client.export(constant);
            assertThat(stored().all()).containsExactly("beep", "beep");
            Metadata key = new Metadata();
            key.put(Metadata.Key.of("idempotency-key", Metadata.ASCII_STRING_MARSHALLER), "k1");
            client.export(constant, key);
            client.export(constant, key);
            assertThat(stored().all()).as("the client says that it is a retry").hasSize(3);
            client.export(LogsClient.request(List.of("other")), key);
            client.export(LogsClient.request(List.of("another")), key);
            assertThat(stored().all()).as("a static key never makes two bodies one").hasSize(5);
        }
    }

    @Test
    @OtlpRow(16)
    void testEmptyRequestsStoreNothing()
            throws Exception
    {
        try (ReceiverServer server = start(Map.of()); LogsClient client = LogsClient.of(server)) {
            byte[] envelopes = ExportLogsServiceRequest.newBuilder()
                    .addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(ScopeLogs.getDefaultInstance()))
                    .build()
                    .toByteArray();
            assertThat(client.export(new byte[0])).isEqualTo(ExportLogsServiceResponse.getDefaultInstance());
            assertThat(client.export(envelopes)).isEqualTo(ExportLogsServiceResponse.getDefaultInstance());
            assertThat(client.post(PROTOBUF, new byte[0]).statusCode()).isEqualTo(200);
            assertThat(client.post(JSON, "{}".getBytes(StandardCharsets.UTF_8)).statusCode()).isEqualTo(200);
            assertThat(stored().liveSegments()).isZero();
        }
    }

    @Test
    @OtlpRow(7)
    void testATimeFarOffIsAWarning()
            throws Exception
    {
        try (ReceiverServer server = start(Map.of()); LogsClient client = LogsClient.of(server)) {
            byte[] old = LogsClient.request(List.of("old"), Instant.now().minus(Duration.ofDays(4_000)));
            ExportLogsServiceResponse first = client.export(old);
            assertThat(first.getPartialSuccess().getRejectedLogRecords()).isZero();
            assertThat(first.getPartialSuccess().getErrorMessage()).contains("1 record with a time too far off");
            assertThat(client.export(old)).as("the same answer to the same request").isEqualTo(first);
            assertThat(stored().all()).containsExactly("old");
        }
    }

    @Test
    void testATableThatIsDroppedIsCreatedAgain()
            throws Exception
    {
        try (ReceiverServer server = start(Map.of("icegate.commit.interval", "200ms"));
                LogsClient client = LogsClient.of(server);
                ObjectStoreCatalog catalog = StoredLogs.catalog(warehouse)) {
            byte[] before = LogsClient.request(List.of("before"));
            client.export(before);
            UUID uuid = catalog.loadTable(StoredLogs.LOGS).uuid();
            TableIdentifier events = TableIdentifier.of("otel", "events");
            eventually("a view beside it", () -> catalog.dropView(events));
            catalog.dropTable(StoredLogs.LOGS, false);
            eventually("a new table", () -> catalog.tableExists(StoredLogs.LOGS) && !catalog.loadTable(StoredLogs.LOGS).uuid().equals(uuid));
            byte[] after = LogsClient.request(List.of("after"));
            eventually("requests are accepted again", () -> client.isAcknowledged(after));
            client.export(before);
            eventually("the view is there again", () -> catalog.viewExists(events));
            eventually("committed to the new table", () -> stored().committed().size() == 2);
            assertThat(stored().all()).containsExactlyInAnyOrder("after", "before");
        }
    }

    @Test
    void testARenamedTableIsFollowed()
            throws Exception
    {
        TableIdentifier renamed = TableIdentifier.of("otel", "renamed");
        try (ReceiverServer server = start(Map.of("icegate.commit.interval", "200ms"));
                LogsClient client = LogsClient.of(server);
                ObjectStoreCatalog catalog = StoredLogs.catalog(warehouse)) {
            client.export("before");
            catalog.renameTable(StoredLogs.LOGS, renamed);
            client.export("after");
            eventually("committed under the new name", () -> StoredLogs.read(warehouse, Map.of(), renamed).committed().size() == 2);
            assertThat(catalog.tableExists(StoredLogs.LOGS)).isFalse();
            catalog.renameTable(renamed, StoredLogs.LOGS);
            client.export("back");
            eventually("committed under the old name", () -> stored().committed().size() == 3);
            assertThat(catalog.tableExists(renamed)).isFalse();
        }
    }

    @Test
    void testATableThatLosesAColumnCostsNoRecord()
            throws Exception
    {
        try (ReceiverServer server = start(Map.of("icegate.commit.interval", "100ms"));
                LogsClient client = LogsClient.of(server);
                ObjectStoreCatalog catalog = StoredLogs.catalog(warehouse)) {
            client.export("before");
            eventually("committed, so that no commit races with the change", () -> stored().committed().size() == 1);
            catalog.loadTable(StoredLogs.LOGS).updateSchema().deleteColumn("event_name").renameColumn("severity_text", "level").addColumn("promoted", Types.StringType.get()).commit();
            List<String> expected = new ArrayList<>(List.of("before"));
            // what is committed after the change was committed by a round that saw it
            for (int i = 0; i < 3; i++) {
                client.export("after-" + i);
                expected.add("after-" + i);
                eventually("committed", () -> stored().committed().size() == expected.size());
            }
            assertThat(stored().committed()).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void testAFencedWriterIsReplaced()
            throws Exception
    {
        Warehouse store = Warehouses.open(warehouse, Map.of());
        try (ReceiverServer server = start(Map.of()); LogsClient client = LogsClient.of(server); ObjectStoreCatalog catalog = StoredLogs.catalog(warehouse)) {
            client.export("before");
            Table table = catalog.loadTable(StoredLogs.LOGS);
            WriterId writer = store.store().list(WalLayout.WRITERS, Optional.empty(), 10).objects().stream()
                    .map(head -> head.key().name())
                    .filter(name -> name.endsWith(".json"))
                    .map(name -> WriterId.parse(name.replace(".json", "")))
                    .findFirst()
                    .orElseThrow();
            SegmentHeader header = new SegmentHeader(new SegmentKey(table.uuid(), writer, new Sequence(1)), new SegmentId("f".repeat(32)), Instant.now());
            byte[] seal = new ParquetSegmentCodec().encodeSeal(header, table.schema().schemaId(), table.schema()).content();
            assertThat(store.store().putIfAbsent(header.key().objectKey(), seal)).isEqualTo(PutOutcome.WRITTEN);
            byte[] request = LogsClient.request(List.of("after"));
            StatusRuntimeException answer = catchThrowableOfType(StatusRuntimeException.class, () -> client.export(request));
            assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            eventually("a new writer takes over", () -> client.isAcknowledged(request));
            assertThat(stored().all()).containsExactlyInAnyOrder("before", "after");
        }
    }

    private StoredLogs stored()
            throws Exception
    {
        return StoredLogs.read(warehouse);
    }

    private ReceiverServer start(Map<String, String> settings)
    {
        Map<String, String> config = TestingReceiver.config(warehouse, settings);
        config.put("icegate.tenant.default", "acme");
        return ReceiverServer.start(config);
    }
}

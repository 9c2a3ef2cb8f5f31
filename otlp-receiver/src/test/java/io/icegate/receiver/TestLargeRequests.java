package io.icegate.receiver;

import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Requests at the limit, and small ones that would become huge, against a process with a bounded heap that ends when it runs
 * out of memory.
 */
final class TestLargeRequests
{
    private static final String PROTOBUF = "application/x-protobuf";
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int MEGABYTE = 1024 * 1024;
    private static final int RECORDS = 64;
    private static final byte[] ZEROS = new byte[32 * MEGABYTE];
    private static final long BOMB_BYTES = 10L * 1024 * MEGABYTE;

    @TempDir
    private Path folder;

    /**
     * The default limit of 64 MiB, with the Java SDK.
     */
    @Test
    @OtlpRow(3)
    void testTheLimitWithRealExporters()
            throws Exception
    {
        try (ReceiverProcess receiver = ReceiverProcess.start(folder, config(Map.of("icegate.ingest.memory-budget", "250MB")), "-Xmx768m")) {
            List<LogRecordExporter> exporters = List.of(
                    OtlpGrpcLogRecordExporter.builder().setEndpoint("http://localhost:%s".formatted(receiver.grpcPort())).setTimeout(PATIENCE).setRetryPolicy(null).build(),
                    OtlpHttpLogRecordExporter.builder().setEndpoint("http://localhost:%s/v1/logs".formatted(receiver.httpPort())).setTimeout(PATIENCE).setRetryPolicy(null).build());
            for (LogRecordExporter exporter : exporters) {
                try (exporter) {
                    assertThat(exporter.export(records(RECORDS, MEGABYTE - 200)).join(PATIENCE.toSeconds() * 2, SECONDS).isSuccess()).as("just below, %s", exporter).isTrue();
                    assertThat(exporter.export(records(RECORDS, MEGABYTE)).join(PATIENCE.toSeconds() * 2, SECONDS).isSuccess()).as("just above, %s", exporter).isFalse();
                    assertThat(exporter.export(records(1, MEGABYTE)).join(PATIENCE.toSeconds() * 2, SECONDS).isSuccess()).as("right after, %s", exporter).isTrue();
                }
            }
            try (LogsClient client = new LogsClient(receiver.grpcPort(), receiver.httpPort())) {
                byte[] tooLarge = new byte[64 * MEGABYTE + 1];
                StatusRuntimeException answer = catchThrowableOfType(StatusRuntimeException.class, () -> client.export(tooLarge));
                assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                assertThat(client.post(PROTOBUF, tooLarge).statusCode()).isEqualTo(413);
            }
        }
        assertThat(StoredLogs.read(warehouse()).all()).hasSize(2 * (RECORDS + 1));
    }

    /**
     * What the SDK hands to an exporter, each with a body of that many characters.
     */
    private static List<LogRecordData> records(int count, int bodyLength)
    {
        Captured captured = new Captured(new ArrayList<>());
        try (SdkLoggerProvider provider = SdkLoggerProvider.builder().addLogRecordProcessor(SimpleLogRecordProcessor.create(captured)).build()) {
            for (int i = 0; i < count; i++) {
                String unique = "%s-%s-".formatted(i, System.nanoTime());
                provider.get("test").logRecordBuilder().setTimestamp(Instant.now()).setBody(unique + "x".repeat(bodyLength - unique.length())).emit();
            }
        }
        return captured.records();
    }

    private record Captured(List<LogRecordData> records)
            implements LogRecordExporter
    {
        @Override
        public CompletableResultCode export(Collection<LogRecordData> logs)
        {
            records.addAll(logs);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush()
        {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown()
        {
            return CompletableResultCode.ofSuccess();
        }
    }

    @Test
    @OtlpRow(3)
    void testDecompressionBombs()
            throws Exception
    {
        try (ReceiverProcess receiver = ReceiverProcess.start(folder, config(Map.of()), "-Xmx96m");
                LogsClient client = new LogsClient(receiver.grpcPort(), receiver.httpPort());
                ExecutorService threads = Executors.newFixedThreadPool(20)) {
            byte[] bomb = Bombs.zeros(BOMB_BYTES);
            assertThat(bomb.length).isLessThan(16 * MEGABYTE);
            HttpResponse<byte[]> answer = post(client, bomb);
            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(new String(answer.body(), UTF_8)).contains("it takes more than the memory budget");
            StatusRuntimeException status = exportZeros(client);
            assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(status.getStatus().getDescription()).contains("it takes more than the memory budget");

            List<Callable<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                calls.add(() -> post(client, bomb).statusCode());
                calls.add(() -> exportZeros(client).getStatus().getCode().value());
            }
            for (Future<Integer> code : threads.invokeAll(calls)) {
                assertThat(code.get()).as("refused for good, or sent away while there is no memory").isIn(413, 503, Status.Code.RESOURCE_EXHAUSTED.value(), Status.Code.UNAVAILABLE.value());
            }
            client.export("after the bombs");
            assertThat(receiver.output()).doesNotContain("OutOfMemory");
        }
        assertThat(StoredLogs.read(warehouse()).all()).containsExactly("after the bombs");
    }

    private static HttpResponse<byte[]> post(LogsClient client, byte[] bomb)
            throws Exception
    {
        return client.send(client.post(bomb).header("Content-Type", PROTOBUF).header("Content-Encoding", "gzip"));
    }

    private static StatusRuntimeException exportZeros(LogsClient client)
    {
        return catchThrowableOfType(
                StatusRuntimeException.class,
                () -> client.export(ZEROS, new Metadata(), CallOptions.DEFAULT.withCompression("gzip")));
    }

    private String warehouse()
    {
        return "file:" + folder.resolve("warehouse");
    }

    private Map<String, String> config(Map<String, String> settings)
    {
        Map<String, String> config = TestingReceiver.config(warehouse(), settings);
        config.put("icegate.tenant.default", "acme");
        return config;
    }
}

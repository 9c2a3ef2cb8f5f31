package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import io.icegate.receiver.OtlpRow;
import io.icegate.schema.LogRow;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.format.SegmentRows;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client sent can be rebuilt from the stored rows, whatever it is. {@code -Dicegate.seed} replays one round.
 */
final class TestLosslessLogs
{
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final SegmentHeader HEADER = new SegmentHeader(
            new SegmentKey(new UUID(1, 1), new WriterId(new UUID(2, 2)), Sequence.FIRST),
            new SegmentId("00112233445566778899aabbccddeeff"),
            NOW);

    @Test
    @OtlpRow(27)
    void testStoredRowsGiveTheRequestBack()
    {
        SegmentEncoder encoder = new SegmentEncoder(Signal.LOGS.shape());
        int residuals = 0;
        for (long seed : seeds(40)) {
            Random random = new Random(seed);
            List<ExportLogsServiceRequest> requests = new ArrayList<>();
            List<LogBatch> batches = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                ExportLogsServiceRequest request = new OtlpPayloads(random, i > 0).request();
                requests.add(request);
                batches.add(decode(request, i));
            }
            List<LogRow> rows = new ArrayList<>();
            if (batches.stream().anyMatch(batch -> !batch.rows().isEmpty())) {
                SegmentRows.read(encoder.encode(HEADER, 0, Signal.LOGS.shape().schema(), batches).content(), Signal.LOGS.shape().schema())
                        .forEach(row -> rows.add(LogRows.fromRecord(row)));
            }
            assertThat(NormalForm.of(rows.stream().map(OtlpRebuilder::request).toList()))
                    .as("seed %s", seed)
                    .isEqualTo(NormalForm.of(requests));
            residuals += (int) rows.stream().filter(row -> row.residual() != null).count();
        }
        assertThat(residuals).isPositive();
    }

    @Test
    void testIdsOfAnyLength()
    {
        ScopeLogs.Builder logs = ScopeLogs.newBuilder();
        for (int length : List.of(0, 1, 8, 15, 16, 17, 300)) {
            byte[] id = new byte[length];
            new Random(length).nextBytes(id);
            logs.addLogRecords(LogRecord.newBuilder().setTimeUnixNano(length).setTraceId(ByteString.copyFrom(id)).setSpanId(ByteString.copyFrom(id)));
            logs.addLogRecords(LogRecord.newBuilder().setTimeUnixNano(length).setTraceId(ByteString.copyFrom(new byte[length])).setSpanId(ByteString.copyFrom(new byte[length])));
        }
        ExportLogsServiceRequest request = ExportLogsServiceRequest.newBuilder().addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(logs)).build();
        byte[] segment = new SegmentEncoder(Signal.LOGS.shape()).encode(HEADER, 0, Signal.LOGS.shape().schema(), List.of(decode(request, 0))).content();
        List<LogRow> rows = SegmentRows.read(segment, Signal.LOGS.shape().schema()).stream().map(LogRows::fromRecord).toList();
        assertThat(NormalForm.of(rows.stream().map(OtlpRebuilder::request).toList())).isEqualTo(NormalForm.of(List.of(request)));
        assertThat(rows).hasSize(14).allSatisfy(row -> {
            int digits = 2 * (int) row.timeUnixNano();
            if (row.traceId() == null) {
                assertThat(row.spanId()).isNull();
                assertThat(row.residual() != null).isEqualTo(digits > 0);
            }
            else {
                assertThat(row.traceId()).matches("[0-9a-f]{%s}".formatted(digits)).isEqualTo(row.spanId());
                assertThat(row.residual()).isNull();
            }
        });
        assertThat(rows.stream().filter(row -> row.traceId() != null)).hasSize(6);
    }

    @Test
    void testOrdinaryRequestsNeedNoResidual()
    {
        for (long seed : seeds(50)) {
            assertThat(decode(new OtlpPayloads(new Random(seed), false).request(), 0).rows())
                    .as("seed %s", seed)
                    .allMatch(row -> row.residual() == null);
        }
    }

    @Test
    @OtlpRow(17)
    void testJsonGivesTheSameRows()
    {
        for (long seed : seeds(200)) {
            Random random = new Random(seed);
            ExportLogsServiceRequest request = new OtlpPayloads(random, false).request();
            String json = new OtlpJsonWriter(random).write(request);
            LogBatch fromJson = LogsDecoding.decodeJson(json.getBytes(UTF_8), new BatchId(0, 0), "t", NOW, DecodeLimits.DEFAULT);
            assertThat(fromJson.rows().stream().map(LogRows::values).toList())
                    .as("seed %s: %s", seed, json)
                    .isEqualTo(decode(request, 0).rows().stream().map(LogRows::values).toList());
        }
    }

    private static long[] seeds(int count)
    {
        Long seed = Long.getLong("icegate.seed");
        return seed != null ? new long[] {seed} : new Random(20_261_121).longs(count).toArray();
    }

    private static LogBatch decode(ExportLogsServiceRequest request, int batch)
    {
        return LogsDecoding.decode(request.toByteArray(), new BatchId(0, batch), "t", NOW, DecodeLimits.DEFAULT);
    }
}

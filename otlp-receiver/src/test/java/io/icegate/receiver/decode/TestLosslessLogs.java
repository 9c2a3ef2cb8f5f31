package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import io.icegate.receiver.OtlpRow;
import io.icegate.schema.LogRow;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client sent can be rebuilt from the stored rows, whatever it is. {@code -Dicegate.seed} replays one round.
 */
final class TestLosslessLogs
{
    private final LosslessRequests<?> requests = new LosslessRequests<>(SignalKind.LOGS);

    @Test
    @OtlpRow(27)
    void testStoredRowsGiveTheRequestBack()
    {
        requests.assertStoredRowsGiveTheRequestBack(40);
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
        List<LogRow> rows = SignalKind.LOGS.stored(List.of(SignalKind.LOGS.decode(request)));
        assertThat(NormalForm.of(SignalKind.LOGS.rebuilt(rows))).isEqualTo(NormalForm.of(List.of(request)));
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
        requests.assertOrdinaryRequestsNeedNoResidual();
    }

    @Test
    @OtlpRow(17)
    void testJsonGivesTheSameRows()
    {
        requests.assertJsonGivesTheSameRows(200);
    }
}

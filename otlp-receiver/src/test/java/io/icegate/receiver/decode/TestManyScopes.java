package io.icegate.receiver.decode;

import io.icegate.receiver.signal.Encoding;
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
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A request with about as many scopes as records: some have none, some have two, and each row keeps its own.
 */
final class TestManyScopes
{
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final SegmentHeader HEADER = new SegmentHeader(
            new SegmentKey(new UUID(1, 1), new WriterId(new UUID(2, 2)), Sequence.FIRST),
            new SegmentId("00112233445566778899aabbccddeeff"),
            NOW);

    @Test
    void testEachRowKeepsItsScope()
    {
        ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
        List<String> expected = new ArrayList<>();
        for (int scope = 0; scope < 1_000; scope++) {
            if (scope % 100 == 0) {
                request.addResourceLogsBuilder();
            }
            ScopeLogs.Builder logs = request.getResourceLogsBuilder(scope / 100).addScopeLogsBuilder();
            logs.getScopeBuilder().setName("scope " + scope);
            for (int record = 0; record < scope % 7 % 3; record++) {
                logs.addLogRecordsBuilder().setTimeUnixNano(1).getBodyBuilder().setStringValue("%s of %s".formatted(record, scope));
                expected.add("scope %s: %s of %s".formatted(scope, record, scope));
            }
        }
        LogBatch batch = (LogBatch) new OtlpRequestDecoder(ExportLogsServiceRequest.getDescriptor(), () -> new LogRecordDecoder(DecodeLimits.DEFAULT), DecodeLimits.DEFAULT, InstantSource.fixed(NOW))
                .decode(request.build().toByteArray(), Encoding.PROTOBUF, new BatchId(0, 0), "t")
                .batch();
        assertThat(batch.rows().stream().map(TestManyScopes::scopeAndBody)).containsExactlyElementsOf(expected);
        byte[] content = new SegmentEncoder(Signal.LOGS.shape()).encode(HEADER, 0, Signal.LOGS.shape().schema(), List.of(batch)).content();
        assertThat(SegmentRows.read(content, Signal.LOGS.shape().schema()).stream().map(LogRows::fromRecord).map(TestManyScopes::scopeAndBody)).containsExactlyElementsOf(expected);
    }

    private static String scopeAndBody(LogRow row)
    {
        return "%s: %s".formatted(row.scope().name(), requireNonNull(row.body(), "body is null").text());
    }
}

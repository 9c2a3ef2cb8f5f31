package io.icegate.benchmarks;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.Metric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

final class TestExportRequests
{
    private static final int RECORDS = 45;
    private static final int REQUESTS = 200;

    @ParameterizedTest
    @EnumSource
    void testEveryRequestIsNewAndWhole(Payload payload)
            throws Exception
    {
        ExportRequests requests = payload.requests(RECORDS);
        Set<String> seen = new HashSet<>();
        for (int request = 0; request < REQUESTS; request++) {
            byte[] body = requests.next();
            assertThat(seen.add(HexFormat.of().formatHex(body))).as("request %s is new", request).isTrue();
            assertThat(records(payload, body)).isEqualTo(RECORDS);
        }
        assertThat(requests.bytesPerRecord()).isPositive();
    }

    @Test
    void testEveryRecordHasItsIds()
            throws Exception
    {
        ExportRequests requests = Payload.LOGS.requests(RECORDS);
        int count = 32_000 / RECORDS + 100;
        Set<ByteString> ids = new HashSet<>();
        for (int request = 0; request < count; request++) {
            for (LogRecord log : ExportLogsServiceRequest.parseFrom(requests.next()).getResourceLogs(0).getScopeLogs(0).getLogRecordsList()) {
                assertThat(ids.add(log.getTraceId().concat(log.getSpanId()))).isTrue();
            }
        }
        assertThat(ids).hasSize(count * (RECORDS - 1));
    }

    @Test
    void testSizeOfLogs()
    {
        assertThat(Payload.LOGS.requests(1_000).bytesPerRecord()).isEqualTo(622);
    }

    private static int records(Payload payload, byte[] body)
            throws InvalidProtocolBufferException
    {
        return switch (payload) {
            case LOGS -> ExportLogsServiceRequest.parseFrom(body).getResourceLogsList().stream()
                    .flatMap(resource -> resource.getScopeLogsList().stream())
                    .mapToInt(scope -> scope.getLogRecordsCount())
                    .sum();
            case SPANS -> ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().stream()
                    .flatMap(resource -> resource.getScopeSpansList().stream())
                    .mapToInt(scope -> scope.getSpansCount())
                    .sum();
            case METRICS -> ExportMetricsServiceRequest.parseFrom(body).getResourceMetricsList().stream()
                    .flatMap(resource -> resource.getScopeMetricsList().stream())
                    .flatMap(scope -> scope.getMetricsList().stream())
                    .mapToInt(TestExportRequests::points)
                    .sum();
        };
    }

    private static int points(Metric metric)
    {
        return metric.getGauge().getDataPointsCount() + metric.getSum().getDataPointsCount() + metric.getHistogram().getDataPointsCount();
    }
}
